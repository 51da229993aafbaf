import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectAsync } from 'mqtt'
import type { SiteInfo, StreamInfo } from '../src/centre/ledger.ts'
import { callCentre } from '../src/cli/fleet/centre-request.ts'
import { withScratch } from './crash/scratch.ts'
import { busbar } from './fleet/busbar.ts'
import { until } from './fleet/until.ts'
import { Program } from './uplink/program.ts'
import { freePort } from './uplink/servers.ts'

const SITE = `access: { anonymous: true }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices: [{ id: m1, kind: rtu, feeder: f1 }]
`
/** An envelope has 500: the second follows the first after ten seconds. */
const PER_SECOND = 50
/** Of twenty events each: three envelopes. */
const ROUNDS = 75
const RANGE = 'from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z&limit=10000'

/** A centre with an authority, which is found at the same ports when it is started again. */
class Centre implements AsyncDisposable {
  readonly program: Program
  readonly #folder: string
  readonly #key: string
  readonly #publicKey: string
  readonly url: string
  /** Whose CA it is, for commands. */
  readonly ca: string

  static async start(folder: string): Promise<Centre> {
    const http = `127.0.0.1:${await freePort()}`
    const own = ['--data', join(folder, 'centre'), '--authority', join(folder, 'authority')]
    const places = ['--mqtt', `127.0.0.1:${await freePort()}`, '--http', http]
    const program = await Program.start(['src/cli/main.ts', 'centre', ...own, ...places])
    return new Centre(program, { folder, url: `https://${http}` })
  }

  private constructor(program: Program, { folder, url }: { folder: string; url: string }) {
    this.program = program
    this.#folder = folder
    this.url = url
    this.ca = join(folder, 'authority', 'ca.pem')
    this.#key = join(folder, 'utility.pem')
    this.#publicKey = busbar('fleet', 'key', '--out', this.#key)
  }

  async get(path: string): Promise<unknown> {
    return callCentre(this.url, { method: 'GET', path }, { ca: readFileSync(this.ca) })
  }

  async stream(): Promise<StreamInfo> {
    const { streams } = (await this.get('/api/v1/sites/s1')) as SiteInfo
    return streams.find(({ stream }) => stream === 'events') ?? assert.fail('it has sent nothing')
  }

  async events(): Promise<number> {
    const { events } = (await this.get(`/api/v1/events?site=s1&${RANGE}`)) as { events: object[] }
    return events.length
  }

  /** A machine of its own with a token of its own becomes site s1; its folder. */
  enrol(name: string): string {
    const words = ['--url', this.url, '--authority', join(this.#folder, 'authority')]
    const invited = busbar('centre', 'enroll', '--site', 's1', ...words)
    const [, token = ''] = /^token (\S+)$/m.exec(invited) ?? []
    const [, fingerprint = ''] = /^fingerprint (\S+)$/m.exec(invited) ?? []
    const machine = join(this.#folder, name)
    const data = join(machine, 'data')
    mkdirSync(data, { recursive: true })
    const asked = ['edge', 'enroll', '--centre', this.url, `--token=${token}`, '--data', data]
    const trust = ['--trust', this.#publicKey]
    const lines = busbar(...asked, '--fingerprint', fingerprint, ...trust)
    assert.throws(() => busbar(...asked, '--fingerprint', fingerprint), /used before/)
    assert.throws(() => busbar(...asked, '--fingerprint', '00'.repeat(32)), /fingerprint/)
    assert.equal(statSync(join(data, 'fleet', 'site.pem')).mode & 0o777, 0o600)
    // As on every machine: the data folder beside the site file.
    const uplink = lines.slice(lines.indexOf('uplink:')).replaceAll(`${machine}/`, '')
    assert.match(uplink, new RegExp(`mqtts://${this.program.addresses['mqtt']}`))
    writeFileSync(join(machine, 'site.yaml'), siteText('by hand', uplink))
    return machine
  }

  /** A set with a site file for s1, signed, uploaded and rolled out. */
  roll(name: string, machine: string): void {
    const own = readFileSync(join(machine, 'site.yaml'), 'utf8')
    const set = join(this.#folder, 'set')
    mkdirSync(join(set, 'sites'), { recursive: true })
    writeFileSync(join(set, 'sites', 's1.yaml'), own.replace('by hand', name))
    const numbers = ['--revision', '1', '--watch-seconds', '2']
    busbar('fleet', 'sign', set, '--key', this.#key, ...numbers)
    const at = ['--url', this.url, '--ca', this.ca]
    const digest = busbar('fleet', 'upload', set, ...at)
    busbar('fleet', 'rollout', 'create', digest, '--waves', 's1;', '--soak-seconds', '0', ...at)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]()
  }
}

function siteText(name: string, uplink: string): string {
  const site = `site: { id: s1, name: ${name}, frequencyHz: 50, limits: gbt }\n`
  return `${site}${SITE}${uplink}\n  backfillRecordsPerSecond: ${PER_SECOND}\n`
}

async function startEdge(machine: string): Promise<Program> {
  const files = ['--site', join(machine, 'site.yaml'), '--data', join(machine, 'data')]
  const places = [
    '--mqtt',
    `127.0.0.1:${await freePort()}`,
    '--http',
    `127.0.0.1:${await freePort()}`,
  ]
  return Program.start(['src/cli/main.ts', 'edge', ...files, ...places])
}

async function linkOf(edge: Program): Promise<string> {
  const { uplink } = (await edge.get('/api/v1/uplink')) as { uplink: { link: string } }
  return uplink.link
}

async function nameOf(edge: Program): Promise<string> {
  const { site } = (await edge.get('/api/v1/site')) as { site: { name: string } }
  return site.name
}

async function eventsAt(edge: Program): Promise<number> {
  const { events } = (await edge.get(`/api/v1/events?${RANGE}`)) as { events: object[] }
  return events.length
}

/** The frequency falls ten times and comes back; so many events begin and end. */
async function fall(edge: Program, round: number): Promise<void> {
  const client = await connectAsync(`mqtt://${edge.addresses['mqtt']}`, { protocolVersion: 5 })
  const startMs = Date.UTC(2026, 5, 1) + round * 20_000
  const readings = Array.from({ length: 200 }, (_, at) => {
    return { ts: startMs + at * 100, values: { frequency: at % 20 < 10 ? 50 : 49.6 } }
  })
  await client.publishAsync('grid/m1/readings', JSON.stringify(readings), { qos: 1 })
  await client.endAsync()
}

test('a dead edge is replaced: what it had sent is there, the rest is lost, and it comes back to nothing', async () => {
  await withScratch('replacement', async (folder) => {
    await using started = new AsyncDisposableStack()
    const centre = started.use(await Centre.start(folder))
    const edges: Program[] = []
    const errors = (): string =>
      [centre.program, ...edges].map((each) => each.errors.join('')).join('\n')
    const edgeOf = async (machine: string): Promise<Program> => {
      const edge = started.use(await startEdge(machine))
      edges.push(edge)
      return edge
    }
    const isUp = async (edge: Program): Promise<true> =>
      until(async () => ((await linkOf(edge)) === 'up' ? true : undefined), errors)

    const first = centre.enrol('first')
    const dying = await edgeOf(first)
    await isUp(dying)
    await until(
      async () =>
        ((await centre.get('/api/v1/sites/s1')) as SiteInfo & { report: object | null }).report ??
        undefined,
      errors,
    )
    centre.roll('by the set', first)
    await until(async () => ((await nameOf(dying)) === 'by the set' ? true : undefined), errors)
    await fall(dying, 0)
    const before = await until(async () => {
      const there = await centre.events()
      return there > 0 && there === (await eventsAt(dying)) ? there : undefined
    }, errors)

    // The link is cut, a backlog grows, and a part of it is sent when the machine dies with its disk.
    await centre.program.kill()
    for (let round = 1; round <= ROUNDS; round++) await fall(dying, round)
    const all = await until(async () => {
      const there = await eventsAt(dying)
      return there >= before * (ROUNDS + 1) ? there : undefined
    }, errors)
    await centre.program.start()
    await until(async () => ((await centre.events()) > before ? true : undefined), errors)
    await dying.kill()
    cpSync(first, join(folder, 'returned'), { recursive: true })
    rmSync(first, { recursive: true })
    const dead = await until(async () => {
      const one = await centre.stream()
      const [two, there] = [await centre.stream(), await centre.events()]
      return one.records === two.records ? { ...two, there } : undefined
    }, errors)
    assert.ok(dead.there < all, `${dead.there} of ${all} are there: all of it`)
    assert.ok(dead.pending > 0, 'nobody knows yet that it is dead')

    const second = centre.enrol('second')
    const edge = await edgeOf(second)
    await isUp(edge)
    await until(async () => ((await nameOf(edge)) === 'by the set' ? true : undefined), errors)
    await fall(edge, 200)
    const now = await until(
      async () => {
        const own = await eventsAt(edge)
        const stream = await centre.stream()
        const there = await centre.events()
        return stream.epoch > dead.epoch &&
          own > 0 &&
          there === dead.there + own &&
          stream.pending === 0
          ? stream
          : undefined
      },
      () => `${errors()}\n`,
    )
    const gone = all - dead.there - dead.withheld
    assert.equal(now.lost, gone, 'what had not come is lost, to the unit')
    assert.equal(now.lostWithMachine, gone)
    assert.equal(now.missing, 0)
    const site = (await centre.get('/api/v1/sites/s1')) as SiteInfo
    assert.deepEqual([site.missing, site.pending], [0, 0])
    assert.ok(site.lost >= gone)

    // Its disk was not dead after all.
    const returned = await edgeOf(join(folder, 'returned'))
    await until(async () => {
      const { uplink } = (await returned.get('/api/v1/uplink')) as { uplink: { why: string } }
      return /not authori[sz]ed/i.test(uplink.why) ? true : undefined
    }, errors)
    assert.equal(await eventsAt(returned), all)
    await fall(returned, 300)
    const stretch = ['--from', '2026-06-01T00:00:00Z', '--to', '2026-06-01T03:00:00Z']
    busbar(
      'centre',
      'reconcile',
      '--site',
      's1',
      ...stretch,
      '--url',
      centre.url,
      '--ca',
      centre.ca,
    )
    let compared: unknown
    const answer = await until(
      async () => {
        compared = await centre.get('/api/v1/reconciliation?site=s1')
        const { reconciliation } = compared as {
          reconciliation: readonly { stream: string; answered: string | null; differing: number }[]
        }
        return reconciliation.find(
          ({ stream, answered }) => stream === 'events' && answered !== null,
        )
      },
      () => `${JSON.stringify(compared)}\n${errors()}`,
    )
    assert.equal(answer.differing, 0, JSON.stringify(answer))
    assert.notEqual(await linkOf(returned), 'up')
    assert.equal(await linkOf(edge), 'up')
    assert.deepEqual(await centre.stream(), now)

    const at = ['--url', centre.url, '--ca', centre.ca]
    assert.match(busbar('centre', 'revoke', '--site', 's1', ...at), /revoked 1/)
    await until(async () => ((await linkOf(edge)) === 'up' ? undefined : true), errors)
    assert.match(busbar('fleet', 'audit', ...at), /a machine became site s1/)
  })
})
