/** One day of one system, a site or all of them: what IEEE 1366 divides. */
export interface OutageDay {
  /** Its begin, microseconds since 1970, UTC. */
  readonly day: number
  /** Customers served, interrupted or not. */
  readonly served: number
  /** Customers interrupted, once for each sustained interruption. */
  readonly interrupted: number
  /** Customers times minutes, of sustained interruptions. */
  readonly minutes: number
  /** Customers interrupted, once for each momentary interruption. */
  readonly momentary: number
}

/** IEEE 1366-2012, clause 3. Null: it is not defined, for nobody was interrupted or nobody is served. */
export interface Indices {
  /** Minutes for each customer served. */
  readonly saidiMinutes: number | null
  /** Interruptions for each customer served. */
  readonly saifi: number | null
  /** Minutes for each customer interrupted. */
  readonly caidiMinutes: number | null
  /** Share of the time that customers had supply, from 0 to 1. */
  readonly asai: number | null
  readonly maifi: number | null
  readonly customersServed: number
  readonly customersInterrupted: number
  readonly customerMinutes: number
  readonly momentaryInterruptions: number
  readonly days: number
}

/** Of several days, and of one site or several. */
export interface Totals {
  readonly days: number
  /** Customers served, of each day and site again. */
  readonly servedDays: number
  readonly interrupted: number
  readonly minutes: number
  readonly momentary: number
}

const DAY_MINUTES = 1440

/** `served`: of the system, in the mean over its days. */
export function indicesOf(totals: Totals, served: number): Indices {
  const { days, servedDays, interrupted, minutes, momentary } = totals
  const unavailable = ratio(minutes, servedDays * DAY_MINUTES)
  return {
    saidiMinutes: ratio(minutes, served),
    saifi: ratio(interrupted, served),
    caidiMinutes: ratio(minutes, interrupted),
    asai: unavailable === null ? null : 1 - unavailable,
    maifi: ratio(momentary, served),
    customersServed: served,
    customersInterrupted: interrupted,
    customerMinutes: minutes,
    momentaryInterruptions: momentary,
    days,
  }
}

export function totalsOf(days: readonly OutageDay[]): Totals {
  return {
    days: days.length,
    servedDays: sum(days, ({ served }) => served),
    interrupted: sum(days, ({ interrupted }) => interrupted),
    minutes: sum(days, ({ minutes }) => minutes),
    momentary: sum(days, ({ momentary }) => momentary),
  }
}

/** Over the days of one site, which the customers of a day are of. */
export function meanServed({ servedDays, days }: Totals): number {
  return days === 0 ? 0 : servedDays / days
}

export function saidiOf({ minutes, served }: OutageDay): number {
  return served === 0 ? 0 : minutes / served
}

export interface Threshold {
  /** T_MED in minutes of daily SAIDI; null: there are too few days to say. */
  readonly minutes: number | null
  /** Of the natural logarithms of the days' SAIDI; the standard deviation is that of a sample. */
  readonly alpha: number | null
  readonly beta: number | null
  /** Days of history, and those of them on which anybody was without supply. */
  readonly days: number
  readonly daysWithOutages: number
}

/**
 * The 2.5 beta method, IEEE 1366-2012, clause 5: of five years, days without an interruption left out, T_MED = exp(alpha + 2.5 beta). With a shorter
 * history the standard takes what there is; of fewer days with interruptions than three dozen a deviation says nothing, and none is given.
 */
export function majorThreshold(history: readonly OutageDay[]): Threshold {
  const logs = history
    .map(saidiOf)
    .filter((saidi) => saidi > 0)
    .map(Math.log)
  const counts = { days: history.length, daysWithOutages: logs.length }
  if (logs.length < LEAST_DAYS) return { minutes: null, alpha: null, beta: null, ...counts }
  const alpha = sum(logs, (each) => each) / logs.length
  const beta = Math.sqrt(sum(logs, (each) => (each - alpha) ** 2) / (logs.length - 1))
  return { minutes: Math.exp(alpha + 2.5 * beta), alpha, beta, ...counts }
}

const LEAST_DAYS = 36

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0)
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
