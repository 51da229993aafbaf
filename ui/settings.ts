import { Cell } from './cell.ts'

export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** What a person chose, kept by the browser. Whoever does not choose gets what the browser asks for. */
export interface Settings {
  readonly language: Language
  readonly theme: Theme
  /** Who acknowledges and shelves. */
  readonly operator: string
}

const KEY = 'busbar.settings'
const DARK = matchMedia('(prefers-color-scheme: dark)')

export const settings = new Cell<Settings>(recall())

export function choose(change: Partial<Settings>): void {
  settings.set({ ...settings.value, ...change })
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.value))
  } catch {
    // A browser that keeps nothing shows what was chosen until the page is closed.
  }
}

/** Language and theme of the whole page, also when the system changes its own. */
export function applySettings(): void {
  const apply = (): void => {
    const { language, theme } = settings.value
    const { documentElement } = document
    documentElement.lang = language
    const isDark = theme === 'dark' || (theme === 'system' && DARK.matches)
    documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
  }
  apply()
  settings.watch(apply)
  DARK.addEventListener('change', apply)
}

function recall(): Settings {
  const kept = keptValues()
  const wished = navigator.language.startsWith('zh') ? 'zh-CN' : 'en'
  return {
    language: languages.find((language) => language === kept['language']) ?? wished,
    theme: themes.find((theme) => theme === kept['theme']) ?? 'system',
    operator: typeof kept['operator'] === 'string' ? kept['operator'] : '',
  }
}

function keptValues(): Readonly<Record<string, unknown>> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    return typeof kept === 'object' && kept !== null ? { ...kept } : {}
  } catch {
    return {}
  }
}
