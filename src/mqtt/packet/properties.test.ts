import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { encodeProperties, propertiesBytes, propertiesFieldBytes } from './property-encoding.ts'
import { type PropertyScope, propertyScope, propertyTable } from './property-table.ts'
import { PacketReader } from './reader.ts'
import { PacketWriter } from './writer.ts'

function decode(hex: string, scope: PropertyScope): Properties {
  const content = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  const reader = new PacketReader(Uint8Array.from([content.length, ...content]))
  const properties = decodeProperties(reader, scope)
  reader.finish()
  return properties
}

function refused(hex: string, scope: PropertyScope, reason: number): void {
  assert.throws(() => decode(hex, scope), { name: 'ProtocolError', reason }, hex)
}

const { connect, publish, subscribe, will, connack, disconnect, auth } = propertyScope

/** Table 2-4 of the standard, read anew: identifier to the packets that may carry it; w is the will. */
const TABLE_2_4: Readonly<Record<number, string>> = {
  0x01: '3 w',
  0x02: '3 w',
  0x03: '3 w',
  0x08: '3 w',
  0x09: '3 w',
  0x0b: '3 8',
  0x11: '1 2 14',
  0x12: '2',
  0x13: '2',
  0x15: '1 2 15',
  0x16: '1 2 15',
  0x17: '1',
  0x18: 'w',
  0x19: '1',
  0x1a: '2',
  0x1c: '2 14',
  0x1f: '2 4 5 6 7 9 11 14 15',
  0x21: '1 2',
  0x22: '1 2',
  0x23: '3',
  0x24: '2',
  0x25: '2',
  0x26: '1 2 3 4 5 6 7 8 9 10 11 14 15 w',
  0x27: '1 2',
  0x28: '2',
  0x29: '2',
  0x2a: '2',
}

describe('properties', () => {
  test('the table is that of the standard', () => {
    const found = Object.fromEntries(
      propertyTable.map(({ id, scopes }) => {
        const types = Array.from({ length: 16 }, (_, type) => type)
        const carriers = types.slice(1).filter((type) => (scopes & (1 << type)) !== 0)
        return [id, [...carriers, ...((scopes & will) === 0 ? [] : ['w'])].join(' ')]
      }),
    )
    assert.deepEqual(found, TABLE_2_4)
  })

  test('none', () => {
    assert.deepEqual(decode('', connect), {})
  })

  test('each kind of value', () => {
    assert.deepEqual(decode('11 ffffffff 21 0001 19 01 26 0001 6b 0000', connect), {
      sessionExpirySeconds: 0xffff_ffff,
      receiveMaximum: 1,
      requestResponseInformation: 1,
      userProperties: [['k', '']],
    })
    assert.deepEqual(decode('0b ffffff7f', subscribe), { subscriptionIds: [268_435_455] })
    assert.deepEqual(decode('08 0003 61 2f 62 09 0002 0102', publish), {
      responseTopic: 'a/b',
      correlationData: Uint8Array.of(1, 2),
    })
  })

  test('user properties repeat and keep their order', () => {
    const hex = '26 0001 62 0001 31  26 0001 61 0001 32  26 0001 62 0001 31'
    assert.deepEqual(decode(hex, publish).userProperties, [
      ['b', '1'],
      ['a', '2'],
      ['b', '1'],
    ])
  })

  test('an identifier that nobody knows, or that another packet has, is malformed', () => {
    refused('00', connect, 0x81)
    refused('7f 00', connect, 0x81)
    refused('ff 01 00', connect, 0x81)
    refused('8b 00 01', subscribe, 0x81)
    refused('23 0001', connect, 0x81)
    refused('12 0001 61', connect, 0x81)
    refused('11 00000001', will, 0x81)
    refused('18 00000001', connect, 0x81)
    refused('1f 0000', subscribe, 0x81)
  })

  test('a value that is cut, or a length that is not there, is malformed', () => {
    refused('11 000000', connect, 0x81)
    refused('26 0001 61', connect, 0x81)
    refused('15 0002 61', connect, 0x81)
    refused('03 0001 ff', publish, 0x81)
    const short = new PacketReader(Uint8Array.of(5, 0x11, 0, 0, 0))
    assert.throws(() => decodeProperties(short, connect), { reason: 0x81 })
    assert.throws(() => decodeProperties(new PacketReader(new Uint8Array()), connect), {
      reason: 0x81,
    })
  })

  test('every text in them is UTF-8 [MQTT-1.5.7-1] [MQTT-3.3.2-13] [MQTT-3.3.2-19]', () => {
    refused('26 0001 ff 0001 61', publish, 0x81)
    refused('26 0001 61 0002 c080', publish, 0x81)
    refused('26 0001 00 0001 61', publish, 0x81)
    refused('08 0003 eda080', publish, 0x81)
    refused('03 0002 61 ff', publish, 0x81)
  })

  test('a property ends where the properties end, even if the packet goes on', () => {
    const reader = new PacketReader(Uint8Array.of(3, 0x21, 0, 1, 0x22, 0, 2))
    assert.deepEqual(decodeProperties(reader, connect), { receiveMaximum: 1 })
    assert.equal(reader.left, 3)
    const cut = new PacketReader(Uint8Array.of(2, 0x21, 0, 1))
    assert.throws(() => decodeProperties(cut, connect), { reason: 0x81 })
  })

  test('twice is a protocol error', () => {
    refused('21 0001 21 0001', connect, 0x82)
    refused('0b 01 0b 02', subscribe, 0x82)
    refused('03 0000 03 0000', publish, 0x82)
    refused('09 0000 09 0000', publish, 0x82)
    refused('17 00 17 00', connect, 0x82)
  })

  test('a value out of range is a protocol error, an alias of 0 has its own code', () => {
    refused('01 02', publish, 0x82)
    refused('17 02', connect, 0x82)
    refused('19 ff', connect, 0x82)
    refused('21 0000', connect, 0x82)
    refused('27 00000000', connect, 0x82)
    refused('0b 00', subscribe, 0x82)
    refused('23 0000', publish, 0x94)
    refused('08 0003 61 2f 23', publish, 0x90)
    refused('08 0000', will, 0x90)
  })

  test('authentication data need a method', () => {
    refused('16 0001 00', connect, 0x82)
    refused('16 0001 00', auth, 0x82)
    assert.deepEqual(decode('16 0001 00 15 0001 6d', connect), {
      authenticationData: Uint8Array.of(0),
      authenticationMethod: 'm',
    })
  })

  test('more user properties than the limit exceed a quota', () => {
    const decodeMany = (count: number): Properties => {
      const one = [0x26, 0, 0, 0, 0]
      const content = Array.from({ length: count }, () => one).flat()
      const length = [(content.length & 0x7f) | 0x80, content.length >> 7]
      return decodeProperties(new PacketReader(Uint8Array.from([...length, ...content])), connect)
    }
    const { userProperties } = decodeMany(limits.userProperties)
    assert.equal(userProperties?.length, limits.userProperties)
    assert.throws(() => decodeMany(limits.userProperties + 1), { reason: 0x97 })
  })

  test('encoding: literal bytes in the order of the object', () => {
    const properties: Properties = {
      maximumQos: 1,
      serverKeepAliveSeconds: 60,
      assignedClientId: 'x',
      maximumPacketBytes: 0x1_0000,
      userProperties: [['a', 'b']],
    }
    const writer = new PacketWriter(0x20, propertiesFieldBytes(properties))
    encodeProperties(writer, properties, connack)
    const hex = '24 01 13 003c 12 0001 78 27 00010000 26 0001 61 0001 62'
    const expected = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    assert.equal(propertiesBytes(properties), expected.length)
    const written = Buffer.from(writer.finish())
    assert.deepEqual(
      written,
      Buffer.from([0x20, expected.length + 1, expected.length, ...expected]),
    )
  })

  test('encoding: a property of another packet is our bug', () => {
    const properties: Properties = { sessionExpirySeconds: 1 }
    const encode = (scope: PropertyScope): Uint8Array => {
      const writer = new PacketWriter(0, propertiesFieldBytes(properties))
      encodeProperties(writer, properties, scope)
      return writer.finish()
    }
    assert.deepEqual([...encode(disconnect)], [0, 6, 5, 0x11, 0, 0, 0, 1])
    assert.throws(() => encode(publish), { name: 'GridError', code: 'bug' })
  })
})
