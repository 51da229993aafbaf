import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { html } from '../../html.ts'
import { say } from '../../text/say.ts'
import { type Order, type SortedColumn, sortedBy } from './order.ts'

export interface LongTableOf<Row> {
  /** What a screen reader calls it. */
  readonly caption: string
  readonly rows: readonly Row[]
  readonly columns: readonly SortedColumn<Row>[]
  readonly keyOf: (row: Row) => string
  /** Stands in its place where there are no rows. */
  readonly empty: string
  readonly order: Order
  readonly onOrder: (order: Order) => void
  /** All of it is drawn, for what cannot be seen is printed as well; for rows that do not change. */
  readonly isWhole?: true
}

/** As high as a row of one line is in centre.css. */
const ROW_PIXELS = 30
/** As many as the frame has room for, and some on either side. */
const ROWS_DRAWN = 40
const ROWS_BEFORE = 10

/** Thousands of rows, of which those are drawn that can be seen; sorted by the head of a column. */
export function LongTable<Row>(of: LongTableOf<Row>): VNode {
  const { caption, rows, columns, keyOf, empty, order, isWhole } = of
  const [top, setTop] = useState(0)
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`
  const most = isWhole === true ? rows.length : ROWS_DRAWN
  const latest = Math.max(0, rows.length - most)
  const first = Math.max(0, Math.min(latest, Math.floor(top / ROW_PIXELS) - ROWS_BEFORE))
  const drawn = sortedBy(rows, columns, order).slice(first, first + most)
  const below = rows.length - first - drawn.length
  const onScroll = (event: Event): void => {
    if (!(event.currentTarget instanceof HTMLElement)) return
    // Half a screen at a time, and not each pixel.
    const { scrollTop } = event.currentTarget
    const step = ROW_PIXELS * (ROWS_BEFORE / 2)
    setTop(Math.floor(scrollTop / step) * step)
  }
  return html`<div
    class="table-frame long"
    tabindex="0"
    role="region"
    aria-label=${caption}
    onScroll=${onScroll}
  >
    <table aria-rowcount=${rows.length + 1}>
      <caption class="only-heard">
        ${caption}
      </caption>
      <thead>
        <tr aria-rowindex="1">
          ${columns.map((column) => head(column, of))}
        </tr>
      </thead>
      <tbody>
        ${space(first, columns.length)}
        ${drawn.map(
          (row, at) =>
            html`<tr key=${keyOf(row)} aria-rowindex=${first + at + 2}>
              ${columns.map(
                ({ cell, isNumber }) =>
                  html`<td class=${isNumber ? 'number' : ''}>${cell(row)}</td>`,
              )}
            </tr>`,
        )}
        ${space(below, columns.length)}
      </tbody>
    </table>
  </div>`
}

/** In the place of rows that are not drawn. */
function space(rows: number, columns: number): VNode | string {
  if (rows === 0) return ''
  return html`<tr class="space" aria-hidden="true">
    <td colspan=${columns} style=${{ height: `${rows * ROW_PIXELS}px` }}></td>
  </tr>`
}

function head<Row>(
  { name, title, value, isNumber }: SortedColumn<Row>,
  { order, onOrder }: LongTableOf<Row>,
): VNode {
  const isOwn = order.column === name
  const sorted = isOwn ? (order.isFalling ? 'descending' : 'ascending') : undefined
  const choose = (): void =>
    onOrder({ column: name, isFalling: isOwn ? !order.isFalling : isNumber === true })
  return html`<th scope="col" class=${isNumber ? 'number' : ''} aria-sort=${sorted}>
    ${
      value === undefined
        ? title
        : html`<button
            type="button"
            class="sort"
            title=${say('table.sort', { column: title })}
            onClick=${choose}
          >
            ${title}<span aria-hidden="true">${isOwn ? (order.isFalling ? ' ▾' : ' ▴') : ''}</span>
          </button>`
    }
  </th>`
}
