import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import type { Database, Row } from '../database/database.ts'
import {
  type Indices,
  type OutageDay,
  type Threshold,
  type Totals,
  indicesOf,
  majorThreshold,
  meanServed,
  saidiOf,
  totalsOf,
} from './indices.ts'

export interface SystemIndices {
  /** Every day, and without the major ones, which are reported apart. */
  readonly all: Indices
  readonly withoutMajorDays: Indices
}

export interface ReliabilityReport {
  readonly from: string
  readonly to: string
  /** Of the sites together, or of the one that was asked for. */
  readonly system: SystemIndices
  readonly majorEventDays: {
    /** Found from the five years before `from`. */
    readonly threshold: Threshold
    readonly days: readonly {
      readonly day: string
      readonly saidiMinutes: number
      readonly customersInterrupted: number
      readonly customerMinutes: number
    }[]
  }
  readonly sites: readonly ({ readonly site: string } & SystemIndices)[]
}

export interface ReliabilityQuestion {
  /** Of days, UTC: those that begin at `from` or later and before `to`. */
  readonly from: number
  readonly to: number
  readonly site: string | undefined
}

/** What IEEE 1366 asks of a utility, from what the processor `outage` of each site has added up for each day. */
export class Reliability {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async report({ from, to, site }: ReliabilityQuestion): Promise<ReliabilityReport> {
    const history = await this.#systemDays(beforeYears(from), from, site)
    const threshold = majorThreshold(history)
    const days = await this.#systemDays(from, to, site)
    const tMed = threshold.minutes ?? Infinity
    const major = days.filter((day) => saidiOf(day) > tMed)
    const majorDays = major.map(({ day }) => day)
    const sites = await this.#sites({ from, to, site }, majorDays)
    const served = sites.reduce((sum, { all }) => sum + all.customersServed, 0)
    const ordinary = days.filter((day) => saidiOf(day) <= tMed)
    return {
      from: formatTime(Micros(from)),
      to: formatTime(Micros(to)),
      system: {
        all: indicesOf(totalsOf(days), served),
        withoutMajorDays: indicesOf(totalsOf(ordinary), served),
      },
      majorEventDays: {
        threshold,
        days: major.slice(0, limits.centreRows).map((day) => ({
          day: formatTime(Micros(day.day)),
          saidiMinutes: saidiOf(day),
          customersInterrupted: day.interrupted,
          customerMinutes: day.minutes,
        })),
      },
      sites,
    }
  }

  async #systemDays(
    from: number,
    to: number,
    site: string | undefined,
  ): Promise<readonly OutageDay[]> {
    const rows = await this.#database.query(
      `SELECT day::float8, sum(served) AS served, sum(interrupted) AS interrupted, sum(minutes) AS minutes, sum(momentary) AS momentary
       FROM outage_days WHERE day >= $1::bigint AND day < $2::bigint AND ($3::text IS NULL OR site = $3)
       GROUP BY outage_days.day ORDER BY outage_days.day`,
      [from, to, site ?? null],
    )
    return rows.map(dayOf)
  }

  async #sites(
    { from, to, site }: ReliabilityQuestion,
    major: readonly number[],
  ): Promise<ReliabilityReport['sites']> {
    const ordinary = 'FILTER (WHERE day NOT IN (SELECT day FROM major))'
    const rows = await this.#database.query(
      `WITH major AS (SELECT value::bigint AS day FROM json_array_elements_text($4::text::json))
       SELECT site, ${totalsSql('all', '')}, ${totalsSql('ordinary', ordinary)} FROM outage_days
       WHERE day >= $1::bigint AND day < $2::bigint AND ($3::text IS NULL OR site = $3) GROUP BY site ORDER BY site`,
      [from, to, site ?? null, JSON.stringify(major)],
    )
    return rows.map((row) => {
      const all = totalsIn(row, 'all')
      const served = meanServed(all)
      return {
        site: String(row['site']),
        all: indicesOf(all, served),
        withoutMajorDays: indicesOf(totalsIn(row, 'ordinary'), served),
      }
    })
  }
}

function totalsSql(of: string, filter: string): string {
  const sums = ['served', 'interrupted', 'minutes', 'momentary'].map(
    (each) => `coalesce(sum(${each}) ${filter}, 0) AS ${of}_${each}`,
  )
  return [`(count(*) ${filter})::float8 AS ${of}_days`, ...sums].join(', ')
}

function totalsIn(row: Row, of: string): Totals {
  const number = (name: string): number => Number(row[`${of}_${name}`])
  return {
    days: number('days'),
    servedDays: number('served'),
    interrupted: number('interrupted'),
    minutes: number('minutes'),
    momentary: number('momentary'),
  }
}

const HISTORY_YEARS = 5

function beforeYears(timeUs: number): number {
  const date = new Date(timeUs / 1000)
  date.setUTCFullYear(date.getUTCFullYear() - HISTORY_YEARS)
  return date.getTime() * 1000
}

function dayOf(row: Row): OutageDay {
  const { day, served, interrupted, minutes, momentary } = row
  return {
    day: Number(day),
    served: Number(served),
    interrupted: Number(interrupted),
    minutes: Number(minutes),
    momentary: Number(momentary),
  }
}
