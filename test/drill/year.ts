import type { Fault } from './faults.ts'
import type { SampleCounts } from './sample-log.ts'

export const YEAR_SECONDS = 365 * 86_400
/** Of the seconds of a year, in how many an edge answers at least. */
export const ANSWERED_SHARE = 0.9999

/** What one strike of a fault cost, from its beginning until all was well again. */
export interface Strike extends SampleCounts {
  readonly lastedMs: number
  readonly unansweredMs: number
  /** Readings that had been acknowledged and are not stored as they were. */
  readonly lost: number
}

/** Of everything between faults. */
export type Quiet = Omit<Strike, 'lost'>

/** Seconds of a year. */
export interface YearlyCost {
  readonly unansweredSeconds: number
  /** In which what a device took was acknowledged later than in 30 ms. */
  readonly lateSeconds: number
  /** Than in 5 s. */
  readonly veryLateSeconds: number
}

export type Yearly = Pick<Fault, 'perYear' | 'lastsSeconds' | 'bootSeconds'>

/**
 * Mean cost of a strike, times the strikes of a year. What lasts longer in a year than in the drill costs as many times more, and while
 * a machine starts it does not answer at all.
 */
export function yearlyCost(fault: Yearly, strikes: readonly Strike[]): YearlyCost {
  const { perYear, lastsSeconds, bootSeconds = 0 } = fault
  const total = totalOf(strikes)
  const count = Math.max(1, strikes.length)
  const meanSeconds = total.lastedMs / count / 1000
  const longer = lastsSeconds === 0 ? 1 : Math.max(1, lastsSeconds / meanSeconds)
  const ofSamples = (samples: number): number =>
    total.samples === 0 ? 0 : (meanSeconds * samples) / total.samples
  const inYear = (seconds: number): number => perYear * (seconds * longer + bootSeconds)
  return {
    unansweredSeconds: inYear(total.unansweredMs / count / 1000),
    lateSeconds: inYear(ofSamples(total.late)),
    veryLateSeconds: inYear(ofSamples(total.veryLate)),
  }
}

/** As if the whole year were as it was between the faults. */
export function quietYear({ lastedMs, unansweredMs, samples, late, veryLate }: Quiet): YearlyCost {
  const ofYear = (part: number, whole: number): number =>
    whole === 0 ? 0 : (YEAR_SECONDS * part) / whole
  return {
    unansweredSeconds: ofYear(unansweredMs, lastedMs),
    lateSeconds: ofYear(late, samples),
    veryLateSeconds: ofYear(veryLate, samples),
  }
}

export function sumOf(costs: readonly YearlyCost[]): YearlyCost {
  const sum = (key: keyof YearlyCost): number => costs.reduce((total, cost) => total + cost[key], 0)
  return {
    unansweredSeconds: sum('unansweredSeconds'),
    lateSeconds: sum('lateSeconds'),
    veryLateSeconds: sum('veryLateSeconds'),
  }
}

/** Of the seconds of a year, all but these. */
export function shareWithout(seconds: number): number {
  return 1 - seconds / YEAR_SECONDS
}

export function totalOf(strikes: readonly Strike[]): Strike {
  const sum = (key: keyof Strike): number => strikes.reduce((total, each) => total + each[key], 0)
  return {
    lastedMs: sum('lastedMs'),
    unansweredMs: sum('unansweredMs'),
    samples: sum('samples'),
    late: sum('late'),
    veryLate: sum('veryLate'),
    unsaved: sum('unsaved'),
    lost: sum('lost'),
  }
}
