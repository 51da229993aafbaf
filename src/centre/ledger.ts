import { limits } from '../core/limits.ts'
import { Micros, formatTime } from '../core/time.ts'
import { type Ranges, watermark } from '../uplink/ranges.ts'
import { gapsOf } from '../uplink/receiver.ts'
import type { Database, Row } from './database/database.ts'
import { STATE, receivedOf } from './inbox.ts'

/** Of the last epoch: an earlier one has no gaps any more, for all of it was sent again. */
export interface StreamInfo {
  readonly stream: string
  readonly epoch: number
  /** Up to this number everything is here. */
  readonly watermark: number
  readonly last: number
  /** Numbers that the site has given and that are not here, and where they are. */
  readonly missing: number
  readonly gaps: Ranges
  readonly records: number
  readonly duplicates: number
  readonly withheld: number
  /** As the site counts them: records that wait there, and those that had to make room. */
  readonly pending: number
  readonly lost: number
  readonly oldest: string | null
}

export interface SiteInfo {
  readonly site: string
  readonly firstHeard: string
  readonly lastHeard: string
  readonly silentSeconds: number
  readonly isSilent: boolean
  readonly streams: readonly StreamInfo[]
}

export interface RecordsQuery {
  readonly table: 'events' | 'aggregates'
  readonly site: string | undefined
  readonly name: string | undefined
  readonly subject: string | undefined
  readonly from: Micros
  readonly to: Micros
  readonly limit: number
}

/** What the centre knows of its sites, read from its database. */
export class Ledger {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All, or the one of that name. */
  async sites(nowUs: number, site?: string): Promise<readonly SiteInfo[]> {
    const { query } = this.#database
    const sites = await query(
      `SELECT site, first_heard::float8 AS first, last_heard::float8 AS heard FROM sites
       WHERE $1::text IS NULL OR site = $1 ORDER BY site LIMIT ${limits.centreRows}`,
      [site ?? null],
    )
    const streams = await query(
      `SELECT DISTINCT ON (s.site, s.stream) s.site, s.stream, s.epoch::float8, ${STATE} FROM streams s
       WHERE $1::text IS NULL OR s.site = $1 ORDER BY s.site, s.stream, s.epoch DESC`,
      [site ?? null],
    )
    const bySite = Map.groupBy(streams, (row) => String(row['site']))
    return sites.map((row): SiteInfo => {
      const name = String(row['site'])
      const heard = Number(row['heard'])
      const silentSeconds = Math.max(0, Math.round((nowUs - heard) / 1e6))
      return {
        site: name,
        firstHeard: timeOf(row['first']),
        lastHeard: timeOf(heard),
        silentSeconds,
        isSilent: silentSeconds * 1000 >= limits.siteSilentMs,
        streams: (bySite.get(name) ?? []).map(streamInfo),
      }
    })
  }

  /** In order of time. */
  async records(asked: RecordsQuery): Promise<readonly object[]> {
    const { table, site = null, name = null, subject = null, from, to, limit } = asked
    const rows = await this.#database.query(
      `SELECT site, stream, processor, name, subject_kind, subject, key::float8, time::float8, "end"::float8, revision::float8, fields
       FROM ${table} WHERE time >= $1::bigint AND time < $2::bigint AND ($3::text IS NULL OR site = $3)
       AND ($4::text IS NULL OR name = $4) AND ($5::text IS NULL OR subject = $5)
       ORDER BY time, site, sequence LIMIT $6::int`,
      [from, to, site, name, subject, Math.min(limit, limits.centreRows)],
    )
    return rows.map((row) => ({
      ...row,
      subject: { kind: row['subject_kind'], id: row['subject'] },
      subject_kind: undefined,
      time: timeOf(row['time']),
      end: row['end'] === 0 ? null : timeOf(row['end']),
      fields: JSON.parse(String(row['fields'])) as unknown,
    }))
  }
}

function streamInfo(row: Row): StreamInfo {
  const received = receivedOf(row)
  const { ranges, manifest, records, duplicates, withheld } = received
  const { last, pending, lost, oldest } = manifest
  const gaps = gapsOf(received)
  return {
    stream: String(row['stream']),
    epoch: Number(row['epoch']),
    watermark: watermark(ranges),
    last,
    missing: gaps.numbers,
    gaps: gaps.ranges,
    records,
    duplicates,
    withheld,
    pending,
    lost,
    oldest: oldest === 0 ? null : timeOf(oldest),
  }
}

function timeOf(value: unknown): string {
  return formatTime(Micros(Number(value)))
}
