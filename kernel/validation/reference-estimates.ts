/** Estimates over again: for each gap the whole past is looked through, and nothing is kept from one gap to the next. */
export interface Estimate {
  readonly time: number
  readonly value: number
  readonly method: 'linear' | 'like-day'
}

export interface TimedValue {
  readonly time: number
  readonly value: number
}

interface Kind {
  readonly periodUs: number
  readonly isRegister: boolean
}

const HOUR_US = 3_600_000_000
const DAY_US = 24 * HOUR_US
const SLOT_US = HOUR_US / 4

/** Readings in order, all of them usable. */
export function estimateGaps(readings: readonly TimedValue[], kind: Kind): Estimate[] {
  return readings.flatMap((reading, at) => {
    const before = readings[at - 1]
    if (before === undefined || (kind.isRegister && reading.value < before.value)) return []
    const width = reading.time - before.time
    const count = Math.floor((width + kind.periodUs / 2) / kind.periodUs) - 1
    if (count <= 0 || count > 1440) return []
    const times = Array.from({ length: count + 2 }, (_, step) =>
      Math.floor(before.time + (width * step) / (count + 1)),
    )
    const values = width <= 2 * HOUR_US ? undefined : likeDays(readings.slice(0, at), times, kind)
    return times.slice(1, -1).map((time, index): Estimate => {
      if (values === undefined) {
        const value = before.value + ((reading.value - before.value) * (index + 1)) / (count + 1)
        return { time, value, method: 'linear' }
      }
      if (!kind.isRegister) return { time, value: values[index]!, method: 'like-day' }
      const share = sumOf(values.slice(0, index + 1)) / sumOf(values)
      return {
        time,
        value: before.value + (reading.value - before.value) * share,
        method: 'like-day',
      }
    })
  })
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** A value for each time after the first, of a register for each interval; undefined: the like days do not have all of them. */
function likeDays(
  past: readonly TimedValue[],
  times: readonly number[],
  kind: Kind,
): number[] | undefined {
  const learned = past.flatMap((reading, at): TimedValue[] => {
    const before = past[at - 1]
    if (before === undefined || (kind.isRegister && reading.value < before.value)) return []
    if (!kind.isRegister) return [reading]
    const width = reading.time - before.time
    if (width > 2 * HOUR_US) return []
    return Array.from({ length: Math.ceil(width / SLOT_US) }, (_, slot) => ({
      time: before.time + slot * SLOT_US,
      value: (reading.value - before.value) / width,
    }))
  })
  const days = Map.groupBy(learned, ({ time }) => Math.floor(time / DAY_US))
  const newest = Math.max(...days.keys())
  const values = times.slice(1).map((time, index) => {
    const at = kind.isRegister ? Math.floor((times[index]! + time) / 2) : time
    const like = [...days.keys()]
      .filter((day) => day < newest && isWeekend(day) === isWeekend(Math.floor(at / DAY_US)))
      .slice(-3)
      .map((day) => days.get(day)!.filter((one) => slotOf(one.time) === slotOf(at)))
      .filter((some) => some.length > 0)
      .map((some) => Math.fround(sumOf(some.map(({ value }) => value)) / some.length))
    return sumOf(like) / like.length
  })
  const isWhole = values.every((value) => Number.isFinite(value))
  return isWhole && (!kind.isRegister || sumOf(values) > 0) ? values : undefined
}

function slotOf(time: number): number {
  return Math.floor((time % DAY_US) / SLOT_US)
}

/** 1 January 1970 was a Thursday. */
function isWeekend(day: number): boolean {
  return [0, 6].includes((day + 4) % 7)
}
