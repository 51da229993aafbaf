import { Micros, formatTime, parseTime } from '../../core/time.ts'
import type { SiteInfo } from '../../centre/ledger.ts'
import type { OutboxRow } from '../../store/outbox/outbox-reader.ts'
import { askEdge } from '../query/edge-request.ts'
import type { Fleet } from './fleet.ts'
import type { FleetSite } from './fleet-site.ts'

export interface AuditResult {
  /** In the outboxes of all sites, without what their policy keeps. */
  readonly records: number
  readonly arrived: number
  /** Not there; there and never sent; there, but not as the site has it last. */
  readonly missing: number
  readonly foreign: number
  readonly stale: number
  /** Records that came again, as the centre counts them: no more than were sent too often. */
  readonly duplicates: number
  readonly sentTooOften: number
  /** Sentences; empty: every record is there once, in order, and nothing else is. */
  readonly faults: readonly string[]
}

interface SiteAudit {
  readonly records: number
  readonly arrived: number
  readonly missing: number
  readonly foreign: number
  readonly stale: number
  readonly received: number
  readonly duplicates: number
  readonly faults: readonly string[]
}

interface ArrivedEvent {
  readonly time: string
  readonly end: string | null
  readonly subject: { readonly id: string }
  readonly fields: { readonly value: number; readonly state: string }
}

/** Asks the centre for all that it has of the fleet, and compares it with the outboxes, record by record. */
export async function audit(fleet: Fleet, http: string): Promise<AuditResult> {
  const sites = [...fleet.sites]
  const audits: SiteAudit[] = []
  const work = async (): Promise<void> => {
    for (let site = sites.pop(); site !== undefined; site = sites.pop())
      audits.push(await auditSite(site, http, fleet.startUs))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const sum = (name: Exclude<keyof SiteAudit, 'faults'>): number =>
    audits.reduce((total, each) => total + each[name], 0)
  const sent = fleet.counters.records + fleet.duplicated
  const duplicates = sum('duplicates')
  const sentTooOften = sent - (sum('received') - duplicates)
  const faults = audits.flatMap((each) => each.faults)
  if (duplicates > sentTooOften)
    faults.push(`${duplicates} duplicates are counted, and ${sentTooOften} records went again`)
  return {
    records: sum('records'),
    arrived: sum('arrived'),
    missing: sum('missing'),
    foreign: sum('foreign'),
    stale: sum('stale'),
    duplicates,
    sentTooOften,
    faults,
  }
}

async function auditSite(site: FleetSite, http: string, startUs: number): Promise<SiteAudit> {
  const { name, last } = site
  const faults: string[] = []
  const info = (await ask(`http://${http}/api/v1/sites/${name}`)) as SiteInfo
  const stream = info.streams.find((each) => each.stream === 'events')
  if (stream === undefined || stream.watermark !== last || stream.missing > 0 || stream.lost > 0)
    faults.push(
      `${name}: gave numbers up to ${last}, and the centre says ${JSON.stringify(stream)}`,
    )
  const left = new Map(site.rows().map((row) => [formatTime(Micros(row.time)), row]))
  const records = left.size
  let arrived = 0
  let foreign = 0
  let stale = 0
  let before = Infinity
  for await (const event of eventsOf(name, http, startUs)) {
    arrived++
    const time = parseTime(event.time) ?? 0
    if (time >= before) faults.push(`${name}: ${event.time} is out of order`)
    before = time
    const row = left.get(event.time)
    if (row === undefined) foreign++
    else if (!isSame(event, row)) stale++
    left.delete(event.time)
  }
  const missing = left.size
  if (missing + foreign + stale > 0)
    faults.push(`${name}: ${missing} missing, ${foreign} foreign, ${stale} not as they are last`)
  const { records: fresh = 0, duplicates = 0, withheld = 0 } = stream ?? {}
  const received = fresh + duplicates + withheld
  return { records, arrived, missing, foreign, stale, received, duplicates, faults }
}

/** All of a site since then, the newest first. */
async function* eventsOf(
  site: string,
  http: string,
  startUs: number,
): AsyncGenerator<ArrivedEvent> {
  const from = formatTime(Micros(startUs))
  const to = formatTime(Micros((Date.now() + DAY_MS) * 1000))
  const asked = { site, from, to, limit: String(PAGE) }
  for (let page: Page | undefined; page === undefined || page.next !== null;) {
    const query = new URLSearchParams(page?.next ? { ...asked, after: page.next } : asked)
    page = (await ask(`http://${http}/api/v1/events?${query.toString()}`)) as Page
    yield* page.events
  }
}

interface Page {
  readonly events: readonly ArrivedEvent[]
  readonly next: string | null
}

function isSame({ end, subject, fields }: ArrivedEvent, row: OutboxRow): boolean {
  const until = row.end === 0 ? null : formatTime(Micros(row.end))
  return (
    end === until &&
    subject.id === row.subject.id &&
    fields.value === row.value &&
    fields.state === row.state
  )
}

async function ask(url: string): Promise<unknown> {
  return (await askEdge(url)).json()
}

const AT_ONCE = 4
const PAGE = 10_000
const DAY_MS = 86_400_000
