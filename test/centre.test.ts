import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type CentreHttp, startHttp } from '../src/centre/http.ts'
import type { Database } from '../src/centre/database/database.ts'
import { migrate } from '../src/centre/database/migrations.ts'
import { centreUsers } from '../src/centre/users.ts'
import { monthName, monthOf } from '../src/centre/records/months.ts'
import type { Inbox } from '../src/centre/inbox.ts'
import { seededRandom } from '../src/core/random.ts'
import { formatAddress } from '../src/core/address.ts'
import type { InventoryDevice } from '../src/uplink/inventory.ts'
import { withScratch } from './crash/scratch.ts'
import { withChildrenBelow } from './centre/child-memory.ts'
import { TestedInventory } from './centre/tested-inventory.ts'
import { DAY_US, type Kind, type Parts, envelopeOf, openDatabase, partsOf } from './centre/parts.ts'
import { readPage, tableOf } from './docs/pages.ts'
import { noPostgres } from './uplink/servers.ts'

const NOW_US = Date.now() * 1000
const DAY_NOW = Math.floor(NOW_US / DAY_US) * DAY_US

interface Stand extends Parts {
  readonly database: Database
  readonly get: (path: string) => Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function withStand(kind: Kind, work: (stand: Stand) => Promise<void>): Promise<void> {
  await withScratch('centre', async (folder) => {
    await using started = new AsyncDisposableStack()
    const open = async (): Promise<Database> => openDatabase(kind, folder, started)
    const database = await withChildrenBelow(600, open)
    await ofVersionOne(database)
    const parts = partsOf(database)
    const address = { host: '127.0.0.1', port: 0 }
    const quiet = { isSecure: false, plainLogins: false, warn: () => {} }
    const http = await startHttp({
      address,
      users: centreUsers({ database, http: address, ...quiet }),
      tls: undefined,
      operations: parts.operations,
      metrics: { exposition: async () => '', contentType: 'text/plain' },
      problems: () => [],
      report: (fault) => assert.fail(String(fault)),
    })
    started.defer(async () => http.stop())
    await work({ ...parts, database, get: async (path) => ask(http, path) })
  })
}

async function ask({ address }: CentreHttp, path: string): Promise<Answer> {
  const answer = await fetch(`http://${formatAddress(address)}${path}`)
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

/** A database as the first version left it, with an event of today, one of 1970 and a day of outages. */
async function ofVersionOne(database: Database): Promise<void> {
  await migrate(database, 1)
  const key = "'s0', 'events', 'outage', 'outage', 'feeder', 'f1', 0"
  for (const time of [NOW_US, 1])
    await database.query(`INSERT INTO events VALUES (${key}, ${time}, 0, 0, '{"value":1}', 1, 1)`)
  await database.query(
    `INSERT INTO aggregates VALUES ('s0', 'aggregates', 'outage', 'outage.customer-minutes', 'site', 's0', 0, ${DAY_NOW - DAY_US}, ${DAY_NOW},
     0, '{"value":60,"members":100}', 1, 1)`,
  )
  await migrate(database)
}

async function numberOf(database: Database, sql: string): Promise<number> {
  const [row] = await database.query(sql)
  return Number(Object.values(row ?? {})[0])
}

async function drill(kind: Kind): Promise<void> {
  await withStand(kind, async (stand) => {
    await migrated(stand)
    await placed(stand)
    await madeRoom(stand)
    await reliable(stand)
    await paged(stand)
    await owned(stand)
    await sameOnce(stand)
    await described(stand)
  })
}

async function migrated({ database, retention }: Stand): Promise<void> {
  await retention.sweep(NOW_US)
  const own = `events_${monthName(monthOf(NOW_US))}`
  assert.equal(await numberOf(database, `SELECT count(*) FROM ${own}`), 1)
  assert.equal(await numberOf(database, 'SELECT count(*) FROM events'), 2)
  assert.equal(await numberOf(database, 'SELECT count(*) FROM events_default'), 1)
  assert.equal(await numberOf(database, 'SELECT minutes FROM outage_days'), 60)
}

/** Clocks that are wrong by decades: the commit goes through, no partition is made, and they are shown. */
async function placed({ inbox, database, get }: Stand): Promise<void> {
  const times = [NOW_US - 400 * DAY_US, 5, Date.UTC(2100, 0) * 1000, -7e15, NOW_US - 40 * DAY_US]
  await inbox.commit(
    [
      envelopeOf(
        's1',
        1,
        times.map((time) => ({ time })),
      ),
    ],
    NOW_US,
  )
  const partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass"
  assert.equal(await numberOf(database, partitions), 5, 'two, this month, the next, the rest')
  assert.equal(await numberOf(database, 'SELECT count(*) FROM events_default'), 4)
  const { tables } = (await get('/api/v1/retention')).body as unknown as {
    readonly tables: readonly { readonly unplaced: readonly { site: string; records: number }[] }[]
  }
  const unplaced = tables[0]?.unplaced.map(({ site, records }) => [site, records])
  assert.deepEqual(unplaced, [
    ['s0', 1],
    ['s1', 3],
  ])
}

/** As time goes on rows ahead of it get their place, and whole months go. */
async function madeRoom({ inbox, database, retention, get }: Stand): Promise<void> {
  const ahead = NOW_US + 100 * DAY_US
  await inbox.commit([envelopeOf('s2', 1, [{ time: ahead }])], NOW_US)
  assert.equal(await numberOf(database, `SELECT count(*) FROM events_default WHERE site = 's2'`), 1)
  await retention.sweep(ahead)
  assert.equal(await numberOf(database, `SELECT count(*) FROM events_default WHERE site = 's2'`), 0)
  await retention.sweep(NOW_US + 3 * 366 * DAY_US)
  const dropped = (await get('/api/v1/retention')).body['dropped'] as readonly {
    readonly records: number
    readonly table: string
  }[]
  const records = dropped.filter(({ table }) => table === 'events')
  assert.equal(
    records.reduce((sum, each) => sum + each.records, 0),
    2,
  )
  assert.equal(await numberOf(database, `SELECT count(*) FROM events WHERE site = 's1'`), 3)
}

async function reliable({ inbox, get }: Stand): Promise<void> {
  const days = Array.from({ length: 400 }, (_, at) => DAY_NOW - (400 - at) * DAY_US)
  let first = 1
  for (const site of ['r1', 'r2']) {
    const records = days.flatMap((time, at) => {
      const isMajor = at === 390
      const minutes = isMajor ? 600_000 : 100 * (1 + (at % 7))
      const own = { kind: 'aggregate', subject: { kind: 'site', id: site } } as const
      const values = {
        'outage.customers-interrupted': isMajor ? 1000 : 10,
        'outage.customer-minutes': minutes,
      }
      return Object.entries(values).map(([name, value]) => {
        return { ...own, name, time, end: time + DAY_US, fields: { value, members: 1000 } }
      })
    })
    for (let at = 0; at < records.length; at += 500)
      await inbox.commit([envelopeOf(site, first + at, records.slice(at, at + 500))], NOW_US)
  }
  // Numbers of one stream are of one site: a change has a later one.
  first = 1001
  const changed = { time: days[395] ?? 0, end: (days[395] ?? 0) + DAY_US }
  const own = { kind: 'aggregate', name: 'outage.customer-minutes', ...changed } as const
  const fields = { value: 0, members: 1000 }
  await inbox.commit(
    [envelopeOf('r1', first, [{ ...own, subject: { kind: 'site', id: 'r1' }, fields }])],
    NOW_US,
  )
  const from = new Date((days[380] ?? 0) / 1000).toISOString()
  const to = new Date(DAY_NOW / 1000).toISOString()
  const { body } = await get(`/api/v1/reliability?from=${from}&to=${to}`)
  const { system, majorEventDays, sites } = body as {
    readonly system: { readonly all: Indices; readonly withoutMajorDays: Indices }
    readonly majorEventDays: { readonly days: readonly { readonly day: string }[] }
    readonly sites: readonly { readonly site: string; readonly all: Indices }[]
  }
  assert.deepEqual(
    majorEventDays.days.map(({ day }) => Date.parse(day) * 1000),
    [days[390]],
  )
  assert.equal(system.all.days, 20)
  assert.equal(system.withoutMajorDays.days, 19)
  assert.ok(
    (system.all.saidiMinutes ?? 0) > 500 && (system.withoutMajorDays.saidiMinutes ?? 0) < 10,
  )
  assert.deepEqual(
    sites.map(({ site }) => site).filter((site) => site.startsWith('r')),
    ['r1', 'r2'],
  )
  const [one, other] = sites.filter(({ site }) => site.startsWith('r'))
  const gone = (other?.all.customerMinutes ?? 0) - (one?.all.customerMinutes ?? 0)
  assert.equal(gone, 100 * (1 + (395 % 7)), 'a change of a day counts instead of what was there')
  const early = new Date((days[20] ?? 0) / 1000).toISOString()
  const short = (await get(`/api/v1/reliability?from=${early}&to=${to}&site=r1`)).body
  const { threshold } = short['majorEventDays'] as { threshold: { minutes: number | null } }
  assert.equal(threshold.minutes, null, 'twenty days of history say nothing')
}

interface Indices {
  readonly days: number
  readonly saidiMinutes: number | null
  readonly customerMinutes: number
}

async function paged({ inbox, get }: Stand): Promise<void> {
  const records = Array.from({ length: 25 }, (_, at) => ({
    time: NOW_US - (at % 5) * 1_000_000,
    key: at,
    name: at % 2 === 0 ? 'dip' : 'swell',
    fields: { severity: (at % 4) + 1 },
  }))
  await inbox.commit([envelopeOf('p1', 1, records)], NOW_US)
  const keys: number[] = []
  let after = ''
  for (;;) {
    const { body } = await get(`/api/v1/events?site=p1&limit=7${after}`)
    const { events, next } = body as {
      events: { time: string; key: number }[]
      next: string | null
    }
    keys.push(...events.map(({ key }) => key))
    if (next === null) break
    after = `&after=${next}`
  }
  assert.equal(keys.length, 25)
  assert.equal(new Set(keys).size, 25)
  const times = keys.map((key) => key % 5)
  assert.deepEqual(
    times,
    times.toSorted((one, other) => one - other),
    'the newest first',
  )
  const severe = (await get('/api/v1/events?site=p1&name=dip&severity=3')).body
  assert.equal((severe['events'] as unknown[]).length, 6)
  const { sites, total } = (await get('/api/v1/sites?search=p&sort=missing&order=desc')).body
  assert.equal(total, 1)
  assert.equal((sites as unknown[]).length, 1)
}

/** Two workers at once, each envelope twice, in an order of nobody's choosing, and months that neither has a partition for yet. */
async function sameOnce({ inbox, database, get }: Stand): Promise<void> {
  const { inbox: other } = partsOf(database)
  const random = seededRandom(7)
  const envelopes = Array.from({ length: 60 }, (_, at) => {
    const time = NOW_US - (at % 6) * 31 * DAY_US
    // Of each record three revisions, which have three numbers.
    const records = [0, 1, 2].map((own) => {
      return { time, key: Math.floor((at * 3 + own) / 3), revision: own, fields: { value: own } }
    })
    return envelopeOf('twice', at * 3 + 1, records)
  })
  const twice = [...envelopes, ...envelopes]
    .map((envelope) => ({ envelope, at: random() }))
    .toSorted((one, another) => one.at - another.at)
    .map(({ envelope }) => envelope)
  const taken = { one: 0, another: 0 }
  const work = async (worker: Inbox, own: keyof typeof taken): Promise<void> => {
    for (;;) {
      const some = twice.splice(0, 3)
      if (some.length === 0) return
      await worker.commit(some, NOW_US)
      taken[own] += some.length
    }
  }
  await Promise.all([work(inbox, 'one'), work(other, 'another')])
  assert.ok(taken.one > 0 && taken.another > 0)
  const rows = "FROM events WHERE site = 'twice'"
  assert.equal(await numberOf(database, `SELECT count(*) ${rows}`), 60)
  assert.equal(await numberOf(database, `SELECT count(*) ${rows} AND revision = 2`), 60)
  assert.equal(
    await numberOf(database, `SELECT count(*) FROM events_default WHERE site = 'twice'`),
    0,
  )
  const { body } = await get('/api/v1/sites/twice')
  const [stream] = body['streams'] as readonly Record<string, number>[]
  assert.deepEqual([stream?.['records'], stream?.['duplicates']], [180, 180])
}

/** An inventory by the code of the edge, over an envelope: all of it once, then only what changes. */
async function owned(stand: Stand): Promise<void> {
  const site = new TestedInventory(stand, 'inv')
  site.devices = Array.from({ length: 1000 }, (_, at) => deviceOf(at))
  await site.tell()
  const pages = site.pages
  assert.ok(pages >= 16)
  const { body } = await stand.get('/api/v1/sites/inv')
  const { heard: _, ...counts } = body['inventory'] as Record<string, unknown>
  assert.deepEqual(counts, { devices: 1000, silent: 100, quarantined: 0, withheld: 0 })
  await site.tell()
  assert.equal(site.pages, pages, 'nothing is sent where nothing differs')
  site.devices = site.devices.map((each) =>
    each.id === 'm-0007' ? { ...each, kind: 'rtu' } : each,
  )
  await site.tell()
  assert.equal(site.pages, pages + 1)
  await stand.database.query("DELETE FROM devices WHERE site = 'inv' AND id LIKE 'm-00%'")
  await stand.database.query("DELETE FROM inventory_pages WHERE site = 'inv' AND page < 3")
  await site.tell()
  assert.equal(site.pages, pages + 4, 'pages that are not there come again')
  site.devices = site.devices.slice(0, 40)
  await site.tell()
  await site.tell()
  const { devices } = (await stand.get('/api/v1/devices?site=inv')).body as { devices: Listed[] }
  assert.deepEqual(
    devices.map(({ id }) => id),
    site.devices.map(({ id }) => id),
  )
  assert.equal(devices[7]?.kind, 'rtu')
  await searched(stand)
}

interface Listed {
  readonly id: string
  readonly kind: string
}

function deviceOf(at: number): InventoryDevice {
  const state = at % 10 === 0 ? 'silent' : 'known'
  const id = `m-${String(at).padStart(4, '0')}`
  const place = { feeder: `f${at % 7}`, transformer: '', voltageLevel: '' }
  return { id, kind: 'meter', ...place, state, heard: state === 'silent' ? 1000 : 0 }
}

async function searched({ get }: Stand): Promise<void> {
  const idsOf = async (query: string): Promise<readonly string[]> => {
    const { devices } = (await get(`/api/v1/devices?${query}`)).body as { devices: Listed[] }
    return devices.map(({ id }) => id)
  }
  assert.deepEqual(await idsOf('search=-000&limit=2'), ['m-0000', 'm-0001'])
  assert.deepEqual(await idsOf('search=003'), ['m-0003', ...tens(30)])
  assert.deepEqual(await idsOf('search=0_3'), [])
  assert.deepEqual(await idsOf('search=m-&state=silent'), ['m-0000', 'm-0010', 'm-0020', 'm-0030'])
  const { body } = await get('/api/v1/devices?search=m&limit=39')
  const { devices } = (await get(`/api/v1/devices?search=m&after=${String(body['next'])}`)).body
  assert.deepEqual(
    (devices as Listed[]).map(({ id }) => id),
    ['m-0039'],
  )
}

function tens(from: number): readonly string[] {
  return Array.from({ length: 10 }, (_, at) => `m-00${from + at}`)
}

/** Every address answers what the document says, and refuses what it does not know. */
async function described({ operations, get }: Stand): Promise<void> {
  for (const { method, path, parameters, answer } of operations) {
    if (method !== 'GET') continue
    const own = path.replace('{site}', 's1')
    const found = await get(own)
    assert.equal(found.status, 200, own)
    answer.parse(found.body)
    const wrong = await get(`${own}?nothing=1`)
    assert.equal(wrong.status, 400, own)
    for (const name of Object.keys(parameters)) {
      if (path.includes(`{${name}}`)) continue
      assert.equal((await get(`${own}?${name}=`)).status, 400, `${own}?${name}=`)
    }
  }
  assert.equal((await get('/api/v1/sites/nowhere')).status, 404)
  assert.equal((await get('/api/v1/events?after=%22')).status, 400)
}

test('the page of the centre has every address', () => {
  const told = tableOf(readPage('docs/centre.md'), 'address').flatMap(([words = '']) =>
    words.split(', ').filter((word) => word.startsWith('`/') || word.startsWith('/')),
  )
  const known = [
    '/',
    '/ui/…',
    '/api/v1/login',
    '/healthz',
    '/livez',
    '/metrics',
    '/api/openapi.json',
  ]
  const operations = partsOf(NO_DATABASE).operations.map(({ path }) =>
    path.replaceAll(/\{(\w+)\}/g, '<$1>'),
  )
  assert.deepEqual(new Set(told), new Set([...known, ...operations]))
})

const NO_DATABASE: Database = {
  query: async () => [],
  transact: async () => assert.fail('nothing is asked'),
  close: async () => {},
}

describe('what a centre keeps and answers', () => {
  test('on PGlite', async () => drill('pglite'))
  test('on PostgreSQL', { skip: noPostgres }, async () => drill('postgres'))
})
