import { limits } from '../../core/limits.ts'
import type { Column } from './column.ts'
import { type Series, inOrder } from './series.ts'

/** One device's readings over a range of time: times that all its points share, and a column for each of them. */
export interface Span {
  /** Ascending. */
  readonly times: Float64Array
  /** By number of the point. */
  readonly columns: ReadonlyMap<number, Column>
}

/** Cuts the series of one device into spans, each as long as a span may be but the last. */
export function spansOf(series: ReadonlyMap<number, Series>): Span[] {
  const ordered = new Map(Array.from(series, ([point, one]) => [point, inOrder(one)]))
  const times = allTimes([...ordered.values()])
  const next = new Map<number, number>()
  const spans: Span[] = []
  for (let start = 0; start < times.length; start += limits.historySpanRows) {
    const rows = times.subarray(start, start + limits.historySpanRows)
    const columns = new Map<number, Column>()
    for (const [point, one] of ordered) {
      const from = next.get(point) ?? 0
      const column = columnOf(one, from, rows)
      if (column === undefined) continue
      columns.set(point, column)
      next.set(point, from + column.values.length)
    }
    spans.push({ times: rows, columns })
  }
  return spans
}

/** Every time at which one of them has a reading. Points that are read together share theirs, which is what most devices do. */
function allTimes(series: readonly Series[]): Float64Array {
  const [first] = series
  if (first === undefined) return new Float64Array(0)
  if (series.every(({ times }) => isSame(times, first.times))) return first.times
  const count = series.reduce((sum, { times }) => sum + times.length, 0)
  const all = new Float64Array(count)
  let at = 0
  for (const { times } of series) {
    all.set(times, at)
    at += times.length
  }
  all.sort()
  let kept = 0
  for (let row = 0; row < count; row++) {
    if (row === 0 || all[row] !== all[row - 1]) all[kept++] = all[row] as number
  }
  return all.subarray(0, kept)
}

function isSame(times: Float64Array, others: Float64Array): boolean {
  if (times.length !== others.length) return false
  for (let row = 0; row < times.length; row++) if (times[row] !== others[row]) return false
  return true
}

/** What the series has within these times, from its reading `from` on; undefined: nothing. */
function columnOf(series: Series, from: number, times: Float64Array): Column | undefined {
  const last = times.at(-1) as number
  let end = from
  while (end < series.times.length && (series.times[end] as number) <= last) end++
  if (end === from) return undefined
  const values = series.values.subarray(from, end)
  const qualities = series.qualities.subarray(from, end)
  if (end - from === times.length) return { values, qualities, rows: undefined }
  const rows = new Uint16Array(end - from)
  let row = 0
  for (let at = from; at < end; at++) {
    while (times[row] !== series.times[at]) row++
    rows[at - from] = row
  }
  return { values, qualities, rows }
}
