import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import type { Database, Query } from '../database/database.ts'
import { type Kept, RECORD_TABLES, type RecordTable } from './kept.ts'
import { monthName, monthOf, startOf } from './months.ts'
import { type Partitions, lockPartitions, monthsOf } from './partitions.ts'

/** Records that are as old as they may become make room, month by month, and it is written down how many those were. */
export class Retention {
  readonly #database: Database
  readonly #partitions: Partitions
  readonly #kept: Kept
  /** Why the last round came to nothing; empty: it did not. */
  failure = ''

  constructor(database: Database, partitions: Partitions, kept: Kept) {
    this.#database = database
    this.#partitions = partitions
    this.#kept = kept
  }

  async sweep(nowUs: number): Promise<void> {
    await this.#partitions.settle(nowUs)
    for (const table of RECORD_TABLES) {
      await this.#database.transact(async (query) => {
        await lockPartitions(query)
        // Whoever asks for years just now is not waited for, with all commits behind: there is another round.
        await query(`SET LOCAL lock_timeout = ${limits.centreDropWaitMs}`)
        await dropMonths(query, { table, firstKept: monthOf(nowUs - this.#kept[table]), nowUs })
        await boundUnplaced(query, table, nowUs)
      })
    }
    await this.#database.query('DELETE FROM outage_days WHERE day < $1::bigint', [
      nowUs - limits.outageDaysKept * DAY_US,
    ])
  }

  /** What is kept, where it stands, and what has gone. */
  async state(): Promise<RetentionState> {
    const tables = []
    for (const table of RECORD_TABLES) tables.push(await this.#tableState(table))
    const drops = await this.#database.query(
      `SELECT records_of, since::float8, until::float8, records::float8, dropped::float8 FROM retention_drops
       ORDER BY dropped DESC LIMIT ${limits.centreRows}`,
    )
    return {
      tables,
      outageDaysKept: limits.outageDaysKept,
      dropped: drops.map(({ records_of, since, until, records, dropped }) => ({
        table: String(records_of),
        from: timeOf(since),
        to: timeOf(until),
        records: Number(records),
        dropped: timeOf(dropped),
      })),
    }
  }

  /** For metrics: as few questions as there are tables. */
  async counts(): Promise<readonly RetentionCount[]> {
    const { query } = this.#database
    const rows = await query(
      'SELECT records_of, sum(records)::float8 AS records FROM retention_drops GROUP BY records_of',
    )
    const dropped = new Map(rows.map((row) => [row['records_of'], Number(row['records'])]))
    const counts = []
    for (const table of RECORD_TABLES) {
      const [row] = await query(`SELECT count(*)::float8 AS records FROM ${table}_default`)
      const unplaced = Number(row?.['records'])
      counts.push({ table, dropped: dropped.get(table) ?? 0, unplaced })
    }
    return counts
  }

  async #tableState(table: RecordTable): Promise<TableState> {
    const { query } = this.#database
    const months = (await monthsOf(query, table)).toSorted((one, other) => one - other)
    const unplaced = await query(
      `SELECT site, count(*)::float8 AS records, min(time)::float8 AS first, max(time)::float8 AS last FROM ${table}_default
       GROUP BY site ORDER BY site LIMIT ${limits.centreRows}`,
    )
    return {
      table,
      keptDays: Math.round(this.#kept[table] / DAY_US),
      months: months.map((month) => monthName(month).replace('_', '-')),
      unplaced: unplaced.map(({ site, records, first, last }) => ({
        site: String(site),
        records: Number(records),
        first: timeOf(first),
        last: timeOf(last),
      })),
    }
  }
}

export interface RetentionCount {
  readonly table: RecordTable
  readonly dropped: number
  readonly unplaced: number
}

export interface TableState {
  readonly table: RecordTable
  readonly keptDays: number
  /** That have a partition. */
  readonly months: readonly string[]
  /** Records whose times are in no month that is kept: the clock of that site is or was wrong. */
  readonly unplaced: readonly {
    readonly site: string
    readonly records: number
    readonly first: string
    readonly last: string
  }[]
}

export interface RetentionState {
  readonly tables: readonly TableState[]
  readonly outageDaysKept: number
  readonly dropped: readonly {
    readonly table: string
    readonly from: string
    readonly to: string
    readonly records: number
    readonly dropped: string
  }[]
}

const DAY_US = 86_400_000_000

interface Round {
  readonly table: RecordTable
  readonly firstKept: number
  readonly nowUs: number
}

async function dropMonths(query: Query, { table, firstKept, nowUs }: Round): Promise<void> {
  for (const month of await monthsOf(query, table)) {
    if (month >= firstKept) continue
    const name = `${table}_${monthName(month)}`
    const [row] = await query(`SELECT count(*)::float8 AS records FROM ${name}`)
    await query(`DROP TABLE ${name}`)
    const words = [table, startOf(month), startOf(month + 1), Number(row?.['records']), nowUs]
    await query('INSERT INTO retention_drops VALUES ($1, $2, $3, $4, $5)', words)
  }
}

/** A site whose clock is wrong for years does not fill the disk either: of too many those with the lowest numbers go. */
async function boundUnplaced(query: Query, table: RecordTable, nowUs: number): Promise<void> {
  await query(
    `WITH surplus AS (
       SELECT ctid FROM ${table}_default ORDER BY epoch DESC, sequence DESC OFFSET ${limits.centreUnplacedRows}
     ), gone AS (
       DELETE FROM ${table}_default WHERE ctid IN (SELECT ctid FROM surplus) RETURNING time
     )
     INSERT INTO retention_drops
     SELECT '${table}', min(time), max(time), count(*), $1::bigint FROM gone HAVING count(*) > 0`,
    [nowUs],
  )
}

function timeOf(value: unknown): string {
  return formatTime(Micros(Number(value)))
}
