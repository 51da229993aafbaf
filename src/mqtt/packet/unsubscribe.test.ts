import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Version, reason } from '../reasons.ts'
import { encodeUnsuback } from './unsuback.ts'
import { type Unsubscribe, decodeUnsubscribe } from './unsubscribe.ts'

function decode(hex: string, version: Version = 5): Unsubscribe {
  return decodeUnsubscribe(new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex')), version)
}

function refused(code: number, ...args: [hex: string, version?: Version]): void {
  assert.throws(() => decode(...args), { name: 'ProtocolError', reason: code }, args[0])
}

describe('UNSUBSCRIBE', () => {
  test('filters in their order', () => {
    const filters = ['a/+', '#']
    assert.deepEqual(decode('0007 00 0003 612f2b 0001 23'), {
      packetId: 7,
      properties: {},
      filters,
    })
    assert.deepEqual(decode('0007 0003 612f2b 0001 23', 4).filters, filters)
    assert.deepEqual(decode('0007 07 26 0001 6b 0001 76 0001 23').properties, {
      userProperties: [['k', 'v']],
    })
  })

  test('no filter [MQTT-3.10.3-2], packet identifier 0, cut short, another property', () => {
    refused(0x82, '0001 00')
    refused(0x82, '0001', 4)
    refused(0x82, '0000 00 0001 61')
    refused(0x81, '00')
    refused(0x81, '0001 00 0002 61')
    refused(0x81, '0001 00 0001 ff')
    refused(0x81, '0001 02 0b 01 0001 61')
  })
})

test('filters of UNSUBSCRIBE are UTF-8 [MQTT-3.10.3-1]', () => {
  for (const filter of ['ff', '00']) {
    const body = Buffer.from(`0001000001${filter}`, 'hex')
    assert.throws(() => decodeUnsubscribe(body, 5), { reason: 0x81 })
  }
})

describe('UNSUBACK', () => {
  const reasons = [reason.success, reason.noSubscriptionExisted]

  test('a code for each filter, none in 3.1.1', () => {
    assert.deepEqual(
      [...encodeUnsuback({ version: 5, packetId: 0x0102, reasons })],
      [0xb0, 5, 1, 2, 0, 0x00, 0x11],
    )
    assert.deepEqual([...encodeUnsuback({ version: 4, packetId: 1, reasons })], [0xb0, 2, 0, 1])
  })

  test('a code of another packet is our bug [MQTT-3.11.3-2]', () => {
    const options = { version: 5, packetId: 1, reasons: [reason.grantedQos1] } as const
    assert.throws(() => encodeUnsuback(options), { code: 'bug' })
  })
})
