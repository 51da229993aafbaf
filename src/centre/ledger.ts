import { limits } from '../core/limits.ts'
import { Micros, formatTime } from '../core/time.ts'
import { type Ranges, watermark } from '../uplink/ranges.ts'
import { gapsOf } from '../uplink/receiver.ts'
import type { Database, Row } from './database/database.ts'
import { STATE, receivedOf } from './streams.ts'

/** Of the last epoch: an earlier one has no gaps any more, for all of it was sent again, or its machine was replaced. */
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
  /** As the site counts them: records that wait there, and those that had to make room. Lost is also what machines that were replaced took with them. */
  readonly pending: number
  readonly lost: number
  /** Of those that are lost, what waited on machines that were replaced. */
  readonly lostWithMachine: number
  readonly oldest: string | null
}

export interface SiteInfo {
  readonly site: string
  readonly firstHeard: string
  readonly lastHeard: string
  readonly silentSeconds: number
  readonly isSilent: boolean
  /** By how much its clock was ahead of the centre's when it last said how it is, and the way there behind it; null: it has not said. */
  readonly clockOffsetSeconds: number | null
  readonly isClockWrong: boolean
  /** Of all its streams together. */
  readonly missing: number
  readonly pending: number
  readonly lost: number
  /** Null: it has sent none. */
  readonly inventory: {
    readonly devices: number
    readonly silent: number
    readonly quarantined: number
    readonly withheld: number
    readonly heard: string
  } | null
  readonly streams: readonly StreamInfo[]
}

export interface SitesQuestion {
  /** A part of the id. */
  readonly search: string | undefined
  readonly state: 'heard' | 'silent' | 'missing' | 'lost' | undefined
  readonly sort: 'site' | 'heard' | 'pending' | 'missing' | 'lost' | undefined
  readonly order: 'asc' | 'desc' | undefined
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
      `SELECT s.site, s.first_heard::float8 AS first, s.last_heard::float8 AS last, i.heard::float8 AS told, i.devices, i.silent, i.quarantined,
       i.withheld, r.heard_at::float8 AS reported, r.report::json->'clock'->>'time' AS clock
       FROM sites s LEFT JOIN inventories i ON i.site = s.site LEFT JOIN site_reports r ON r.site = s.site
       WHERE $1::text IS NULL OR s.site = $1 ORDER BY s.site COLLATE "C" LIMIT ${limits.centreRows}`,
      [site ?? null],
    )
    // As one text: PGlite takes half a second to hand out four thousand rows one by one.
    const [streams] = await query(
      `SELECT coalesce(json_agg(row_to_json(own)), '[]')::text AS rows FROM (
         SELECT s.site, s.stream, s.epoch::float8, ${STATE} FROM (
           SELECT *, max(epoch) OVER (PARTITION BY site, stream) AS newest FROM streams WHERE $1::text IS NULL OR site = $1
         ) s WHERE s.epoch = s.newest OR s.replaced_at IS NOT NULL ORDER BY s.site, s.stream, s.epoch DESC
       ) own`,
      [site ?? null],
    )
    const rows = JSON.parse(String(streams?.['rows'])) as readonly Row[]
    const bySite = Map.groupBy(rows, (row) => String(row['site']))
    return sites.map((row): SiteInfo => {
      const name = String(row['site'])
      const heard = Number(row['last'])
      const own = streamsIn(bySite.get(name) ?? [])
      const silentSeconds = Math.max(0, Math.round((nowUs - heard) / 1e6))
      return {
        site: name,
        firstHeard: timeOf(row['first']),
        lastHeard: timeOf(heard),
        silentSeconds,
        isSilent: silentSeconds * 1000 >= limits.siteSilentMs,
        ...clockOf(row),
        missing: own.reduce((sum, { missing }) => sum + missing, 0),
        pending: own.reduce((sum, { pending }) => sum + pending, 0),
        lost: own.reduce((sum, { lost }) => sum + lost, 0),
        inventory: inventoryOf(row),
        streams: own,
      }
    })
  }

  /** Those that fit, in the order asked for; sites that are alike in it by their ids. */
  async search(
    { search = '', state, sort = 'site', order = 'asc' }: SitesQuestion,
    nowUs: number,
  ): Promise<readonly SiteInfo[]> {
    const sites = await this.sites(nowUs)
    const found = sites.filter((each) => each.site.includes(search) && isIn(state, each))
    if (sort === 'site') return order === 'asc' ? found : found.toReversed()
    const value = VALUES[sort]
    const sign = order === 'asc' ? 1 : -1
    return found.toSorted((one, other) => sign * (value(one) - value(other)))
  }
}

function isIn(state: SitesQuestion['state'], site: SiteInfo): boolean {
  switch (state) {
    case undefined:
      return true
    case 'heard':
      return !site.isSilent
    case 'silent':
      return site.isSilent
    case 'missing':
      return site.missing > 0
    case 'lost':
      return site.lost > 0
  }
}

const VALUES = {
  heard: ({ lastHeard }: SiteInfo) => Date.parse(lastHeard),
  pending: ({ pending }: SiteInfo) => pending,
  missing: ({ missing }: SiteInfo) => missing,
  lost: ({ lost }: SiteInfo) => lost,
} as const

function clockOf(row: Row): Pick<SiteInfo, 'clockOffsetSeconds' | 'isClockWrong'> {
  const { clock, reported } = row
  const offsetMs = typeof clock === 'string' ? Date.parse(clock) - Number(reported) / 1000 : NaN
  if (Number.isNaN(offsetMs)) return { clockOffsetSeconds: null, isClockWrong: false }
  const isClockWrong = Math.abs(offsetMs) >= limits.siteClockWrongMs
  return { clockOffsetSeconds: Math.round(offsetMs) / 1000, isClockWrong }
}

function inventoryOf(row: Row): SiteInfo['inventory'] {
  if (row['told'] === null) return null
  return {
    devices: Number(row['devices']),
    silent: Number(row['silent']),
    quarantined: Number(row['quarantined']),
    withheld: Number(row['withheld']),
    heard: timeOf(row['told']),
  }
}

/** Of one site: of each stream the last epoch first, then those of machines that were replaced. */
function streamsIn(rows: readonly Row[]): readonly StreamInfo[] {
  const byStream = Map.groupBy(rows, (row) => String(row['stream']))
  return [...byStream.values()].flatMap(([last, ...replaced]) =>
    last === undefined ? [] : [streamInfo(last, replaced)],
  )
}

/** Of the records that waited on a machine, those that did not come: not more than waited when it said so last, nor than the numbers that are not here. */
function lostWith(row: Row): { readonly waiting: number; readonly lost: number } {
  const received = receivedOf(row)
  const { pending, lost } = received.manifest
  return { waiting: Math.min(pending, gapsOf(received).numbers), lost }
}

function streamInfo(row: Row, replaced: readonly Row[]): StreamInfo {
  const received = receivedOf(row)
  const { ranges, manifest, records, duplicates, withheld } = received
  const { last, pending, lost, oldest } = manifest
  const gaps = gapsOf(received)
  const gone = replaced.map(lostWith)
  const lostWithMachine = gone.reduce((sum, { waiting }) => sum + waiting, 0)
  const lostBefore = gone.reduce((sum, each) => sum + each.lost, lostWithMachine)
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
    lost: lost + lostBefore,
    lostWithMachine,
    oldest: oldest === 0 ? null : timeOf(oldest),
  }
}

function timeOf(value: unknown): string {
  return formatTime(Micros(Number(value)))
}
