import type { Column } from '../../element/table.ts'
import { type CentrePage, showAs } from '../../route.ts'

export interface SortedColumn<Row> extends Column<Row> {
  readonly name: string
  /** What it is sorted by; absent: it is not. */
  readonly value?: (row: Row) => number | string
}

export interface Order {
  readonly column: string
  readonly isFalling: boolean
}

export function sortedBy<Row>(
  rows: readonly Row[],
  columns: readonly SortedColumn<Row>[],
  { column, isFalling }: Order,
): readonly Row[] {
  const value = columns.find(({ name }) => name === column)?.value
  if (value === undefined) return rows
  const sign = isFalling ? -1 : 1
  return rows.toSorted((one, other) => sign * compared(value(one), value(other)))
}

function compared(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [text, behind] = [String(one), String(other)]
  return text < behind ? -1 : text > behind ? 1 : 0
}

/** As the address of a page says it: the name of a column, behind a minus where it falls. */
export function orderIn(query: URLSearchParams, usual: string): Order {
  const words = query.get('sort') ?? usual
  return { column: words.replace(/^-/, ''), isFalling: words.startsWith('-') }
}

export function orderWords({ column, isFalling }: Order): string {
  return `${isFalling ? '-' : ''}${column}`
}

/** The same page with some of what is chosen on it changed. */
export function showWith(
  page: CentrePage,
  query: URLSearchParams,
  change: Readonly<Record<string, string>>,
): void {
  showAs(page, { ...Object.fromEntries(query), ...change })
}
