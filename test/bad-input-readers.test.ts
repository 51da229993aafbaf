import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { limits } from '../src/core/limits.ts'
import {
  pingreq,
  property,
  publish,
  pubrel,
  subscribe,
  unsubscribe,
} from '../src/mqtt/broker/client-packets.test.ts'
import { underAttack } from './mqtt/good-client.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'

const MEGABYTES = 250

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start()))
after(() => edge[Symbol.asyncDispose]())

async function deaf(name: string, first: Buffer): Promise<Wire> {
  const wire = await Wire.enter(edge.mqtt, name)
  wire.stopReading()
  await wire.flush(first)
  return wire
}

/** Sends as much as the edge takes; ends early where it takes nothing for a while. */
async function pour(wire: Wire, bytes: Buffer, times: number): Promise<void> {
  for (let sent = 0; sent < times; sent++) {
    const isTaken = await Promise.race([
      wire.flush(bytes).then(() => true),
      setTimeout(300, false, { ref: false }),
    ])
    assert.ok(!wire.isClosed, 'the connection was closed')
    if (!isTaken) return
  }
}

describe('bad input: clients that do not read', () => {
  for (const qos of [0, 1]) {
    test(`subscribers to # (QoS ${qos}): their queues are bounded, what is dropped is counted`, async () => {
      await underAttack(edge, { megabytes: MEGABYTES }, async () => {
        const everything = subscribe({ '#': qos })
        const wires = await Promise.all(
          Array.from({ length: 10 }, (_, n) => deaf(`deaf-${n}`, everything)),
        )
        using listener = await Wire.enter(edge.mqtt, 'listener')
        listener.send(subscribe({ last: 0 }))
        assert.equal(await listener.line(), 'SUBACK 1 00')
        using speaker = await Wire.enter(edge.mqtt, 'speaker')
        const message = Buffer.concat(
          Array.from({ length: 50 }, () => publish('news', Buffer.alloc(1000, 0x61), { id: qos })),
        )
        for (let n = 0; n < 200; n++) await speaker.flush(message)
        speaker.send(publish('last', 'x'))
        assert.equal(await listener.line(), `PUBLISH last 'x' q0`)
        const metrics = await edge.metrics()
        assert.ok((metrics.get('busbar_mqtt_deliveries_dropped_total') ?? 0) > 1000)
        const queued = metrics.get('busbar_mqtt_queued_bytes') ?? 0
        assert.ok(queued > 0 && queued <= 10 * 2 * limits.queuedBytesPerSession, `${queued}`)
        for (const wire of wires) wire[Symbol.dispose]()
      })
      assert.equal((await edge.metrics()).get('busbar_mqtt_queued_bytes'), 0)
    })
  }

  test('a small message to many of them costs little', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      const everything = subscribe({ tick: 0 })
      const wires = await Promise.all(
        Array.from({ length: 20 }, (_, n) => deaf(`deaf-${n}`, everything)),
      )
      using speaker = await Wire.enter(edge.mqtt, 'speaker')
      const ticks = Buffer.concat(Array.from({ length: 1000 }, () => publish('tick', 'x')))
      for (let n = 0; n < 50; n++) await speaker.flush(ticks)
      speaker.send(pingreq)
      assert.equal(await speaker.line(60_000), 'PINGRESP')
      for (const wire of wires) wire[Symbol.dispose]()
    })
  })

  const floods: Readonly<Record<string, Buffer>> = {
    'PUBACKs of readings': publish('grid/f/readings', '', { id: 1, version: 4 }),
    'PUBRECs of readings': publish('grid/f/readings', '', { id: 1, qos: 2, version: 4 }),
    PUBACKs: publish('a', '', { id: 1, version: 4 }),
    PINGRESPs: pingreq,
    PUBCOMPs: pubrel(7),
    SUBACKs: subscribe({ a: 0 }, { version: 4 }),
    UNSUBACKs: unsubscribe(['a'], { version: 4 }),
  }
  for (const [what, packet] of Object.entries(floods)) {
    test(`a client that does not read its ${what} is held back`, async () => {
      await underAttack(edge, { megabytes: MEGABYTES }, async () => {
        using wire = await Wire.enter(edge.mqtt, 'flood', { version: 4 })
        wire.stopReading()
        const many = Math.ceil(65_536 / packet.length)
        const bytes = Buffer.concat(Array.from({ length: many }, () => packet))
        await pour(wire, bytes, 600)
        const unfinished = (await edge.metrics()).get('busbar_mqtt_unfinished_bytes') ?? 0
        assert.ok(unfinished < 1_000_000, `${unfinished} bytes wait to be parsed`)
      })
    })
  }

  test('retained messages asked for over and over', async () => {
    using speaker = await Wire.enter(edge.mqtt, 'speaker')
    for (let n = 0; n < 2000; n++) speaker.send(publish(`kept/${n}`, 'x', { retain: true }))
    speaker.send(pingreq)
    assert.equal(await speaker.line(), 'PINGRESP')
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      using wire = await deaf('flood', pingreq)
      const ask = Buffer.concat(Array.from({ length: 1000 }, () => subscribe({ 'kept/#': 0 })))
      await pour(wire, ask, 200)
    })
  })

  test('a subscriber that reads nothing and acknowledges nothing keeps a bounded session', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      using speaker = await Wire.enter(edge.mqtt, 'speaker')
      for (let n = 0; n < 20; n++) {
        using wire = await Wire.enter(edge.mqtt, `kept-${n}`, {
          clean: false,
          properties: [property.sessionExpiry(60)],
        })
        wire.send(subscribe({ [`large/${n}`]: 1 }))
        assert.equal(await wire.line(), 'SUBACK 1 01')
        wire.stopReading()
        for (let id = 1; id <= 20; id++) {
          await speaker.flush(publish(`large/${n}`, Buffer.alloc(250_000), { id }))
        }
        await speaker.next(20)
      }
      const queued = (await edge.metrics()).get('busbar_mqtt_queued_bytes') ?? 0
      assert.ok(queued <= 20 * 2 * limits.queuedBytesPerSession, `${queued}`)
    })
  })
})
