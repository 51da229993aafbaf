import { GridError } from './errors.ts'
import { limits } from './limits.ts'
import { nearest } from './nearest.ts'
import { quantityOf } from './quantities.ts'

/**
 * What one value can say of the readings of a window. `count` counts all readings and `good` is the share of good ones, from 0 to 1; the
 * others are of readings that have a number. `difference` is the last number minus the last one before the window, or minus the first where
 * none is known: the differences of a row of windows add up to that of the whole.
 */
export const aggregates = [
  'count',
  'good',
  'min',
  'max',
  'mean',
  'rms',
  'sum',
  'difference',
  'first',
  'last',
] as const

export type Aggregate = (typeof aggregates)[number]

/** Windows of `step` microseconds, aligned to 1970-01-01T00:00:00Z; `aggregate` undefined: each quantity's own. */
export interface Windows {
  readonly step: number
  readonly aggregate: Aggregate | undefined
  /** Beside the value the least and the greatest of the window, which a plot needs so that no peak is lost. */
  readonly withExtremes?: boolean
}

/** Of a quantity that is not modelled the mean. */
export function ownAggregate(quantity: string): Aggregate {
  return quantityOf(quantity)?.aggregation ?? 'mean'
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const

export interface WindowWords {
  readonly step: string | undefined
  readonly aggregate: string | undefined
  /** What stands before the names where the caller writes them: `--` on a command line. */
  readonly prefix: string
}

/** Undefined: the readings themselves are wanted. */
export function readWindows({ step, aggregate, prefix }: WindowWords): Windows | undefined {
  if (step === undefined) {
    if (aggregate === undefined) return undefined
    throw new GridError('usage', `${prefix}aggregate ${aggregate}: of windows of which length?`, {
      hint: `Give it with ${prefix}step, such as 15m.`,
    })
  }
  return { step: readLength(step, `${prefix}step`), aggregate: readAggregate(aggregate, prefix) }
}

/** Microseconds. `name` is what it is called where it was written. */
export function readLength(text: string, name: string): number {
  const match = /^([1-9]\d{0,7})(s|m|h|d)$/.exec(text)
  if (match === null) {
    throw new GridError('usage', `${name} ${text}: not a length of time`, {
      hint: 'Write 30s, 15m, 1h or 1d.',
    })
  }
  const seconds = Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]
  if (seconds > limits.stepSeconds) {
    throw new GridError('usage', `${name} ${text}: longer than a year`)
  }
  return seconds * 1_000_000
}

function readAggregate(text: string | undefined, prefix: string): Aggregate | undefined {
  const found = aggregates.find((known) => known === text)
  if (text === undefined || found !== undefined) return found
  const [near] = nearest(text, aggregates, 1)
  const known = `Known are ${aggregates.join(', ')}.`
  throw new GridError('usage', `${prefix}aggregate ${text}: no such aggregate`, {
    hint: near === undefined ? known : `Is ${near} meant? ${known}`,
  })
}

/** True: readings of bad quality are left out. */
export function readQualityFilter(text: string | undefined, prefix: string): boolean {
  if (text === undefined || text === 'all') return false
  if (text === 'good') return true
  throw new GridError('usage', `${prefix}quality ${text}: good or all is needed`)
}
