export interface Reading {
  readonly subject: string
  readonly quantity: string
  /** Microseconds. */
  readonly time: number
  readonly value: number
  readonly quality: number
}

export interface Credit {
  readonly interval: number
  readonly energyWh: number
  readonly isFlagged: boolean
  /** Place of the reading in the order of arrival that made it known. */
  readonly index: number
}

interface Knot {
  readonly time: number
  readonly value: number
  readonly isFlagged: boolean
  readonly index: number
}

const TWO_HOURS = 7_200_000_000
const ESTIMATED = 1 << 15

export function isUsable({ quality, value, time }: Reading): boolean {
  const isTrusted = (quality & 3) !== 1 && (quality & (1 << 13)) === 0
  return isTrusted && Number.isFinite(value) && time > 0
}

/** What a register counted in each interval, from all that was ever read of it. */
export function creditsOf(
  readings: readonly (Reading & { readonly index: number })[],
  width: number,
): Credit[] {
  const credits: Credit[] = []
  for (const run of runsOf(readings)) {
    const ends = new Map<number, { value: number; isFlagged: boolean; index: number }>()
    for (const [place, knot] of run.entries()) {
      if (knot.time % width === 0) ends.set(knot.time, knot)
      const before = run[place - 1]
      if (before === undefined) continue
      const isFlagged = before.isFlagged || knot.isFlagged || knot.time - before.time > width
      for (let end = Math.floor(before.time / width + 1) * width; end < knot.time; end += width) {
        const share = (end - before.time) / (knot.time - before.time)
        const value = before.value + share * (knot.value - before.value)
        ends.set(end, { value, isFlagged, index: knot.index })
      }
    }
    for (const [end, { value, isFlagged, index }] of ends) {
      const start = ends.get(end - width)
      if (start === undefined) continue
      const after = run.find((knot) => knot.time >= end)
      const last = run.findLast((knot) => knot.time < end)
      const isDoubtful = isFlagged || start.isFlagged || isSpanDoubtful(last, after, width)
      credits.push({
        interval: (end - width) / width,
        energyWh: value - start.value,
        isFlagged: isDoubtful,
        index,
      })
    }
  }
  return credits
}

/** The end of an interval lies between two readings: either doubtful, or far apart. */
function isSpanDoubtful(last: Knot | undefined, after: Knot | undefined, width: number): boolean {
  if (last === undefined || after === undefined) return false
  return last.isFlagged || after.isFlagged || after.time - last.time > width
}

/** Stretches within which a register may be interpolated. */
function runsOf(readings: readonly (Reading & { readonly index: number })[]): Knot[][] {
  const runs: Knot[][] = []
  let last: Knot | undefined
  for (const { time, value, quality, index } of readings) {
    if (last !== undefined && time <= last.time) continue
    const knot = { time, value, isFlagged: (quality & (3 | ESTIMATED)) !== 0, index }
    const isContinued = last !== undefined && value >= last.value && time - last.time <= TWO_HOURS
    if (isContinued) runs.at(-1)?.push(knot)
    else runs.push([knot])
    last = knot
  }
  return runs
}
