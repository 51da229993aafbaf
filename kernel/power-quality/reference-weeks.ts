import type { Aggregate, Setting } from './reference.ts'

/** One value of a parameter that a week is judged by. */
export interface Judged {
  readonly name: string
  readonly key: number
  readonly start: number
  readonly value: number
  /** The greatest reading within it. */
  readonly extreme: number
  readonly isFlagged: boolean
}

const WEEK = 7 * 86_400_000_000
const MONDAY = 4 * 86_400_000_000
const EXPECTED: Readonly<Record<string, number>> = {
  'compliance.flicker': 84,
  'compliance.frequency': 60_480,
}

interface Limits {
  readonly standard: string
  readonly low?: number
  readonly high: number
  /** Share of the values that has to be between them, in %. */
  readonly share: number
  readonly lowAll?: number
  readonly highAll?: number
}

/** The limits of low voltage; a single value without one has `high` NaN. */
function limitsOf({ name, key }: Judged, setting: Setting): Limits {
  const isGbt = setting.limits === 'gbt'
  const order = key % 64
  switch (name) {
    case 'compliance.voltage':
      return isGbt
        ? { standard: 'GBT-12325', low: -7, high: 7, share: 95 }
        : { standard: 'EN-50160', low: -10, high: 10, share: 95, lowAll: -15, highAll: 10 }
    case 'compliance.unbalance':
      return isGbt
        ? { standard: 'GBT-15543', high: 2, share: 95, highAll: 4 }
        : { standard: 'EN-50160', high: 2, share: 95 }
    case 'compliance.thd':
      return isGbt
        ? { standard: 'GBT-14549', high: 5, share: 95 }
        : { standard: 'EN-50160', high: 8, share: 95 }
    case 'compliance.flicker':
      return isGbt
        ? { standard: 'GBT-12326', high: 1, share: 95, highAll: 1 }
        : { standard: 'EN-50160', high: 1, share: 95 }
    case 'compliance.frequency':
      return isGbt
        ? { standard: 'GBT-15945', low: 49.8, high: 50.2, share: 95, lowAll: 49.8, highAll: 50.2 }
        : { standard: 'EN-50160', low: 49.5, high: 50.5, share: 99.5, lowAll: 47, highAll: 52 }
    default:
      return isGbt
        ? { standard: 'GBT-14549', high: order % 2 === 0 ? 2 : 4, share: 95 }
        : enHarmonic(order)
  }
}

function enHarmonic(order: number): Limits {
  const odd = new Map([
    [3, 5],
    [5, 6],
    [7, 5],
    [9, 1.5],
    [11, 3.5],
    [13, 3],
    [15, 0.5],
    [17, 2],
    [19, 1.5],
    [21, 0.5],
    [23, 1.5],
    [25, 1.5],
  ])
  const even = new Map([
    [2, 2],
    [4, 1],
  ])
  const high = order % 2 === 1 ? odd.get(order) : order <= 24 ? (even.get(order) ?? 0.5) : undefined
  return high === undefined
    ? { standard: 'none', high: NaN, share: 95 }
    : { standard: 'EN-50160', high, share: 95 }
}

export function weeksOf(judged: readonly Judged[], setting: Setting): Aggregate[] {
  const groups = Map.groupBy(judged, ({ name, key, start }) => {
    const week = MONDAY + Math.floor((start - MONDAY) / WEEK) * WEEK
    return `${name} ${key} ${week}`
  })
  return [...groups].map(([group, values]) => {
    const start = Number(group.split(' ')[2])
    return reportOf(values, start, setting)
  })
}

function reportOf(all: readonly Judged[], start: number, setting: Setting): Aggregate {
  const first = all[0] as Judged
  const limits = limitsOf(first, setting)
  const valid = all.filter(({ isFlagged }) => !isFlagged)
  const values = valid.map(({ value }) => value)
  const expected = EXPECTED[first.name] ?? 1008
  const { low = -Infinity, high, lowAll = -Infinity, highAll = Infinity, share } = limits
  const outside = values.filter((value) => value < low || value > high).length
  const outsideAll = valid.filter(
    ({ value, extreme }) => value < lowAll || extreme > highAll,
  ).length
  const counts = {
    valid: valid.length,
    flagged: all.length - valid.length,
    missing: Math.max(0, expected - all.length),
    expected,
  }
  const hasLimit = limits.standard !== 'none'
  const isEnough = valid.length > 0 && valid.length >= expected / 2
  const isKept = (values.length - outside) / values.length >= share / 100 && outsideAll === 0
  let verdict = 'no-limit'
  if (hasLimit) verdict = isEnough ? (isKept ? 'pass' : 'fail') : 'undecided'
  const ranked = values
    .map((value) => (first.name === 'compliance.voltage' ? Math.abs(value) : value))
    .toSorted((left, right) => right - left)
  const fields = {
    verdict,
    standard: limits.standard,
    ...counts,
    ...(values.length === 0 ? {} : { min: Math.min(...values), max: Math.max(...values) }),
    // Drop the twentieth part from the top; the greatest that is left.
    ...(values.length === 0 || first.name === 'compliance.frequency'
      ? {}
      : { percentile: ranked[Math.floor((5 * values.length) / 100)] ?? NaN }),
    ...(values.length === 0 || !hasLimit ? {} : { outside }),
  }
  const value = values.length === 0 ? NaN : (100 * (values.length - outside)) / values.length
  return { name: first.name, key: first.key, start, value, fields }
}
