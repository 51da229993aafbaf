import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Version, reason } from '../reasons.ts'
import { encodeSuback } from './suback.ts'
import { type Subscribe, decodeSubscribe } from './subscribe.ts'

function decode(hex: string, version: Version = 5): Subscribe {
  return decodeSubscribe(new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex')), version)
}

function refused(code: number, ...args: [hex: string, version?: Version]): void {
  assert.throws(() => decode(...args), { name: 'ProtocolError', reason: code }, args[0])
}

describe('SUBSCRIBE', () => {
  test('filters with every option', () => {
    assert.deepEqual(decode('000a 02 0b 05 0003 612f62 01 0001 23 2e'), {
      packetId: 10,
      properties: { subscriptionIds: [5] },
      requests: [
        { filter: 'a/b', qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 0 },
        { filter: '#', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 },
      ],
    })
  })

  test('3.1.1 has a QoS and nothing else', () => {
    assert.deepEqual(decode('0001 0001 61 02', 4), {
      packetId: 1,
      properties: {},
      requests: [
        { filter: 'a', qos: 2, noLocal: false, retainAsPublished: false, retainHandling: 0 },
      ],
    })
    for (const options of ['04', '08', '10', '20', '40', '80']) {
      refused(0x81, `0001 0001 61 ${options}`, 4)
    }
  })

  test('reserved bits [MQTT-3.8.3-5], QoS 3, retain handling 3', () => {
    refused(0x81, '0001 00 0001 61 40')
    refused(0x81, '0001 00 0001 61 80')
    refused(0x82, '0001 00 0001 61 03')
    refused(0x82, '0001 0001 61 03', 4)
    refused(0x82, '0001 00 0001 61 30')
  })

  test('no local on a shared subscription [MQTT-3.8.3-4]', () => {
    const shared = '000a 2473686172652f672f61'
    assert.equal(decode(`0001 00 ${shared} 00`).requests[0]?.filter, '$share/g/a')
    refused(0x82, `0001 00 ${shared} 04`)
  })

  test('a filter that is none is for SUBACK to answer', () => {
    assert.equal(decode('0001 00 0002 2361 00').requests[0]?.filter, '#a')
    assert.equal(decode('0001 00 0000 00').requests[0]?.filter, '')
  })

  test('no filter [MQTT-3.8.3-2], packet identifier 0, cut short', () => {
    refused(0x82, '0001 00')
    refused(0x82, '0001', 4)
    refused(0x82, '0000 00 0001 61 00')
    refused(0x81, '')
    refused(0x81, '0001')
    refused(0x81, '0001 00 0001')
    refused(0x81, '0001 00 0001 61')
    refused(0x81, '0001 00 0001 61 00 00')
    refused(0x82, '0001 02 0b 00 0001 61 00')
  })
})

test('filters of SUBSCRIBE are UTF-8 [MQTT-3.8.3-1]', () => {
  for (const filter of ['ff', '00']) {
    const body = Buffer.from(`0001000001${filter}00`, 'hex')
    assert.throws(() => decodeSubscribe(body, 5), { reason: 0x81 })
  }
})

describe('SUBACK', () => {
  const reasons = [reason.success, reason.grantedQos2, reason.quotaExceeded]

  test('a code for each filter', () => {
    assert.deepEqual(
      [...encodeSuback({ version: 5, packetId: 0x0102, reasons })],
      [0x90, 6, 1, 2, 0, 0x00, 0x02, 0x97],
    )
  })

  test('3.1.1 calls every failure 0x80', () => {
    assert.deepEqual(
      [...encodeSuback({ version: 4, packetId: 1, reasons })],
      [0x90, 5, 0, 1, 0x00, 0x02, 0x80],
    )
  })

  test('a code of another packet is our bug [MQTT-3.9.3-2]', () => {
    const options = { version: 5, packetId: 1, reasons: [reason.banned] } as const
    assert.throws(() => encodeSuback(options), { code: 'bug' })
  })
})
