import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import type { Database, Query } from '../database/database.ts'

export interface Deed {
  readonly who: string
  readonly what: string
}

/** In the same transaction as what was done. */
export async function note(query: Query, { who, what }: Deed, nowUs: number): Promise<void> {
  await query('INSERT INTO fleet_audit (time, who, what) VALUES ($1::bigint, $2, $3)', [
    nowUs,
    who,
    what,
  ])
}

/** What people and the centre itself have done with the fleet, the last first. */
export async function deeds({ query }: Database): Promise<readonly object[]> {
  const rows = await query(
    `SELECT time::float8, who, what FROM fleet_audit ORDER BY id DESC LIMIT ${limits.fleetDeeds}`,
  )
  return rows.map(({ time, who, what }) => ({ time: formatTime(Micros(Number(time))), who, what }))
}
