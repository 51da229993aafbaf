import type { CentreTextKey } from '../centre/text/english.ts'
import { type Language, settings } from '../settings.ts'
import { chinese } from './chinese.ts'
import { type TextKey, english } from './english.ts'

/** Of the edge's console; that of the centre has more of its own. */
let tables: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: english,
  'zh-CN': chinese,
}

/** Texts of another console, or in place of those of the edge's. */
export function speakAlso(own: typeof tables): void {
  tables = {
    en: { ...tables.en, ...own.en },
    'zh-CN': { ...tables['zh-CN'], ...own['zh-CN'] },
  }
}

/** A text in the language of the page; `{name}` in it is replaced. */
export function say(
  key: TextKey | CentreTextKey,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = tables[settings.value.language][key] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** What programs call by a word: translated where it is known, the word itself where it is not. */
export function sayWord(kind: string, word: string): string {
  const table = tables[settings.value.language]
  const key = `${kind}.${word}`
  return (Object.hasOwn(table, key) ? table[key] : undefined) ?? word
}
