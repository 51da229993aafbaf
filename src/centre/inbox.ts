import { limits } from '../core/limits.ts'
import type { Acknowledgement } from '../uplink/acknowledgement.ts'
import type { Envelope } from '../uplink/envelope.ts'
import type { Question } from '../uplink/question.ts'
import { type Received, receive } from '../uplink/receiver.ts'
import type { Database, Query } from './database/database.ts'
import { type SitedInventory, storeInventories } from './inventory/inbound.ts'
import type { Partitions } from './records/partitions.ts'
import { type SitedAnswer, storeAnswers } from './reconciliation/answers.ts'
import { STATE, receivedOf } from './streams.ts'
import { type SourcedRecord, storeRecords, timesOf } from './records/rows.ts'

export interface SiteAcknowledgement extends Acknowledgement {
  readonly site: string
}

export interface InboxCounters {
  envelopes: number
  records: number
  duplicates: number
  commits: number
}

type Source = Pick<Envelope, 'site' | 'stream' | 'epoch'>

/** To be sent when the commit is done; what gets lost is asked again at the next occasion. */
export type Ask = (site: string, question: Question) => void

/**
 * Envelopes into the database, with what has been received of each stream in the same commit. Several may work on one database: who has locked
 * a stream decides what is new in it.
 */
export class Inbox {
  readonly counters: InboxCounters = { envelopes: 0, records: 0, duplicates: 0, commits: 0 }
  readonly #database: Database
  readonly #partitions: Partitions
  readonly #ask: Ask

  constructor(database: Database, partitions: Partitions, ask: Ask) {
    this.#database = database
    this.#partitions = partitions
    this.#ask = ask
  }

  /** What there is of each stream that these are of, when it is on the disk. Rejects where it is not, and nothing has changed then. */
  async commit(
    envelopes: readonly Envelope[],
    nowUs: number,
  ): Promise<readonly SiteAcknowledgement[]> {
    const sources = sourcesOf(envelopes.filter(isOfStream))
    await this.#partitions.make(timesOf(envelopes), nowUs)
    const { states, before, asked } = await this.#database.transact(async (query) => {
      await hearSites(query, envelopes, nowUs)
      const known = await lockStreams(query, sources)
      const now = new Map(known)
      const fresh: SourcedRecord[] = []
      for (const envelope of envelopes) {
        if (!isOfStream(envelope)) continue
        const { site, stream, epoch } = envelope
        const id = idOf(envelope)
        const taken = receive(now.get(id) as Received, envelope)
        now.set(id, taken.state)
        for (const record of taken.fresh) fresh.push({ source: { site, stream, epoch }, record })
      }
      await storeRecords(query, [...fresh, ...recordsAgain(envelopes)])
      await keepStreams(query, sources, { states: now, nowUs })
      await storeAnswers(query, answersOf(envelopes), nowUs)
      const pages = await storeInventories(query, inventoriesOf(envelopes), nowUs)
      return { states: now, before: known, asked: pages }
    })
    for (const { site, pages } of asked) this.#ask(site, { kind: 'inventory', pages })
    this.#count(envelopes.length, before, states)
    return sources.map((source) => {
      const { ranges } = states.get(idOf(source)) as Received
      return { ...source, ranges }
    })
  }

  #count(
    envelopes: number,
    before: ReadonlyMap<string, Received>,
    after: ReadonlyMap<string, Received>,
  ): void {
    this.counters.commits++
    this.counters.envelopes += envelopes
    for (const [id, { records, duplicates }] of after) {
      this.counters.records += records - (before.get(id)?.records ?? 0)
      this.counters.duplicates += duplicates - (before.get(id)?.duplicates ?? 0)
    }
  }
}

function idOf({ site, stream, epoch }: Source): string {
  return `${site} ${stream} ${epoch}`
}

/** Each once, in an order that all workers have: nobody waits for somebody who waits for him. */
function sourcesOf(envelopes: readonly Envelope[]): readonly Source[] {
  const sources = new Map<string, Source>()
  for (const { site, stream, epoch } of envelopes)
    sources.set(idOf({ site, stream, epoch }), { site, stream, epoch })
  return [...sources].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each)
}

/** What else a site says has no number, and is not acknowledged. */
function isOfStream({ body }: Envelope): boolean {
  return body.kind === 'records' || body.kind === 'manifest'
}

/** Whose numbers have come before: what is here already stays as it is. */
function recordsAgain(envelopes: readonly Envelope[]): readonly SourcedRecord[] {
  return envelopes.flatMap(({ site, stream, epoch, body }) =>
    body.kind === 'again'
      ? body.records.map((record) => ({ source: { site, stream, epoch }, record }))
      : [],
  )
}

function answersOf(envelopes: readonly Envelope[]): readonly SitedAnswer[] {
  return envelopes.flatMap(({ site, stream, epoch, body }) =>
    body.kind === 'hours' ? [{ site, stream, epoch, answer: body.answer }] : [],
  )
}

function inventoriesOf(envelopes: readonly Envelope[]): readonly SitedInventory[] {
  return envelopes.flatMap(({ site, body }) =>
    body.kind === 'inventory' ? [{ site, inventory: body.inventory }] : [],
  )
}

async function hearSites(
  query: Query,
  envelopes: readonly Envelope[],
  nowUs: number,
): Promise<void> {
  const sites = [...new Set(envelopes.map(({ site }) => site))].toSorted()
  await query(
    `INSERT INTO sites (site, first_heard, last_heard)
     SELECT value, $2::bigint, $2::bigint FROM json_array_elements_text($1::text::json)
     ON CONFLICT (site) DO UPDATE SET last_heard = greatest(sites.last_heard, excluded.last_heard)`,
    [JSON.stringify(sites), nowUs],
  )
}

const KEYS = 'json_to_recordset($1::text::json) AS k (site text, stream text, epoch bigint)'

async function lockStreams(
  query: Query,
  sources: readonly Source[],
): Promise<Map<string, Received>> {
  const keys = JSON.stringify(sources)
  await query(
    `INSERT INTO streams (site, stream, epoch) SELECT site, stream, epoch FROM ${KEYS} ON CONFLICT DO NOTHING`,
    [keys],
  )
  const rows = await query(
    `SELECT s.site, s.stream, s.epoch::float8, ${STATE} FROM streams s JOIN ${KEYS} USING (site, stream, epoch)
     ORDER BY s.site, s.stream, s.epoch FOR UPDATE OF s`,
    [keys],
  )
  return new Map(
    rows.map((row) => {
      const source = {
        site: String(row['site']),
        stream: String(row['stream']),
        epoch: Number(row['epoch']),
      }
      return [idOf(source), receivedOf(row)]
    }),
  )
}

async function keepStreams(
  query: Query,
  sources: readonly Source[],
  { states, nowUs }: { readonly states: ReadonlyMap<string, Received>; readonly nowUs: number },
): Promise<void> {
  const rows = sources.map((source) => {
    const { ranges, manifest, ...counts } = states.get(idOf(source)) as Received
    return { ...source, ranges: JSON.stringify(ranges), ...manifest, ...counts }
  })
  await query(
    `UPDATE streams s SET ranges = k.ranges, last = k.last, pending = k.pending, lost = k.lost, oldest = k.oldest,
     records = k.records, duplicates = k.duplicates, withheld = k.withheld,
     replaced_at = CASE WHEN s.replaced_at >= $2::bigint - ${limits.replacedGraceMs * 1000} THEN s.replaced_at END
     FROM json_to_recordset($1::text::json) AS k (site text, stream text, epoch bigint, ranges text, last bigint, pending bigint,
     lost bigint, oldest bigint, records bigint, duplicates bigint, withheld bigint)
     WHERE s.site = k.site AND s.stream = k.stream AND s.epoch = k.epoch`,
    [JSON.stringify(rows), nowUs],
  )
}
