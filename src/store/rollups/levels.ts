/** Windows of `width` microseconds; those of `span` microseconds, aligned to 1970, are one chunk of the table `rollups`. */
export interface Level {
  readonly width: number
  readonly span: number
}

const MINUTE = 60_000_000
const DAY = 1440 * MINUTE

/** From fine to coarse. A chunk has up to 1,536 windows, so that what stands beside them is little. */
export const levels: readonly Level[] = [
  { width: MINUTE, span: DAY },
  { width: 15 * MINUTE, span: 16 * DAY },
  { width: DAY, span: 256 * DAY },
]

/** How many of the levels fit into windows of this length. */
export function levelsWithin(step: number): number {
  return levels.findLastIndex(({ width }) => step % width === 0) + 1
}
