import type { VNode } from 'preact'
import { html } from '../html.ts'

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => unknown
  /** Numbers stand right, so that their digits stand below each other. */
  readonly isNumber?: true
  /** Sentences may have several lines; names and times do not. */
  readonly isLong?: true
}

export interface TableOf<Row> {
  /** What a screen reader calls it. */
  readonly caption: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string | number
  readonly classOf?: (row: Row) => string
  /** Stands in its place where there are no rows. */
  readonly empty: string
}

/** Rows below a header that stays in sight. */
export function table<Row>(of: TableOf<Row>): VNode {
  const { caption, rows, columns, keyOf, classOf, empty } = of
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`
  return html`<div class="table-frame" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption class="only-heard">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(
            ({ title, isNumber }) =>
              html`<th scope="col" class=${isNumber ? 'number' : ''}>${title}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr key=${keyOf(row)} class=${classOf?.(row) ?? ''}>
              ${columns.map(
                ({ cell, isNumber, isLong }) =>
                  html`<td class=${isNumber ? 'number' : isLong ? 'long' : ''}>${cell(row)}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}
