import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { limits } from '../src/core/limits.ts'
import { publish } from '../src/mqtt/broker/client-packets.test.ts'
import { underAttack } from './mqtt/good-client.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'

const MEGABYTES = 200
const READING = '{"values":{"voltage.a":230}}'
const UNKNOWN = '(unknown)'

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start()))
after(() => edge[Symbol.asyncDispose]())

describe('bad input: names', () => {
  test('a device name with odd characters is refused, on one account for all', async () => {
    using wire = await Wire.enter(edge.mqtt, 'attacker')
    const names = ['a b', '../../etc', "x'; DROP TABLE devices", 'зҝ', '<script>', '\u202e', '"']
    const sent = [...names, 'x'.repeat(limits.deviceBytes + 1), '(unknown)']
    for (const [index, name] of sent.entries()) {
      const topic = `grid/${name.replaceAll('/', '\\')}/readings`
      wire.send(publish(topic, READING, { id: index + 1 }))
      assert.equal(await wire.line(), `PUBACK ${index + 1} 87`, name)
    }
    assert.deepEqual((await edge.account(UNKNOWN))?.refused, { unknownDevice: sent.length })
    assert.equal(await edge.account('a b'), undefined)
    wire.send(publish('grid/Feeder-1:2._x/readings', READING, { id: 1 }))
    assert.equal(await wire.line(), 'PUBACK 1')
  })

  test('a site that refuses unknown devices keeps nothing of them', async () => {
    await using strict = await TestedEdge.start(`
site: { id: strict, name: Strict site, frequencyHz: 50, limits: gbt }
access: { anonymous: true, anyTopic: false }
unknownDevices: refuse
`)
    using wire = await Wire.enter(strict.mqtt, 'attacker')
    for (let id = 1; id <= 3000; id++) {
      wire.send(publish(`grid/invented-${id}/readings`, READING, { id }))
    }
    for (const [index, line] of (await wire.next(3000)).entries()) {
      assert.equal(line, `PUBACK ${index + 1} 87`)
    }
    assert.deepEqual((await strict.account(UNKNOWN))?.refused, { unknownDevice: 3000 })
    assert.equal(strict.rows('SELECT count(*) AS n FROM devices')[0]?.['n'], 1)
    wire.send(publish('elsewhere', 'x', { id: 7 }))
    assert.equal(await wire.line(), 'PUBACK 7 87')
  })

  test('a device that invents quantities comes to its limit, others do not', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      using wire = await Wire.enter(edge.mqtt, 'inventor')
      const perMessage = 64
      const messages = limits.pointsPerDevice / perMessage
      for (let n = 0; n <= messages; n++) {
        const values = Array.from({ length: perMessage }, (_, q) => `"q${n}.${q}":1`).join(',')
        wire.send(publish('grid/inventor/readings', `{"values":{${values}}}`, { id: n + 1 }))
      }
      const lines = await wire.next(messages + 1)
      for (let n = 0; n < messages; n++) assert.equal(lines[n], `PUBACK ${n + 1}`)
      assert.equal(lines.at(-1), `PUBACK ${messages + 1} 97`)
      wire.send(publish('grid/inventor/readings', '{"values":{"q0.0":2}}', { id: 1 }))
      wire.send(publish('grid/another/readings', '{"values":{"new":2}}', { id: 2 }))
      assert.deepEqual(await wire.next(2), ['PUBACK 1', 'PUBACK 2'])
      assert.deepEqual((await edge.account('inventor'))?.refused, { tooManyPoints: 1 })
    })
  })

  test('a topic of 1,000 levels, or longer than is allowed', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (const topic of ['a/'.repeat(1000), 'x'.repeat(limits.topicBytes + 1)]) {
        using wire = await Wire.enter(edge.mqtt, 'attacker')
        wire.send(publish(topic, READING, { id: 1 }))
        assert.deepEqual(await wire.ending(), ['DISCONNECT 90', 'end'])
      }
    })
  })

  test('invented device names are bounded: what comes later is refused, not lost', async () => {
    await using full = await TestedEdge.start()
    await underAttack(full, { megabytes: MEGABYTES }, async () => {
      using wire = await Wire.enter(full.mqtt, 'attacker')
      const heard = wire.next(limits.devices + 100, 60_000)
      for (let first = 0; first < limits.devices + 100; first += 100) {
        const packets = Array.from({ length: 100 }, (_, n) =>
          publish(`grid/d${first + n}/readings`, READING, { id: ((first + n) % 16_000) + 1 }),
        )
        await wire.flush(Buffer.concat(packets))
      }
      const refused = (await heard).filter((line) => /^PUBACK \d+ 87$/.test(line))
      // The good client and the account of the unknown take a place each.
      assert.equal(refused.length, 100 + 2)
    })
    using known = await Wire.enter(full.mqtt, 'known')
    known.send(publish('grid/d7/readings', READING, { id: 1 }))
    assert.equal(await known.line(), 'PUBACK 1')
    assert.deepEqual((await full.account(UNKNOWN))?.refused, { unknownDevice: 102 })
  })
})
