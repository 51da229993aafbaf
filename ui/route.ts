import { Cell, useCell } from './cell.ts'

export const pages = [
  'overview',
  'trends',
  'alarms',
  'quality',
  'transformers',
  'feeders',
  'devices',
  'processors',
  'residency',
  'uplink',
  'users',
] as const
export type Page = (typeof pages)[number]

/** A page and what is chosen on it: the address says all of it, so that a link shows the same again. */
export interface Route {
  readonly page: Page
  readonly query: URLSearchParams
}

const current = new Cell<Route>(readRoute(location.hash))
addEventListener('hashchange', () => current.set(readRoute(location.hash)))

export function useRoute(): Route {
  return useCell(current)
}

/** After the `#`: the server sees nothing of it, and every address of the console is one page to it. */
export function addressOf(page: Page, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams(query).toString()
  return `#/${page}${text === '' ? '' : `?${text}`}`
}

/** What was chosen last, without a step back for each choice. */
export function showAs(page: Page, query: Readonly<Record<string, string>>): void {
  const filled = Object.entries(query).filter(([, value]) => value !== '')
  history.replaceState(null, '', addressOf(page, Object.fromEntries(filled)))
  current.set(readRoute(location.hash))
}

function readRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const page = pages.find((known) => known === path) ?? 'overview'
  return { page, query: new URLSearchParams(query) }
}
