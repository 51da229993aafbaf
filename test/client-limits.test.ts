import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connect, publish } from '../src/mqtt/broker/client-packets.test.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'

const SITE = `site: { id: limited, name: Limited, frequencyHz: 50, limits: gbt }
access:
  anonymous: true
  limits: { messagesPerSecond: 500, connectionsPerSecond: 2 }
`
/** Twenty seconds of them. */
const BURST = 40

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start(SITE)))
after(() => edge[Symbol.asyncDispose]())

test('a client that sends more than it may is slowed, loses nothing, and keeps nobody waiting', async () => {
  using fast = await Wire.enter(edge.mqtt, 'fast')
  using slow = await Wire.enter(edge.mqtt, 'slow')
  const startedMs = performance.now()
  const count = 1500
  for (let id = 1; id <= count; id++) {
    const payload = `{"ts":${1_764_000_000_000 + id},"values":{"voltage.a":1}}`
    await fast.flush(publish('grid/fast/readings', payload, { id }))
  }
  slow.send(publish('grid/slow/readings', '{"values":{"voltage.a":1}}', { id: 1 }))
  assert.equal(await slow.line(1000), 'PUBACK 1')
  assert.equal((await fast.next(count)).at(-1), `PUBACK ${count}`)
  const tookMs = performance.now() - startedMs
  fast.send(publish('grid/fast/readings', '{"values":{"voltage.a":1}}', { id: 1 }))
  assert.equal(await fast.line(), 'PUBACK 1')
  assert.equal((await edge.account('fast'))?.stored, count + 1)
  const metrics = await edge.metrics()
  assert.ok((metrics.get('busbar_mqtt_rate_pauses_total') ?? 0) > 0, `it took ${tookMs} ms`)
})

test('more connections from one address than it may bring are closed at once, and counted', async () => {
  const wires: Wire[] = []
  for (let n = 0; n < BURST + 20; n++) wires.push(await Wire.open(edge.mqtt))
  const last = wires.at(-1)
  last?.send(connect('late'))
  assert.equal(await last?.line(), 'end')
  assert.ok(((await edge.metrics()).get('busbar_mqtt_connections_refused_total') ?? 0) > 0)
  for (const wire of wires) wire[Symbol.dispose]()
})
