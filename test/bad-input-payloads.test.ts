import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { limits } from '../src/core/limits.ts'
import { publish } from '../src/mqtt/broker/client-packets.test.ts'
import { underAttack } from './mqtt/good-client.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'

const MEGABYTES = 150

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start()))
after(() => edge[Symbol.asyncDispose]())

const BAD: readonly (string | Buffer)[] = [
  '',
  ' ',
  'null',
  'true',
  '7',
  '"text"',
  '{}',
  '[{}]',
  '{"values"',
  '{"values":7}',
  '{"values":[1]}',
  '{"values":{"voltage.a":NaN}}',
  '{"values":{"voltage.a":Infinity}}',
  '{"values":{"voltage.a":-}}',
  '{"values":{"voltage.a":{}}}',
  '{"values":{"voltage.a":[1]}}',
  '{"values":{"voltage.a":"high"}}',
  '{"values":{"voltage.a":1}',
  '{"values":{"voltage.a":1}}}',
  '{"values":{"voltage.a":1}} x',
  '{"ts":"yesterday","values":{"voltage.a":1}}',
  '{"ts":true,"values":{"voltage.a":1}}',
  '{"ts":1e300,"values":{"voltage.a":1}}',
  '{"ts":-1e18,"values":{"voltage.a":1}}',
  '{"ts":99999999999999999999,"values":{"voltage.a":1}}',
  '{"ts":"2026-02-30T00:00:00Z","values":{"voltage.a":1}}',
  `{"values":{"${'x'.repeat(limits.quantityBytes + 1)}":1}}`,
  Buffer.from([0xff, 0xfe, 0x00]),
  Buffer.from('{"values":{"voltage.a":1,"\xff":2}}', 'latin1'),
  Buffer.alloc(20, 0x7b),
  '['.repeat(100_000),
  '{"values":'.repeat(10_000),
]

const GARBAGE = Buffer.alloc(limits.packetBytes - 100, '{"values":{"voltage.a":1},"x":')

describe('bad input: payloads', () => {
  test('are refused with 0x99, the connection stays, each is counted and some are kept', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      using wire = await Wire.enter(edge.mqtt, 'attacker')
      const payloads = [...BAD, GARBAGE]
      for (const [index, payload] of payloads.entries()) {
        wire.send(publish('grid/bad/readings', payload, { id: index + 1 }))
        const line = await wire.line()
        assert.equal(line, `PUBACK ${index + 1} 99`, payload.toString().slice(0, 60))
      }
      wire.send(publish('grid/bad/readings', '{"values":{"voltage.a":1}}', { id: 99 }))
      assert.equal(await wire.line(), 'PUBACK 99')
      const account = await edge.account('bad')
      assert.equal(account?.stored, 1)
      assert.equal(account.received, payloads.length + 1)
      const refused = Object.values(account.refused).reduce((sum, count) => sum + count, 0)
      assert.equal(refused, payloads.length)
    })
    const rows = edge.rows(
      'SELECT reason, complaint, bytes FROM evidence e JOIN devices d ON d.number = e.device WHERE name = ?',
      'bad',
    )
    assert.equal(rows.length, BAD.length + 1)
    for (const { reason, complaint, bytes } of rows) {
      assert.ok(reason === 'unreadable' || reason === 'badTime', String(reason))
      assert.ok(typeof complaint === 'string' && complaint.length > 0)
      assert.ok(bytes instanceof Uint8Array && bytes.length <= limits.evidenceBytes)
    }
  })

  test('3.1.1 hears a plain PUBACK, and is counted alike', async () => {
    using wire = await Wire.enter(edge.mqtt, 'old', { version: 4 })
    for (const [index, payload] of BAD.entries()) {
      wire.send(publish('grid/old/readings', payload, { id: index + 1, version: 4 }))
      assert.equal(await wire.line(), `PUBACK ${index + 1}`)
    }
    assert.equal((await edge.account('old'))?.received, BAD.length)
    assert.equal((await edge.account('old'))?.stored, 0)
  })

  test('QoS 0 and 2', async () => {
    using wire = await Wire.enter(edge.mqtt, 'attacker')
    wire.send(publish('grid/other/readings', 'bad'))
    wire.send(publish('grid/other/readings', 'bad', { id: 1, qos: 2 }))
    assert.equal(await wire.line(), 'PUBREC 1 99')
    assert.deepEqual((await edge.account('other'))?.refused, { unreadable: 2 })
  })

  test('a flood of garbage: others are served, and the evidence is bounded', async () => {
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      using wire = await Wire.enter(edge.mqtt, 'attacker')
      for (let id = 1; id <= 2000; id++) {
        wire.send(publish('grid/flood/readings', `garbage ${id}`, { id }))
      }
      await wire.next(2000, 20_000)
      for (let id = 1; id <= 60; id++) {
        await wire.flush(publish('grid/flood/readings', GARBAGE, { id }))
      }
      await wire.next(60, 20_000)
      assert.deepEqual((await edge.account('flood'))?.refused, { unreadable: 2060 })
    })
    const [row] = edge.rows('SELECT count(*) AS kept FROM evidence')
    assert.ok(Number(row?.['kept']) <= limits.evidenceRows)
  })

  test('values that are odd but can be read are kept', async () => {
    using wire = await Wire.enter(edge.mqtt, 'odd')
    const odd = [
      '{"values":{"voltage.a":null}}',
      '{"values":{"voltage.b":1e308}}',
      '{"values":{"breaker.position":true}}',
      '{"values":{"voltage.c":"231.5"}}',
      '{"ts":0,"values":{"voltage.a":1}}',
      '{"ts":4102444800000,"values":{"voltage.a":1}}',
    ]
    for (const [index, payload] of odd.entries()) {
      wire.send(publish('grid/odd/readings', payload, { id: index + 1 }))
      assert.equal(await wire.line(), `PUBACK ${index + 1}`, payload)
    }
    assert.equal((await edge.account('odd'))?.stored, odd.length)
  })

  // V8 corrupts its heap when `JSON.parse` is given this some fifty times (Node 26.10): it must not get that far.
  test('lists that nest thousands deep and end nowhere', async () => {
    const deep = ['[1,'.repeat(9000), '{"a":1,"b":'.repeat(9000)].map((text) => `${text}[1`)
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      using wire = await Wire.enter(edge.mqtt, 'attacker')
      for (let id = 1; id <= 300; id++) {
        wire.send(publish('grid/deep/readings', deep[id % 2] ?? '', { id }))
      }
      for (let id = 1; id <= 300; id++) assert.equal(await wire.line(), `PUBACK ${id} 99`)
    })
  })
})
