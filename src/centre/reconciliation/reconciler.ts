import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import { HOUR_US, type HourDigest } from '../../uplink/hours.ts'
import { watermark } from '../../uplink/ranges.ts'
import type { Question } from '../../uplink/question.ts'
import type { Database, Row } from '../database/database.ts'
import { STATE, receivedOf } from '../streams.ts'
import { type Source, digestsIn, wordOf } from './digests.ts'

export interface ReconciliationInfo {
  readonly site: string
  readonly stream: string
  /** When it was asked last, and when a question was answered last; null: never. */
  readonly asked: string | null
  readonly answered: string | null
  /** Of all answers so far. */
  readonly hours: number
  readonly open: number
  readonly differing: number
  readonly resent: number
}

type Ask = (site: string, question: Question) => void

export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Has sites compare what they have with what is here, each stream once a day and whenever somebody says so. */
export class Reconciler {
  readonly #database: Database
  readonly #ask: Ask

  constructor(database: Database, ask: Ask) {
    this.#database = database
    this.#ask = ask
  }

  /** Streams whose day is over, a few at a time; of several workers each takes others. A stream that is new gets a moment of the day of its own. */
  async askDue(nowUs: number): Promise<void> {
    const dayUs = limits.reconcileMs * 1000
    const { query } = this.#database
    await query(
      `INSERT INTO reconciliations (site, stream, asked)
       SELECT DISTINCT site, stream, $1::bigint - floor(random() * ${dayUs})::bigint FROM streams ON CONFLICT DO NOTHING`,
      [nowUs],
    )
    const rows = await query(
      `UPDATE reconciliations r SET asked = $1::bigint FROM (
         SELECT d.site, d.stream FROM reconciliations d JOIN sites s ON s.site = d.site
         WHERE d.asked <= $1::bigint - ${dayUs} AND s.last_heard > $1::bigint - ${limits.siteSilentMs * 1000}
         ORDER BY d.asked LIMIT ${limits.reconciledAtOnce} FOR UPDATE OF d SKIP LOCKED
       ) due WHERE r.site = due.site AND r.stream = due.stream RETURNING r.site, r.stream`,
      [nowUs],
    )
    const to = nowUs - limits.reconcileAfterMs * 1000
    const stretch = { from: to - limits.reconciledHours * HOUR_US, to }
    for (const { site, stream } of rows)
      await this.#askStream(String(site), String(stream), stretch)
  }

  /** Returns of how many streams. */
  async askSite(site: string, stretch: Stretch, nowUs: number): Promise<readonly string[]> {
    const { query } = this.#database
    const rows = await query(
      'SELECT DISTINCT stream FROM streams WHERE site = $1 ORDER BY stream',
      [site],
    )
    const streams = rows.map(({ stream }) => String(stream))
    for (const stream of streams) {
      await query(
        `INSERT INTO reconciliations (site, stream, asked) VALUES ($1, $2, $3)
         ON CONFLICT (site, stream) DO UPDATE SET asked = excluded.asked`,
        [site, stream, nowUs],
      )
      await this.#askStream(site, stream, stretch)
    }
    return streams
  }

  async infos(site: string | undefined): Promise<readonly ReconciliationInfo[]> {
    const rows = await this.#database.query(
      `SELECT site, stream, asked::float8, answered::float8, hours::float8, open::float8, differing::float8, resent::float8 FROM reconciliations
       WHERE $1::text IS NULL OR site = $1 ORDER BY site, stream LIMIT ${limits.centreRows}`,
      [site ?? null],
    )
    return rows.map(infoOf)
  }

  async #askStream(site: string, stream: string, { from, to }: Stretch): Promise<void> {
    const [row] = await this.#database.query(
      `SELECT s.epoch::float8, ${STATE} FROM streams s WHERE s.site = $1 AND s.stream = $2 ORDER BY s.epoch DESC LIMIT 1`,
      [site, stream],
    )
    if (row === undefined) return
    const source = { site, stream, epoch: Number(row['epoch']) }
    const upTo = watermark(receivedOf(row).ranges)
    const last = Math.floor(to / HOUR_US)
    for (let first = Math.floor(from / HOUR_US); first < last; first += limits.reconciledHours) {
      const end = Math.min(last, first + limits.reconciledHours)
      const hours = await this.#unsettled(source, first, end)
      if (hours.length === 0) continue
      this.#ask(site, { kind: 'hours', stream, epoch: source.epoch, upTo, hours })
    }
  }

  /** Without hours as they were when the site had sent all that it has of them: it has less, and will not have more. */
  async #unsettled(source: Source, first: number, end: number): Promise<readonly HourDigest[]> {
    const { query } = this.#database
    const found = await digestsIn(query, source, { first, end })
    const rows = await query(
      'SELECT hour::float8, digest FROM reconciled_hours WHERE site = $1 AND stream = $2 AND epoch = $3 AND hour >= $4 AND hour < $5',
      [source.site, source.stream, source.epoch, first, end],
    )
    const settled = new Map(rows.map(({ hour, digest }) => [Number(hour), String(digest)]))
    return found.filter((each) => settled.get(each.hour) !== wordOf(each))
  }
}

function infoOf(row: Row): ReconciliationInfo {
  const count = (name: string): number => Number(row[name])
  return {
    site: String(row['site']),
    stream: String(row['stream']),
    asked: timeOf(row['asked']),
    answered: timeOf(row['answered']),
    hours: count('hours'),
    open: count('open'),
    differing: count('differing'),
    resent: count('resent'),
  }
}

function timeOf(value: unknown): string | null {
  return value === 0 ? null : formatTime(Micros(Number(value)))
}
