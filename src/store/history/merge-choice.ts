import { limits } from '../../core/limits.ts'

/** A span as the table lists it. */
export interface SpanKey {
  readonly number: number
  readonly firstTime: number
  readonly lastTime: number
  readonly rows: number
  /** The first row of the journal that it holds something of: what came first is in the span with the lower one. */
  readonly since: number
}

/** What a device has new: so many rows over a range of time. */
export type Newcomer = Pick<SpanKey, 'firstTime' | 'lastTime' | 'rows'>

/**
 * Which spans of a device are to be written again together with what is new. Short spans that are no longer than what is at hand
 * join it, so that a reading is written a few times, and not with every one that follows; a full span stays as it is, unless too
 * many overlap in one place, which late readings do.
 */
export function chooseMerge(spans: readonly SpanKey[], newcomer: Newcomer): readonly SpanKey[] {
  const chosen = new Set<SpanKey>()
  let rows = newcomer.rows
  const short = spans.filter((span) => span.rows < limits.historySpanRows)
  for (const span of short.toSorted((a, b) => a.rows - b.rows)) {
    if (span.rows > rows * GROWTH || rows >= limits.historyMergeRows) break
    chosen.add(span)
    rows += span.rows
  }
  for (const span of crowd(
    spans.filter((one) => !chosen.has(one)),
    newcomer,
  ))
    chosen.add(span)
  return [...chosen]
}

/** So many times longer than what is at hand a span may be to be written again. */
const GROWTH = 2

/** Spans that overlap at one moment of the newcomer, where they are too many. */
function crowd(spans: readonly SpanKey[], { firstTime, lastTime }: Newcomer): readonly SpanKey[] {
  const near = spans.filter((span) => span.firstTime <= lastTime && span.lastTime >= firstTime)
  for (const { firstTime: moment } of near) {
    const there = near.filter((span) => span.firstTime <= moment && span.lastTime >= moment)
    if (there.length >= limits.historyOverlap) return there.slice(0, limits.historyOverlap)
  }
  return []
}
