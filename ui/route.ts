import { useMemo } from 'preact/hooks'
import { Cell, useCell } from './cell.ts'

/** Of an edge; the first is shown where none is chosen. */
export const edgePages = [
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
/** Of a centre. */
export const centrePages = [
  'sites',
  'site',
  'events',
  'reliability',
  'devices',
  'fleet',
  'certificates',
  'users',
] as const
export type EdgePage = (typeof edgePages)[number]
export type CentrePage = (typeof centrePages)[number]
export type Page = EdgePage | CentrePage

/** A page and what is chosen on it: the address says all of it, so that a link shows the same again. */
export interface Route<Name extends Page> {
  readonly page: Name
  readonly query: URLSearchParams
}

const current = new Cell(location.hash)
addEventListener('hashchange', () => current.set(location.hash))

/** Which of these pages is chosen. */
export function useRoute<Name extends Page>(pages: readonly [Name, ...Name[]]): Route<Name> {
  const hash = useCell(current)
  const [path = '', words = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const page = pages.find((known) => known === path) ?? pages[0]
  // The same as long as the words are: pages look whether it has changed.
  const query = useMemo(() => new URLSearchParams(words), [words])
  return { page, query }
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
  current.set(location.hash)
}
