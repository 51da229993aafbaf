import type { ResultsOf } from '../results/results-file.ts'

export type ExportTable = 'events' | 'aggregates'

/** What of a file of results is sent to a centre, and as which stream. */
export interface ExportStream {
  readonly stream: string
  readonly of: ResultsOf
  readonly table: ExportTable
}

/** Derived readings are none: each is a reading of one device, and those stay. */
export const EXPORT_STREAMS: readonly ExportStream[] = [
  { stream: 'events', of: 'built-in', table: 'events' },
  { stream: 'aggregates', of: 'built-in', table: 'aggregates' },
  { stream: 'own-events', of: 'own', table: 'events' },
  { stream: 'own-aggregates', of: 'own', table: 'aggregates' },
]

/** From number to number, both in it. */
export type StoredRanges = readonly (readonly [first: number, last: number])[]

/** What of 1 to `last` is in none of them. */
export function gapsIn(ranges: StoredRanges, last: number): StoredRanges {
  const gaps: (readonly [number, number])[] = []
  let next = 1
  for (const [start, end] of ranges) {
    if (start > last) break
    if (start > next) gaps.push([next, start - 1])
    next = end + 1
  }
  if (next <= last) gaps.push([next, last])
  return gaps
}
