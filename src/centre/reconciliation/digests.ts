import { HOUR_US, type HourDigest } from '../../uplink/hours.ts'
import type { Query } from '../database/database.ts'

export interface Source {
  readonly site: string
  readonly stream: string
  readonly epoch: number
}

/** Every hour, also those of which nothing is here. */
export async function digestsIn(
  query: Query,
  { site, stream, epoch }: Source,
  { first, end }: { readonly first: number; readonly end: number },
): Promise<readonly HourDigest[]> {
  const own = (table: string): string =>
    `SELECT sequence, time, "end", revision FROM ${table}
     WHERE site = $1 AND stream = $2 AND epoch = $3 AND time >= $4::bigint AND time < $5::bigint`
  const rows = await query(
    `SELECT (time / ${HOUR_US})::float8 AS hour, count(*)::float8 AS count, sum(
       ('x' || substr(md5(concat_ws(':', sequence, time, "end", revision)), 1, 8))::bit(32)::bigint
     )::float8 AS digest
     FROM (${own('events')} UNION ALL ${own('aggregates')}) AS records GROUP BY 1`,
    [site, stream, epoch, first * HOUR_US, end * HOUR_US],
  )
  const found = new Map(
    rows.map((row) => [
      Number(row['hour']),
      { count: Number(row['count']), digest: Number(row['digest']) },
    ]),
  )
  return Array.from({ length: end - first }, (_, at) => {
    return { hour: first + at, ...(found.get(first + at) ?? { count: 0, digest: 0 }) }
  })
}

export function wordOf({ count, digest }: HourDigest): string {
  return `${count}:${digest}`
}
