import type { Columns } from '../core/batch.ts'
import { limits } from '../core/limits.ts'
import type { Admitted } from './admission.ts'
import type { RowSource } from './row.ts'

const SPAN_MICROS = limits.journalRowSpanMs * 1000
const NO_NOTES = new Uint32Array(0)

/**
 * The rows that a batch becomes: one in the usual case. Where readings lie further apart than a row may span they are sorted by time
 * and cut; the notes go with the first row.
 */
export function* cutRows(
  columns: Columns,
  admitted: Admitted,
  notes: Uint32Array,
): Generator<RowSource> {
  const { count, order, firstTime, lastTime } = admitted
  if (count === 0) {
    if (notes.length > 0) yield { columns, count, order, firstTime: 0, lastTime: 0, notes }
    return
  }
  if (lastTime - firstTime <= SPAN_MICROS) {
    yield { columns, count, order, firstTime, lastTime, notes }
    return
  }
  const sorted = sortByTime(columns, admitted)
  for (let start = 0, end = 0; start < count; start = end) {
    const from = columns.times[sorted[start] as number] as number
    while (end < count && (columns.times[sorted[end] as number] as number) - from <= SPAN_MICROS)
      end++
    yield {
      columns,
      count: end - start,
      order: sorted.subarray(start, end),
      firstTime: from,
      lastTime: columns.times[sorted[end - 1] as number] as number,
      notes: start === 0 ? notes : NO_NOTES,
    }
  }
}

function sortByTime({ times }: Columns, { count, order }: Admitted): Uint16Array {
  const rows =
    order === undefined ? Uint16Array.from({ length: count }, (_, row) => row) : order.slice()
  return rows.sort((a, b) => (times[a] as number) - (times[b] as number))
}
