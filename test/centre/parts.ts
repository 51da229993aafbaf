import { join } from 'node:path'
import { operationsOf } from '../../src/centre/api/operations.ts'
import type { Operation } from '../../src/centre/api/operation.ts'
import type { Database } from '../../src/centre/database/database.ts'
import { openEmbedded } from '../../src/centre/database/embedded-database.ts'
import { openPostgres } from '../../src/centre/database/postgres-database.ts'
import { Inbox } from '../../src/centre/inbox.ts'
import { SiteReports } from '../../src/centre/fleet/site-reports.ts'
import { Devices } from '../../src/centre/inventory/devices.ts'
import { Ledger } from '../../src/centre/ledger.ts'
import { Partitions } from '../../src/centre/records/partitions.ts'
import { Records } from '../../src/centre/records/records.ts'
import { Retention } from '../../src/centre/records/retention.ts'
import { Reconciler } from '../../src/centre/reconciliation/reconciler.ts'
import { Reliability } from '../../src/centre/reliability/reliability.ts'
import type { Envelope } from '../../src/uplink/envelope.ts'
import type { Question } from '../../src/uplink/question.ts'
import type { UplinkRecord } from '../../src/uplink/record.ts'
import { startPostgres } from '../uplink/servers.ts'

export type Kind = 'pglite' | 'postgres'

/** A database with nothing in it, and gone with `started`. */
export async function openDatabase(
  kind: Kind,
  folder: string,
  started: AsyncDisposableStack,
): Promise<Database> {
  let database: Database
  if (kind === 'postgres') {
    const { port } = started.use(await startPostgres(folder))
    database = await openPostgres(`postgres://busbar@127.0.0.1:${port}/postgres`)
  } else database = await openEmbedded(join(folder, 'centre'))
  started.defer(async () => database.close())
  return database
}

export const DAY_US = 86_400_000_000
const YEAR_US = 366 * DAY_US

export interface Parts {
  readonly inbox: Inbox
  readonly partitions: Partitions
  readonly retention: Retention
  readonly reconciler: Reconciler
  readonly operations: readonly Operation[]
  /** What was asked of sites. */
  readonly asked: { readonly site: string; readonly question: Question }[]
}

/** What a centre is made of, without a broker. */
export function partsOf(database: Database): Parts {
  const kept = { events: 3 * YEAR_US, aggregates: 3 * YEAR_US }
  const partitions = new Partitions(database, kept)
  const retention = new Retention(database, partitions, kept)
  const asked: Parts['asked'] = []
  const ask = (site: string, question: Question): unknown => asked.push({ site, question })
  const reconciler = new Reconciler(database, ask)
  const operations = operationsOf({
    ledger: new Ledger(database),
    reports: new SiteReports(database),
    records: new Records(database),
    devices: new Devices(database),
    reliability: new Reliability(database),
    retention,
    reconciler,
  })
  const inbox = new Inbox(database, partitions, ask)
  return { inbox, partitions, retention, operations, asked, reconciler }
}

const EPOCH = 1_795_510_800_000_000

/** An envelope of these records, which get the numbers from `first` on. */
export function envelopeOf(
  site: string,
  first: number,
  records: readonly Partial<UplinkRecord>[],
): Envelope {
  const stream = records[0]?.kind === 'aggregate' ? 'aggregates' : 'events'
  const full = records.map((own, at): UplinkRecord => {
    return { ...RECORD, ...own, sequence: first + at }
  })
  const last = first + records.length - 1
  const body = { kind: 'records', records: full, withheld: [] } as const
  return { site, stream, epoch: EPOCH, first, last, isBackfill: false, body }
}

const RECORD: UplinkRecord = {
  sequence: 1,
  kind: 'event',
  processor: 'outage',
  name: 'outage',
  subject: { kind: 'feeder', id: 'f1' },
  key: 0,
  time: EPOCH,
  end: 0,
  revision: 0,
  fields: { value: 1, severity: 4 },
}
