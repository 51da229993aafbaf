import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { SiteInfo } from '../src/centre/ledger.ts'
import { command } from '../src/cli/centre.ts'
import { readPage, tableOf } from './docs/pages.ts'
import { withScratch } from './crash/scratch.ts'
import { Program } from './uplink/program.ts'
import { SmallDisk } from './uplink/small-disk.ts'
import { noMosquitto, noPostgres, startMosquitto, startPostgres } from './uplink/servers.ts'
import { Wire } from './uplink/wire.ts'

const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices: [{ id: m1, kind: rtu, feeder: f1 }]
`
const START_MS = Date.UTC(2026, 5, 1)
const PATIENCE_MS = 60_000

interface Stand {
  readonly edge: Program
  readonly centre: Program
  /** A second worker on the same database and broker, where there is one. */
  readonly other: Program | undefined
  readonly wire: Wire
  /** Readings that make a dozen events a round. */
  readonly feed: (rounds: number) => Promise<void>
  readonly lastStart: () => string
  /** Only where it is a server. */
  readonly database:
    | {
        stop: () => Promise<void>
        start: () => Promise<void>
        run: (sql: string) => void
        /** Undefined where it has no disk of its own. */
        disk: SmallDisk | undefined
      }
    | undefined
  /** Points the wire to where the centre's broker is now. */
  readonly aim: () => void
}

/** Second after second the frequency falls and comes back, sometimes so deep that the event has to stay. */
class Feeder {
  #rounds = 0
  /** Of the last event that is to be found in what was sent. */
  lastStart = ''

  async feed(mqtt: string, rounds: number): Promise<void> {
    const client = await connectAsync(`mqtt://${mqtt}`, { protocolVersion: 5, reconnectPeriod: 0 })
    for (let round = 0; round < rounds; round++) {
      const startMs = START_MS + this.#rounds++ * 20_000
      const readings = Array.from({ length: 200 }, (_, at) => {
        const low = this.#rounds % 5 === 0 ? 48.9 : 49.6
        const frequency = at % 20 < 10 ? 50 : low
        return { ts: startMs + at * 100, values: { frequency } }
      })
      this.lastStart = new Date(startMs + 19_000).toISOString()
      await client.publishAsync('grid/m1/readings', JSON.stringify(readings), { qos: 1 })
    }
    await client.endAsync()
  }
}

interface EdgeEvent {
  readonly name: string
  readonly subject: string
  readonly key?: number
  readonly start: string
  readonly end: string | null
  readonly value: number
  readonly state: string
  readonly fields?: { readonly limit?: number }
}

interface CentreEvent {
  readonly name: string
  readonly subject: { readonly id: string }
  readonly key: number
  readonly time: string
  readonly end: string | null
  readonly fields: { readonly value: number; readonly state: string }
}

const RANGE = 'from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&limit=10000'

async function eventsAt({ edge, centre }: Stand): Promise<readonly [string[], string[]]> {
  const { events } = (await edge.get(`/api/v1/events?${RANGE}`)) as { events: EdgeEvent[] }
  const there = (await centre.get(`/api/v1/events?${RANGE}`)) as { events: CentreEvent[] }
  const left = events
    .filter(({ fields }) => fields?.limit !== 49)
    .map((each) => {
      const { name, subject, key = 0, start, end, value, state } = each
      return JSON.stringify([name, subject, key, start, end, value, state])
    })
  const arrived = there.events.map(({ name, subject, key, time, end, fields }) =>
    JSON.stringify([name, subject.id, key, time, end, fields.value, fields.state]),
  )
  return [left.toSorted(), arrived.toSorted()]
}

/** All that may leave is there, to the unit, and the site knows that it is. */
async function settled(stand: Stand): Promise<number> {
  let why = ''
  for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await pause(500)) {
    const { uplink } = (await stand.edge.get('/api/v1/uplink')) as {
      uplink: { pending: number; streams: readonly { last: number; acknowledged: number }[] }
    }
    const isDone =
      uplink.streams.length > 0 &&
      uplink.streams.every(({ last, acknowledged }) => acknowledged >= last)
    const [left, arrived] = isDone ? await eventsAt(stand) : [[], []]
    why = `${JSON.stringify(uplink)}, ${left.length} left and ${arrived.length} arrived`
    const isFound = left.some((each) => each.includes(stand.lastStart()))
    if (!isFound || left.length !== arrived.length) continue
    const site = (await stand.centre.get('/api/v1/sites/s1')) as SiteInfo
    const missing = site.streams.reduce((sum, each) => sum + each.missing, 0)
    why += `, ${missing} missing`
    if (missing > 0) continue
    assert.deepEqual(arrived, left)
    assert.ok(site.streams.every(({ lost }) => lost === 0))
    return left.length
  }
  assert.fail(`${why}\n${stand.edge.errors.join('')}\n${stand.centre.errors.join('')}`)
}

function noDisk({ disk }: { readonly disk: SmallDisk | undefined }): string | false {
  return disk === undefined ? 'no small file system can be mounted here' : false
}

/** Whichever of the workers had something to store says so, within half a minute. */
async function problemOf(
  workers: readonly (Program | undefined)[],
  words: RegExp,
): Promise<boolean> {
  for (const endMs = Date.now() + 30_000; Date.now() < endMs; await pause(200)) {
    for (const worker of workers) {
      const { problems = [] } = ((await worker?.get('/healthz')) ?? {}) as { problems?: string[] }
      if (problems.some((each) => words.test(each))) return true
    }
  }
  return false
}

async function reconciled(centre: Program): Promise<{ resent: number; answered: string | null }> {
  const { reconciliation } = (await centre.get('/api/v1/reconciliation?site=s1')) as {
    reconciliation: readonly { stream: string; resent: number; answered: string | null }[]
  }
  const own = reconciliation.find(({ stream }) => stream === 'events')
  return own ?? { resent: 0, answered: null }
}

interface Choice {
  readonly database: 'pglite' | 'postgres'
  readonly broker: 'ours' | 'mosquitto'
}

test('an edge asks its policy: of a meter nobody is told whose it is', async () => {
  await withScratch('uplink-policy', async (folder) => {
    await using started = new AsyncDisposableStack()
    const words = ['src/cli/main.ts', 'centre', '--data', join(folder, 'centre')]
    const anywhere = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
    const centre = started.use(await Program.start([...words, ...anywhere]))
    const siteFile = join(folder, 'site.yaml')
    const url = `mqtt://${centre.addresses['mqtt']}`
    const meter = SITE.replace('kind: rtu', 'kind: meter')
    writeFileSync(siteFile, `${meter}uplink: { url: '${url}' }\n`)
    const files = ['--site', siteFile, '--data', join(folder, 'edge')]
    const edge = started.use(
      await Program.start(['src/cli/main.ts', 'edge', ...files, ...anywhere]),
    )
    await new Feeder().feed(edge.addresses['mqtt'] ?? '', 2)
    let events: readonly CentreEvent[] = []
    for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await pause(500)) {
      const answer = (await centre.get(`/api/v1/events?${RANGE}`)) as { events: CentreEvent[] }
      events = answer.events
      if (events.length >= 10) break
    }
    assert.ok(events.length >= 10, edge.errors.join(''))
    assert.ok(events.every(({ subject: { id } }) => /^~[\w-]{22}$/.test(id)))
    const text = JSON.stringify(events)
    assert.ok(!text.includes('m1"'), 'no id of a meter is at the centre')
    const { decisions } = (await edge.get('/api/v1/policy/decisions')) as {
      decisions: readonly object[]
    }
    assert.ok(decisions.length > 0, 'what left is in the log')
  })
})

async function withStand(choice: Choice, work: (stand: Stand) => Promise<void>): Promise<void> {
  await withScratch('uplink', async (folder) => {
    await using started = new AsyncDisposableStack()
    const wire = started.use(await Wire.open())
    const words = ['src/cli/main.ts', 'centre', '--http', '127.0.0.1:0']
    let database: Stand['database']
    if (choice.database === 'postgres') {
      chmodSync(folder, 0o711) // PostgreSQL is not root.
      const disk = SmallDisk.mount(join(folder, 'disk'))
      started.defer(() => disk?.[Symbol.dispose]())
      let server = await startPostgres(join(folder, 'disk'))
      const { port } = server
      started.defer(async () => server[Symbol.asyncDispose]())
      database = {
        stop: async () => server[Symbol.asyncDispose](),
        disk,
        start: async () => void (server = await startPostgres(join(folder, 'disk'), port)),
        run: (sql) =>
          void execFileSync('psql', [`postgres://busbar@127.0.0.1:${port}/postgres`, '-c', sql]),
      }
      words.push('--database', `postgres://busbar@127.0.0.1:${port}/postgres`)
    } else words.push('--data', join(folder, 'centre'))
    if (choice.broker === 'mosquitto') {
      const { port } = started.use(await startMosquitto(folder))
      wire.target = `127.0.0.1:${port}`
      words.push('--broker', `mqtt://${wire.target}`)
    } else words.push('--mqtt', '127.0.0.1:0')
    const centre = started.use(await Program.start(words))
    // Two workers share what comes; whoever has locked a stream decides what is new in it.
    const other =
      choice.database === 'postgres' ? started.use(await Program.start(words)) : undefined
    const aim = (): void => {
      if (choice.broker === 'ours') wire.target = centre.addresses['mqtt'] ?? ''
    }
    aim()
    const siteFile = join(folder, 'site.yaml')
    writeFileSync(siteFile, `${SITE}uplink: { url: 'mqtt://127.0.0.1:${wire.port}' }\n`)
    const data = join(folder, 'edge')
    const edge = started.use(await Program.start(['test/uplink/open-edge.ts', siteFile, data]))
    const feeder = new Feeder()
    const lastStart = (): string => feeder.lastStart
    const feed = async (rounds: number): Promise<void> =>
      feeder.feed(edge.addresses['mqtt'] ?? '', rounds)
    await work({ edge, centre, other, wire, aim, feed, lastStart, database })
  })
}

async function drill(t: TestContext, stand: Stand): Promise<void> {
  const { edge, centre, other, wire, aim, feed, database } = stand
  await t.test('what is found arrives, to the unit', async () => {
    await feed(3)
    assert.ok((await settled(stand)) >= 20)
    const metrics = await (await fetch(`http://${centre.addresses['http']}/metrics`)).text()
    const names = [...metrics.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name)
    const told = tableOf(readPage('docs/centre.md'), 'metric').map(([name]) => name)
    assert.deepEqual(new Set(told), new Set(names))
  })
  await t.test('what is found while the link is cut arrives when it is healed', async () => {
    wire.mode = 'cut'
    await feed(10)
    wire.mode = 'open'
    await settled(stand)
  })
  await t.test('the centre is killed between commit and acknowledgement', async () => {
    await feed(3)
    wire.mode = 'mute'
    await feed(5)
    await pause(2000)
    await centre.kill()
    await feed(2)
    await centre.start()
    aim()
    wire.mode = 'cut'
    wire.mode = 'open'
    await settled(stand)
  })
  if (other !== undefined) {
    await t.test(
      'one of two workers is killed while records come, and the other has all',
      async () => {
        const fed = feed(12)
        await pause(300)
        await centre.kill()
        await fed
        await settled({ ...stand, centre: other })
        await centre.start()
      },
    )
  }
  await t.test('the edge is killed between commit and acknowledgement', async () => {
    wire.mode = 'mute'
    await feed(5)
    await pause(2000)
    await edge.kill()
    wire.mode = 'cut'
    await edge.start()
    wire.mode = 'open'
    await feed(2)
    await settled(stand)
  })
  await t.test('a link that takes everything and brings nothing heals itself', async () => {
    wire.mode = 'hole'
    await feed(3)
    await pause(3000)
    wire.mode = 'open'
    await settled(stand)
  })
  await t.test('what devices there are is known', async () => {
    const { devices } = (await centre.get('/api/v1/devices?site=s1')) as {
      devices: readonly { readonly id: string; readonly kind: string; readonly feeder: string }[]
    }
    assert.deepEqual(
      devices.map(({ id, kind, feeder }) => [id, kind, feeder]),
      [['m1', 'rtu', 'f1']],
    )
  })
  if (database === undefined) return
  await t.test(
    'rows that were deleted by hand come again, and nothing where nothing differs',
    async () => {
      const run = (sql: string): void => database.run(sql)
      run('DELETE FROM events WHERE sequence % 3 = 0')
      const site = async (): Promise<{ resent: number; answered: string | null }> => {
        const url = `http://${centre.addresses['http']}/api/v1/reconciliation?site=s1`
        const from = '2026-06-01T00:00:00Z&to=2026-06-02T00:00:00Z'
        const before = (await reconciled(centre)).answered
        const headers = { 'x-busbar-request': '1' }
        const { ok } = await fetch(`${url}&from=${from}`, { method: 'POST', headers })
        assert.ok(ok)
        for (const endMs = Date.now() + PATIENCE_MS; Date.now() < endMs; await pause(200)) {
          const now = await reconciled(centre)
          if (now.answered !== before) return now
        }
        return assert.fail('no answer')
      }
      const { resent } = await site()
      assert.ok(resent > 0)
      await settled(stand)
      assert.equal((await site()).resent, resent, 'nothing differs any more')
    },
  )
  await t.test(
    'the disk of the database is full, and the centre says what to do',
    { skip: noDisk(database) },
    async () => {
      database.disk?.fill()
      await feed(25)
      const said = await problemOf([centre, other], /The disk of the database is full.*Make room/)
      assert.ok(said, 'within half a minute')
      database.disk?.free()
      await settled(stand)
    },
  )
  await t.test(
    'the database of the centre goes, and the centre says so until it is back',
    async () => {
      await database.stop()
      await feed(3)
      await pause(3000)
      assert.ok(await problemOf([centre, other], /The database cannot be reached/))
      await database.start()
      await settled(stand)
    },
  )
}

test('the page of the centre has every option of its command', () => {
  const told = tableOf(readPage('docs/centre.md'), 'option').flatMap(([words = '']) =>
    words.split(', '),
  )
  assert.deepEqual(new Set(told), new Set(Object.keys(command.options).map((name) => `--${name}`)))
})

describe('results reach the centre, through cuts and kills', () => {
  test('with our broker and PGlite', async (t) => {
    await withStand({ broker: 'ours', database: 'pglite' }, async (stand) => drill(t, stand))
  })

  test('with Mosquitto and PostgreSQL', { skip: noMosquitto || noPostgres }, async (t) => {
    const choice = { broker: 'mosquitto', database: 'postgres' } as const
    await withStand(choice, async (stand) => drill(t, stand))
  })
})
