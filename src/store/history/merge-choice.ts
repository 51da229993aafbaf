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
 * Which spans of a device are to be written again together with what is new, in the order in which they came to be. Small ones wait
 * until together they are a fair span, so that a reading is written twice, or three times where there is leisure: then fair ones
 * become a full one. Full ones stay as they are, unless too many overlap in one place, which late readings do.
 */
export function chooseMerge(
  spans: readonly SpanKey[],
  newcomer: Newcomer,
  { leisure }: { readonly leisure: boolean },
): readonly SpanKey[] {
  const chosen = new Set<SpanKey>()
  const small = spans.filter(({ rows }) => rows < limits.historyFairRows)
  let rows = newcomer.rows + rowsOf(small)
  if (rows >= limits.historyFairRows || small.length >= limits.historySmallSpans) {
    for (const span of small) chosen.add(span)
  } else rows = newcomer.rows
  if (leisure) {
    const fair = spans.filter((span) => isFair(span))
    for (const span of rows + rowsOf(fair) < limits.historySpanRows ? [] : fair) {
      if (rows >= limits.historyMergeRows) break
      chosen.add(span)
      rows += span.rows
    }
  }
  for (const span of crowd(
    spans.filter((one) => !chosen.has(one)),
    newcomer,
  ))
    chosen.add(span)
  return spans.filter((span) => chosen.has(span))
}

function isFair({ rows }: SpanKey): boolean {
  return rows >= limits.historyFairRows && rows < limits.historySpanRows
}

function rowsOf(spans: readonly SpanKey[]): number {
  return spans.reduce((sum, { rows }) => sum + rows, 0)
}

/** Spans that overlap at one moment of the newcomer, where they are too many. */
function crowd(spans: readonly SpanKey[], { firstTime, lastTime }: Newcomer): readonly SpanKey[] {
  const near = spans.filter((span) => span.firstTime <= lastTime && span.lastTime >= firstTime)
  for (const { firstTime: moment } of near) {
    const there = near.filter((span) => span.firstTime <= moment && span.lastTime >= moment)
    if (there.length >= limits.historyOverlap) return there.slice(0, limits.historyOverlap)
  }
  return []
}
