import { settings } from '../settings.ts'
import { chinese } from './chinese.ts'
import { type TextKey, english } from './english.ts'

const tables = { en: english, 'zh-CN': chinese } as const

/** A text in the language of the page; `{name}` in it is replaced. */
export function say(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text = tables[settings.value.language][key]
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** What programs call by a word: translated where it is known, the word itself where it is not. */
export function sayWord(kind: string, word: string): string {
  const key = `${kind}.${word}`
  return isKey(key) ? tables[settings.value.language][key] : word
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(english, key)
}
