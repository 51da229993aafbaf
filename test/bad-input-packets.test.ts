import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { connect as connectSocket } from 'node:net'
import { limits } from '../src/core/limits.ts'
import {
  connect,
  packet,
  pingreq,
  property,
  publish,
  subscribe,
  text,
  u16,
} from '../src/mqtt/broker/client-packets.test.ts'
import { underAttack } from './mqtt/good-client.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { Wire } from './mqtt/wire.ts'

const MEGABYTES = 120

let edge: TestedEdge
before(async () => (edge = await TestedEdge.start()))
after(() => edge[Symbol.asyncDispose]())

/** What a client hears that has come in and then sends these bytes. */
async function heardAfter(bytes: Buffer, version: 4 | 5 = 5): Promise<string[]> {
  using wire = await Wire.enter(edge.mqtt, 'attacker', { version })
  wire.send(bytes)
  return await wire.ending()
}

async function heardFirst(bytes: Buffer, version: 4 | 5 = 5): Promise<string[]> {
  using wire = await Wire.open(edge.mqtt, version)
  wire.send(bytes)
  return await wire.ending()
}

function hex(bytes: string): Buffer {
  return Buffer.from(bytes.replaceAll(' ', ''), 'hex')
}

describe('bad input: packets', () => {
  test('malformed packets end their own connection, with the reason in 5.0', async () => {
    const cases: readonly [Buffer, string][] = [
      [hex('00 00'), '81'],
      [hex('36 06 0001 74 0001 00'), '81'],
      [hex('38 04 0001 74 00'), '81'],
      [hex('32 06 0001 74 0000 00'), '82'],
      [hex('30 05 0002 c328 00'), '81'],
      [hex('30 05 0002 6100 00'), '81'],
      [hex('30 07 0004 61eda080 00'), '81'],
      [hex('30 04 0001 2b 00'), '90'],
      [hex('30 ffffff ff7f'), '81'],
      [hex('30 03 0009 61'), '81'],
      [hex('80 07 0001 00 0001 61 00'), '81'],
      [hex('82 03 0001 00'), '82'],
      [hex('62 02 0000'), '82'],
      [hex('60 02 0001'), '81'],
      [hex('40 01 00'), '81'],
      [hex('c1 00'), '81'],
      [hex('20 03 00 00 00'), '82'],
      [hex('d0 00'), '82'],
      [connect('attacker'), '82'],
      [publish('x', 'x', { properties: [property.alias(99)] }), '94'],
      [publish('a/'.repeat(999), 'x'), '90'],
    ]
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (const [bytes, code] of cases) {
        const name = bytes.subarray(0, 20).toString('hex')
        assert.deepEqual(await heardAfter(bytes), [`DISCONNECT ${code}`, 'end'], name)
        assert.deepEqual(await heardAfter(hex('00 00'), 4), ['end'])
      }
    })
  })

  test('a packet above the limit is not read: its header is enough', async () => {
    const header = hex('30 ffffff7f')
    const body = Buffer.alloc(1024 * 1024, 0x61)
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (let round = 0; round < 20; round++) {
        using wire = await Wire.enter(edge.mqtt, 'attacker')
        wire.send(header)
        for (let part = 0; part < 4; part++) wire.send(body)
        assert.deepEqual(await wire.ending(), ['DISCONNECT 95', 'end'])
      }
      assert.equal((await edge.metrics()).get('busbar_mqtt_unfinished_bytes'), 0)
    })
  })

  test('the largest packet that is allowed goes through; one byte more does not', async () => {
    const room = limits.packetBytes - packet(0x30, text('big'), 0).length - 2
    using wire = await Wire.enter(edge.mqtt, 'big')
    wire.send(publish('big', Buffer.alloc(room)), pingreq)
    assert.equal(await wire.line(), 'PINGRESP')
    wire.send(publish('big', Buffer.alloc(room + 1)))
    assert.deepEqual(await wire.ending(), ['DISCONNECT 95', 'end'])
  })

  test('another protocol on the MQTT port', async () => {
    const tls = hex('16 0301 00c8 01 0000c4 0303') // The beginning of a ClientHello.
    const http = Buffer.from('GET / HTTP/1.1\r\nHost: substation\r\n\r\n')
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (const bytes of [tls, http, Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(500_000)]) {
        for (let round = 0; round < 10; round++) assert.deepEqual(await heardFirst(bytes), ['end'])
      }
    })
  })

  test('a first packet that is not CONNECT, or is a bad one', async () => {
    const reserved = packet(0x10, text('MQTT'), 5, 3, u16(0), 0, text('a'))
    const binary = packet(0x10, text('MQTT'), 5, 2, u16(0), 0, text(hex('ff')))
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      assert.deepEqual(await heardFirst(pingreq), ['end'])
      assert.deepEqual(await heardFirst(publish('a', 'x')), ['end'])
      assert.deepEqual(await heardFirst(subscribe({ '#': 0 })), ['end'])
      assert.deepEqual(await heardFirst(reserved), ['CONNACK 81', 'end'])
      assert.deepEqual(await heardFirst(binary), ['CONNACK 81', 'end'])
      assert.deepEqual(await heardFirst(packet(0x10, text('MQTT'), 9, 2)), ['CONNACK 84', 'end'])
      const old = packet(0x10, text('MQIsdp'), 3, 2, u16(0), text('a'))
      assert.deepEqual(await heardFirst(old, 4), ['CONNACK 01', 'end'])
    })
  })

  test('random bytes, and good packets with one byte changed', async () => {
    let state = 12_345
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return (state >>> 8) % below
    }
    const good = Buffer.concat([
      connect('fuzz', {
        will: { topic: 'w', payload: 'x' },
        properties: [property.user('k', 'v')],
      }),
      subscribe({ 'note/#': 2 }),
      publish('note/x', 'hello', { qos: 2, id: 1, properties: [property.messageExpiry(9)] }),
      publish('grid/fuzz/readings', '{"values":{"voltage.a":1}}', { id: 2 }),
    ])
    await underAttack(edge, { megabytes: MEGABYTES }, async () => {
      for (let round = 0; round < 400; round++) {
        const bytes = Buffer.from(good)
        if (round % 4 === 0) for (let at = 0; at < bytes.length; at++) bytes[at] = random(256)
        else for (let n = 0; n <= round % 3; n++) bytes[random(bytes.length)] = random(256)
        const socket = connectSocket({ ...edge.mqtt })
        socket.on('error', () => {})
        await new Promise<void>((resolve) => socket.once('connect', resolve))
        await new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
        socket.destroySoon()
      }
    })
  })
})
