import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { connectAsync } from 'mqtt'
import { compressed, requestBody } from '../src/api/prometheus/read-client.test.ts'
import { Canaries } from './canary/canaries.ts'
import { OpenPolicy } from './canary/open-policy.ts'
import { OutsideClient } from './canary/outside-client.ts'
import { type Heard, OUTSIDE, type Question, askFrom } from './canary/outside.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'

const METERS = Array.from({ length: 6 }, (_, at) => `m${at + 1}`)
const INTERVAL_MS = 60_000
const COUNT = 120
/** A whole quarter of an hour, two hours ago. */
const START_MS = Math.floor(Date.now() / 900_000) * 900_000 - COUNT * INTERVAL_MS

function siteOf(policy: string): string {
  return `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true, inside: [127.0.0.1/32] }
policy: { ${policy} }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices:
  - { id: 'm{1..6}', kind: meter, feeder: f1, phase: a, intervalMs: ${INTERVAL_MS}, nominal: { voltageV: 230, currentA: 60 } }
`
}

/** Digits that look like nothing else; each meter has its own, and they change. */
function powerOf(meter: number, at: number): number {
  return 7391.826413 + meter * 613.482937 + (at % 7) * 97.318253
}

function voltageOf(meter: number, at: number): number {
  const usual = 231.218754 + meter * 1.317921 + (at % 5) * 0.731846
  return at >= 50 && at < 53 ? usual * 0.4713 : usual
}

const values = METERS.flatMap((_, meter) =>
  Array.from({ length: COUNT }, (__, at) => [powerOf(meter, at), voltageOf(meter, at)]),
).flat()
const canaries = new Canaries([...new Set(values)])

async function feed(edge: TestedEdge): Promise<void> {
  const client = await connectAsync(edge.url, { protocolVersion: 5, reconnectPeriod: 0 })
  for (const [meter, device] of METERS.entries()) {
    const messages = Array.from({ length: COUNT }, (_, at) => ({
      ts: START_MS + at * INTERVAL_MS,
      values: { 'power.active': powerOf(meter, at), 'voltage.a': voltageOf(meter, at) },
    }))
    await client.publishAsync(`grid/${device}/readings`, JSON.stringify(messages), { qos: 1 })
  }
  // The topic of an event makes no event.
  const claim = JSON.stringify({ name: 'n', value: powerOf(1, 1), power: voltageOf(1, 1) })
  await client.publishAsync('grid/m1/events', claim, { qos: 1, retain: true })
  await client.publishAsync('grid/m1/aggregates/15m', claim, { qos: 1, retain: true })
  await client.endAsync()
}

const RANGE = `from=${new Date(START_MS - 1).toISOString()}&to=${new Date(START_MS + 86_400_000).toISOString()}`
const query = {
  startMs: START_MS,
  endMs: START_MS + 86_400_000,
  matchers: [['__name__', '=~', 'grid_.+']],
} as const

/** Every address that the edge itself names, with what it may be asked, and what it answers when asked wrongly. */
async function questionsFor(edge: TestedEdge): Promise<Question[]> {
  const { body } = await askFrom(OUTSIDE, edge.http, { path: '/nothing-like-it-at-all' })
  const { hint } = JSON.parse(body.toString()) as { hint: string }
  const paths = [...hint.matchAll(/(\/[a-z0-9/-]+)/g)].map(([path]) => path)
  assert.ok(paths.includes('/healthz') && paths.includes('/api/v1/readings'), hint)
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
  }
  const read = { path: '/api/v1/read', method: 'POST', headers } as const
  return [
    ...paths.flatMap((path): Question[] => [
      { path },
      { path, method: 'HEAD' },
      { path, method: 'POST' },
      { path: `${path}?${RANGE}` },
      { path: `${path}?${RANGE}&format=csv` },
    ]),
    { path: `/api/v1/readings?${RANGE}&step=1m` },
    { path: `/api/v1/readings?${RANGE}&step=1m&aggregate=max&format=csv` },
    { path: '/api/v1/latest?format=csv' },
    { path: '/api/v1/alarms?state=all' },
    { path: '/api/v1/alarms/1' },
    { path: '/api/v1/alarms/1/members' },
    { path: '/api/v1/policy/certificate?month=2026-11' },
    { ...read, body: requestBody([query], [0]) },
    { ...read, body: requestBody([query], [1]) },
    { ...read, body: compressed(Buffer.from('nonsense')) },
  ]
}

/** Until the processors have found what there is to find. */
async function untilFound(edge: TestedEdge): Promise<void> {
  const inside = async (path: string): Promise<string> =>
    (await askFrom('127.0.0.1', edge.http, { path: `${path}?${RANGE}` })).body.toString()
  for (let tries = 0; tries < 200; tries++) {
    const found = await inside('/api/v1/aggregates')
    if (found.includes('"members":6') && (await inside('/api/v1/events')).includes('start')) return
    await pause(100)
  }
  assert.fail('no aggregate of the feeder, or no event')
}

async function hear(edge: TestedEdge): Promise<Heard[]> {
  const heard: Heard[] = []
  for (const question of await questionsFor(edge)) {
    heard.push(await askFrom(OUTSIDE, edge.http, question))
  }
  return heard
}

const EVERYTHING = ['#', '$SYS/#', 'grid/+/readings', '$share/some/grid/#']

/** Who subscribes to everything from outside, and who did from inside and comes for it from outside. */
class Listeners implements AsyncDisposable {
  readonly #edge: TestedEdge
  readonly #fresh: OutsideClient
  #resumed: OutsideClient | undefined

  static async enter(edge: TestedEdge): Promise<Listeners> {
    await using before = await OutsideClient.enter('127.0.0.1', edge.mqtt, KEPT)
    await before.client.subscribeAsync('#', { qos: 1 })
    const fresh = await OutsideClient.enter(OUTSIDE, edge.mqtt, { clientId: 'fresh' })
    await fresh.client.subscribeAsync(EVERYTHING, { qos: 1 })
    return new Listeners(edge, fresh)
  }

  private constructor(edge: TestedEdge, fresh: OutsideClient) {
    this.#edge = edge
    this.#fresh = fresh
  }

  /** What they were sent; `isEnough`: what one of them at least gets in the end. */
  async hear(isEnough: (client: OutsideClient) => boolean): Promise<Heard[]> {
    this.#resumed ??= await OutsideClient.enter(OUTSIDE, this.#edge.mqtt, KEPT)
    // Also what is retained, once more.
    await this.#fresh.client.subscribeAsync('grid/#', { qos: 1 })
    for (const client of [this.#fresh, this.#resumed]) {
      for (let tries = 0; tries < 100 && !isEnough(client); tries++) await pause(50)
    }
    return Object.entries({ fresh: this.#fresh, resumed: this.#resumed }).map(([name, client]) => ({
      road: `MQTT, ${name}`,
      status: 0,
      bytes: client.bytes,
      body: Buffer.concat(client.payloads.flatMap((payload) => [payload, Buffer.from('\n')])),
    }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fresh[Symbol.asyncDispose]()
    await this.#resumed?.[Symbol.asyncDispose]()
  }
}

const KEPT = { clientId: 'kept', clean: false, properties: { sessionExpiryInterval: 3600 } }

/** Roads by which a canary came out, and as what. */
function leaks(heard: readonly Heard[]): string[] {
  return heard.flatMap(({ road, bytes, body }) => {
    const found = [...canaries.find(bytes), ...canaries.find(body)]
    return found.slice(0, 1).map(({ form }) => `${road.replace(/\?.*/, '')} (${form})`)
  })
}

test('a canary is found in whatever form', () => {
  const value = powerOf(2, 3)
  const one = new Canaries([value])
  const f32 = Buffer.alloc(4)
  f32.writeFloatBE(value)
  const i32 = Buffer.alloc(4)
  i32.writeInt32LE(Math.round(value * 1000))
  const i64 = Buffer.alloc(8)
  i64.writeBigInt64BE(BigInt(Math.round(value * 1000)))
  const text = Buffer.from(`{"value":${value}}`)
  const forms = [
    text,
    f32,
    i32,
    i64,
    Buffer.from(value.toFixed(2)),
    Buffer.from(String(value * 100)),
  ]
  const noise = Buffer.from('something before it, and more than a little of it')
  for (const form of forms) {
    assert.equal(one.find(Buffer.concat([noise, form, noise])).length, 1, form.toString('hex'))
  }
  const packed = [gzipSync(text), zstdCompressSync(text), Buffer.from(text.toString('base64'))]
  packed.push(Buffer.from(gzipSync(text).toString('base64')))
  for (const form of packed) assert.equal(one.find(Buffer.concat([noise, form])).length, 1)
  assert.equal(one.find(compressed(text)).length, 1)
  assert.deepEqual(one.find(Buffer.from('7391, 8826.5 and 13, 2026-11-24T06:50:32.184Z')), [])
})

const TRUSTED = generateKeyPairSync('ed25519')
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64')
const WHAT_MAY = ['grid/f1/aggregates/15m', 'grid/m1/events', '$SYS/broker/uptime']

function isAlarm(topic: string): boolean {
  return topic.startsWith('grid/alarms/')
}

describe('raw readings', () => {
  test('leave by no road', async () => {
    await using edge = await TestedEdge.start(siteOf(''))
    await using listeners = await Listeners.enter(edge)
    await feed(edge)
    await untilFound(edge)
    const heard = await hear(edge)
    const hasWhatMay = ({ topics }: OutsideClient): boolean =>
      WHAT_MAY.every((topic) => topics.has(topic)) && topics.values().some(isAlarm)
    heard.push(...(await listeners.hear(hasWhatMay)))
    assert.deepEqual(leaks(heard), [])
    const [fresh, resumed] = heard.filter(({ road }) => road.startsWith('MQTT'))
    for (const each of [fresh, resumed]) {
      const text = each?.body.toString() ?? ''
      assert.match(text, /"subject":"f1".*"members":6/)
      // A meter is a customer's, and the topic of its events names it.
      assert.doesNotMatch(text, /"subject":"m1"|grid\/m1\//)
      assert.match(text, /"name":"voltage\.dip","subject":\{"kind":"feeder","id":"f1"\}/)
    }
    const aggregates = heard.find(({ road }) => road.startsWith('GET /api/v1/aggregates?'))
    assert.match(aggregates?.body.toString() ?? '', /"members":6/)
  })

  test('stay where nobody can decide, which is said; on the spot all goes on', async () => {
    const policy = `bundle: gone.tar.gz, trustedKeys: [${TRUSTED}]`
    const edge = await TestedEdge.start(siteOf(policy))
    try {
      await using listeners = await Listeners.enter(edge)
      await feed(edge)
      await untilFound(edge)
      const heard = await hear(edge)
      heard.push(...(await listeners.hear(() => true)))
      assert.deepEqual(leaks(heard), [])
      const statuses = new Set(heard.map(({ road, status }) => (status === 200 ? road : '')))
      assert.deepEqual(
        [...statuses].filter((road) => /^GET .*(healthz|metrics|clock)/.test(road)),
        [],
      )
      const inside = await askFrom('127.0.0.1', edge.http, { path: '/healthz' })
      assert.equal(inside.status, 503)
      assert.match(inside.body.toString(), /The egress gate cannot do its work \(.*gone\.tar\.gz/)
      const { body } = await askFrom('127.0.0.1', edge.http, { path: '/metrics' })
      assert.match(body.toString(), /\nbusbar_policy_failing 1\n/)
      assert.match(body.toString(), /\nbusbar_policy_records_left_total 0\n/)
    } finally {
      // It says so on standard error, which any other edge that ends well leaves empty.
      await assert.rejects(
        edge[Symbol.asyncDispose](),
        /ended with 0: busbar: egress gate: nothing/,
      )
    }
  })

  test('would be found if the gate stood open', async () => {
    await using policy = await OpenPolicy.start()
    await using edge = await TestedEdge.start(siteOf(`url: '${policy.url}'`))
    await using listeners = await Listeners.enter(edge)
    await feed(edge)
    await untilFound(edge)
    const heard = await hear(edge)
    heard.push(...(await listeners.hear(({ topics }) => topics.values().some(isAlarm))))
    const found = new Set(leaks(heard).map((leak) => leak.replace(/ \(.*/, '')))
    const raw = ['GET /api/v1/readings', 'GET /api/v1/latest', 'POST /api/v1/read']
    const others = ['aggregates', 'events', 'alarms', 'alarms/1'].map(
      (name) => `GET /api/v1/${name}`,
    )
    for (const road of [...raw, ...others, 'MQTT, fresh', 'MQTT, resumed']) {
      assert.ok(found.has(road), road)
    }
  })
})
