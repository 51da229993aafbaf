import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { operationsOf } from '../src/centre/api/operations.ts'
import { openEmbedded } from '../src/centre/database/embedded-database.ts'
import { migrate } from '../src/centre/database/migrations.ts'
import { openPostgres } from '../src/centre/database/postgres-database.ts'
import { SiteReports } from '../src/centre/fleet/site-reports.ts'
import { startHttp } from '../src/centre/http.ts'
import { Inbox } from '../src/centre/inbox.ts'
import { Devices } from '../src/centre/inventory/devices.ts'
import { storeInventories } from '../src/centre/inventory/inbound.ts'
import { Ledger } from '../src/centre/ledger.ts'
import { CentreMetrics } from '../src/centre/metrics.ts'
import { Partitions } from '../src/centre/records/partitions.ts'
import { Records } from '../src/centre/records/records.ts'
import { Retention } from '../src/centre/records/retention.ts'
import { Reconciler } from '../src/centre/reconciliation/reconciler.ts'
import { Reliability } from '../src/centre/reliability/reliability.ts'
import { centreUsers } from '../src/centre/users.ts'
import { formatAddress } from '../src/core/address.ts'
import { type InventoryDevice, pagesOf } from '../src/uplink/inventory.ts'

/*
 * What a centre with a thousand sites and a million devices takes to answer, over HTTP. Without --database in PGlite; a database that
 * is given has to be empty, and is full afterwards.
 */
const { values } = parseArgs({
  options: {
    sites: { type: 'string', default: '1000' },
    devices: { type: 'string', default: '1000000' },
    database: { type: 'string' },
  },
})
const SITES = Number(values.sites)
const OF_SITE = Math.ceil(Number(values.devices) / SITES)
const NOW_US = Date.now() * 1000
const YEAR_US = 366 * 86_400_000_000
const STREAMS = ['events', 'aggregates', 'own-events', 'own-aggregates']
const folder = mkdtempSync(join(tmpdir(), 'busbar-bench-'))

const database =
  values.database === undefined ? await openEmbedded(folder) : await openPostgres(values.database)
await migrate(database)
const kept = { events: 3 * YEAR_US, aggregates: 3 * YEAR_US }
const partitions = new Partitions(database, kept)
const retention = new Retention(database, partitions, kept)
const ledger = new Ledger(database)
const inbox = new Inbox(database, partitions, () => {})
const startMs = performance.now()
for (let site = 0; site < SITES; site++) await fill(site)
await database.query('ANALYZE')
say('filled', (performance.now() - startMs) / 1000, 's')

const worker = { isConnected: true, failure: '', waiting: 0, acknowledgements: 0, refused: 0 }
const address = { host: '127.0.0.1', port: 0 }
const quiet = { isSecure: false, plainLogins: false, warn: () => {} }
const users = centreUsers({ database, http: address, ...quiet })
const reports = new SiteReports(database)
const http = await startHttp({
  address,
  users,
  tls: undefined,
  operations: operationsOf({
    ledger,
    reports,
    records: new Records(database),
    devices: new Devices(database),
    reliability: new Reliability(database),
    retention,
    reconciler: new Reconciler(database, () => {}),
  }),
  metrics: new CentreMetrics({ inbox, worker, ledger, retention, users, reports }),
  problems: () => [],
  report: (fault) => process.stderr.write(`${String(fault)}\n`),
})
const QUESTIONS = [
  '/api/v1/sites',
  `/api/v1/sites/${siteName(SITES >> 1)}`,
  '/api/v1/sites?search=99&sort=pending&order=desc',
  '/api/v1/devices',
  `/api/v1/devices?site=${siteName(SITES >> 1)}&limit=1000`,
  '/api/v1/devices?search=me',
  '/api/v1/devices?search=meter',
  '/api/v1/devices?search=7777',
  '/api/v1/devices?search=00500-meter-0777',
  '/api/v1/devices?search=no-such-thing',
  `/api/v1/devices?site=${siteName(1)}&search=777`,
  '/api/v1/devices?state=quarantined',
  '/api/v1/devices?state=silent&search=999',
  '/metrics',
]
for (const path of QUESTIONS) await measure(path)
say('RSS', process.memoryUsage().rss / 1e6, 'MB')
await http.stop()
await database.close()
rmSync(folder, { recursive: true, force: true })

async function fill(site: number): Promise<void> {
  const name = siteName(site)
  const manifest = { last: 0, pending: site, lost: 0, oldest: NOW_US }
  await inbox.commit(
    STREAMS.map((stream) => {
      const head = { site: name, stream, epoch: 1, first: 0, last: 0, isBackfill: false }
      return { ...head, body: { kind: 'manifest', manifest } }
    }),
    NOW_US,
  )
  const pages = pagesOf(Array.from({ length: OF_SITE }, (_, at) => deviceOf(site, at)))
  await database.transact(async (query) => {
    const inventories = pages.map((devices, page) => {
      return {
        site: name,
        inventory: { kind: 'page', page, pages: pages.length, devices },
      } as const
    })
    await storeInventories(query, inventories, NOW_US)
  })
}

function siteName(site: number): string {
  return `ss-${String(site).padStart(5, '0')}`
}

function deviceOf(site: number, at: number): InventoryDevice {
  const id = `${siteName(site).slice(3)}-meter-${String(at).padStart(4, '0')}`
  const state = at % 500 === 0 ? 'quarantined' : at % 50 === 0 ? 'silent' : 'known'
  const heard = state === 'known' ? 0 : NOW_US
  return {
    id,
    kind: 'meter',
    feeder: `f${at % 12}`,
    transformer: '',
    voltageLevel: '',
    state,
    heard,
  }
}

/** The first is of a database that has just been filled; of the others the median and the worst. */
async function measure(path: string): Promise<void> {
  const times: number[] = []
  let bytes = 0
  for (let turn = 0; turn < 8; turn++) {
    const fromMs = performance.now()
    const answer = await fetch(`http://${formatAddress(http.address)}${path}`)
    bytes = (await answer.arrayBuffer()).byteLength
    times.push(performance.now() - fromMs)
  }
  const [first = 0, ...rest] = times
  const sorted = rest.toSorted((one, other) => one - other)
  const words = [first, sorted[3] ?? 0, sorted.at(-1) ?? 0].map((ms) => ms.toFixed(0).padStart(5))
  process.stdout.write(`${words.join(' ')} ms  ${String(bytes).padStart(8)} B  ${path}\n`)
}

function say(what: string, value: number, unit: string): void {
  process.stdout.write(`${what} ${value.toFixed(0)} ${unit}\n`)
}
