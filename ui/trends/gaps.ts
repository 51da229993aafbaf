/** Columns of equal length. */
interface Columns {
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
}

/** Three readings that did not come are a gap: one that is late is not. */
const GAP_INTERVALS = 3

/** A null behind each reading after which too long there is no other: a line that is drawn through is broken there. */
export function withGaps({ times, values }: Columns, stepMs: number): Columns {
  const gapMs = Math.max(stepMs * 1.01, GAP_INTERVALS * usualInterval(times))
  const broken: { times: number[]; values: (number | null)[] } = { times: [], values: [] }
  for (const [at, time] of times.entries()) {
    const before = times[at - 1]
    if (before !== undefined && time - before > gapMs) {
      broken.times.push(before + 1)
      broken.values.push(null)
    }
    broken.times.push(time)
    broken.values.push(values[at] ?? null)
  }
  return broken
}

/** The median: half of the gaps there are may be long ones. */
function usualInterval(times: readonly number[]): number {
  const intervals = times.slice(1).map((time, at) => time - (times[at] ?? time))
  return intervals.sort((one, other) => one - other)[Math.floor(intervals.length / 2)] ?? 0
}
