import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Version } from '../reasons.ts'
import { type Publish, decodePublish, encodePublish } from './publish.ts'

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function decode(first: number, hex: string, version: Version = 5): Publish {
  return decodePublish({ first, body: bytes(hex), version })
}

function refused(reason: number, ...args: [first: number, hex: string, version?: Version]): void {
  assert.throws(() => decode(...args), { name: 'ProtocolError', reason }, args[1])
}

describe('PUBLISH', () => {
  test('QoS 0 has no packet identifier [MQTT-2.2.1-2]', () => {
    const publish: Publish = {
      topic: 'a/b',
      qos: 0,
      retain: false,
      dup: false,
      packetId: 0,
      payload: Uint8Array.of(1, 2),
      properties: {},
    }
    assert.deepEqual(decode(0x30, '0003 612f62 00 0102'), publish)
    assert.deepEqual(decode(0x30, '0003 612f62 0102', 4), publish)
    assert.deepEqual(encodePublish(publish, 5), bytes('30 08 0003 612f62 00 0102'))
    assert.deepEqual(encodePublish(publish, 4), bytes('30 07 0003 612f62 0102'))
  })

  test('flags, packet identifier and properties', () => {
    const publish: Publish = {
      topic: 't',
      qos: 2,
      retain: true,
      dup: true,
      packetId: 0x1234,
      payload: new Uint8Array(),
      properties: { topicAlias: 7, payloadFormat: 1 },
    }
    assert.deepEqual(decode(0x3d, '0001 74 1234 05 23 0007 01 01'), publish)
    assert.deepEqual(encodePublish(publish, 5), bytes('3d 0b 0001 74 1234 05 23 0007 01 01'))
    assert.deepEqual(encodePublish(publish, 4), bytes('3d 05 0001 74 1234'))
  })

  test('subscription identifiers go to clients and never come from them [MQTT-3.3.4-6]', () => {
    const publish = { ...decode(0x30, '0001 74 00 78'), properties: { subscriptionIds: [1, 300] } }
    assert.deepEqual(encodePublish(publish, 5), bytes('30 0a 0001 74 05 0b 01 0b ac02 78'))
    refused(0x82, 0x30, '0001 74 02 0b 01 78')
  })

  test('payload and binary properties are views of the body', () => {
    const body = bytes('0001 74 04 09 0001 05 0102')
    const { payload, properties } = decodePublish({ first: 0x30, body, version: 5 })
    body.fill(9)
    assert.deepEqual([...payload], [9, 9])
    assert.deepEqual([...(properties.correlationData ?? [])], [9])
  })

  test('topics [MQTT-3.3.2-2]', () => {
    refused(0x90, 0x30, '0001 23 00')
    refused(0x90, 0x30, '0003 612f2b 00')
    refused(0x90, 0x30, '0003 612f2b', 4)
    refused(0x90, 0x30, '0000', 4)
    refused(0x81, 0x30, '0001 00 00')
    refused(0x81, 0x30, '0002 c328 00')
  })

  test('an alias stands for an empty topic, and only an alias does', () => {
    assert.equal(decode(0x30, '0000 03 23 0001').properties.topicAlias, 1)
    refused(0x82, 0x30, '0000 00')
    refused(0x94, 0x30, '0000 03 23 0000')
  })

  test('what byte 1 may not say, and a packet identifier of 0', () => {
    refused(0x81, 0x36, '0001 74 0001 00')
    refused(0x81, 0x38, '0001 74 00')
    refused(0x82, 0x32, '0001 74 0000 00')
  })

  test('cut anywhere before the payload it is malformed', () => {
    const header = '000174000103230001'
    decode(0x32, header)
    for (let length = 0; length < header.length; length += 2) {
      refused(0x81, 0x32, header.slice(0, length))
    }
  })

  test('a packet that must not be sent is our bug', () => {
    const publish = decode(0x32, '0001 74 0001 00')
    const bug = { name: 'GridError', code: 'bug' }
    assert.throws(() => encodePublish({ ...publish, packetId: 0 }, 5), bug) // [MQTT-2.2.1-4]
    assert.throws(() => encodePublish({ ...publish, qos: 0, dup: true }, 5), bug) // [MQTT-3.3.1-2]
  })
})
