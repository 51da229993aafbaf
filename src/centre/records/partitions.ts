import type { Database, Query } from '../database/database.ts'
import { type Kept, RECORD_TABLES, type RecordTable } from './kept.ts'
import { type Month, monthIn, monthName, monthOf, startOf } from './months.ts'

/**
 * A partition for each month of each table: three years are 37 of each, few enough that a question to all of them is planned in a millisecond,
 * and small enough that dropping one frees a thirtieth of the disk. What no month that is kept takes goes to the partition `default`.
 */
export class Partitions {
  readonly #database: Database
  readonly #kept: Kept
  /** That are there, as far as is known here: what another worker has dropped meanwhile goes to `default`, and no commit fails. */
  readonly #known: Readonly<Record<RecordTable, Set<Month>>> = {
    events: new Set(),
    aggregates: new Set(),
  }

  constructor(database: Database, kept: Kept) {
    this.#database = database
    this.#kept = kept
  }

  /** From the first month that is kept to the next one: a clock that is wrong makes no partitions. */
  hasPlace(table: RecordTable, month: Month, nowUs: number): boolean {
    return month >= monthOf(nowUs - this.#kept[table]) && month <= monthOf(nowUs) + 1
  }

  /** There is a partition for each of these times that can have one, before the rows come. */
  async make(times: Readonly<Record<RecordTable, Iterable<number>>>, nowUs: number): Promise<void> {
    for (const table of RECORD_TABLES) {
      const months = this.#unknown(table, times[table], nowUs)
      if (months.length === 0) continue
      const found = await this.#database.transact(async (query) => {
        await lockPartitions(query)
        const there = new Set(await monthsOf(query, table))
        for (const month of months) if (!there.has(month)) await addMonth(query, table, month)
        return there.union(new Set(months))
      })
      this.#known[table].clear()
      for (const month of found) this.#known[table].add(month)
    }
  }

  /** Rows that came before there was a place for them get it. */
  async settle(nowUs: number): Promise<void> {
    const times: Record<RecordTable, number[]> = { events: [], aggregates: [] }
    for (const table of RECORD_TABLES) {
      this.#known[table].clear()
      const rows = await this.#database.query(
        `SELECT DISTINCT date_trunc('month', to_timestamp(time / 1000000) AT TIME ZONE 'UTC')::text AS month
         FROM ${table}_default WHERE time BETWEEN $1::bigint AND $2::bigint`,
        [nowUs - this.#kept[table] - MONTH_US, nowUs + 2 * MONTH_US],
      )
      const found = rows.map(
        ({ month }) => Date.parse(`${String(month).replace(' ', 'T')}Z`) * 1000,
      )
      times[table] = [...found, nowUs, startOf(monthOf(nowUs) + 1)]
    }
    await this.make(times, nowUs)
  }

  #unknown(table: RecordTable, times: Iterable<number>, nowUs: number): readonly Month[] {
    const known = this.#known[table]
    const unknown = new Set<Month>()
    let [from, to] = [0, 0]
    for (const time of times) {
      if (time >= from && time < to) continue
      const month = monthOf(time)
      ;[from, to] = [startOf(month), startOf(month + 1)]
      if (!known.has(month) && this.hasPlace(table, month, nowUs)) unknown.add(month)
    }
    return [...unknown].toSorted((one, other) => one - other)
  }
}

const MONTH_US = 31 * 86_400_000_000

/** Of all workers on a database, one at a time changes which partitions there are. */
export async function lockPartitions(query: Query): Promise<void> {
  await query(`SELECT pg_advisory_xact_lock(${PARTITIONS_LOCK})`)
}

const PARTITIONS_LOCK = 0x42555354

export async function monthsOf(query: Query, table: RecordTable): Promise<readonly Month[]> {
  const rows = await query(
    `SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '${table}'::regclass`,
  )
  return rows.map(({ relname }) => monthIn(String(relname))).filter((month) => month !== undefined)
}

/** Rows of that month move out of `default` first, which nobody writes meanwhile: two partitions may not claim the same row. */
async function addMonth(query: Query, table: RecordTable, month: Month): Promise<void> {
  const name = `${table}_${monthName(month)}`
  const [from, to] = [startOf(month), startOf(month + 1)]
  await query(`LOCK TABLE ${table}_default IN ACCESS EXCLUSIVE MODE`)
  await query(`CREATE TABLE ${name} (LIKE ${table})`)
  await query(
    `WITH moved AS (DELETE FROM ${table}_default WHERE time >= ${from} AND time < ${to} RETURNING *)
     INSERT INTO ${name} SELECT * FROM moved`,
  )
  await query(`ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${to})`)
}
