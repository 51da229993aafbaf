import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Version, reason } from '../reasons.ts'
import {
  type Acknowledgement,
  type AcknowledgementKind,
  decodeAcknowledgement,
  encodeAcknowledgement,
} from './acknowledgement.ts'

const KINDS = [4, 5, 6, 7] as const

function decode(kind: AcknowledgementKind, hex: string, version: Version = 5): Acknowledgement {
  const body = new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
  return decodeAcknowledgement(body, version, kind)
}

function refused(
  code: number,
  ...args: [kind: AcknowledgementKind, hex: string, version?: Version]
): void {
  assert.throws(() => decode(...args), { name: 'ProtocolError', reason: code }, args.join(' '))
}

describe('PUBACK, PUBREC, PUBREL, PUBCOMP', () => {
  test('the three lengths of version 5', () => {
    for (const kind of KINDS) {
      const plain = { packetId: 0x0102, reason: 0, properties: {} }
      assert.deepEqual(decode(kind, '0102'), plain)
      assert.deepEqual(decode(kind, '0102', 4), plain)
      assert.deepEqual(decode(kind, '0102 00'), plain)
      assert.deepEqual(decode(kind, '0102 00 00'), plain)
      assert.deepEqual(decode(kind, '0102 00 04 1f 0001 61').properties, { reasonString: 'a' })
    }
  })

  test('exactly the reason codes of each packet', () => {
    const received = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99]
    const released = [0x00, 0x92]
    for (const kind of KINDS) {
      const allowed = kind <= 5 ? received : released
      for (let code = 0; code < 256; code++) {
        const hex = `0001 ${code.toString(16).padStart(2, '0')}`
        if (allowed.includes(code)) assert.equal(decode(kind, hex).reason, code)
        else refused(0x82, kind, hex)
      }
    }
  })

  test('too short, too long, packet identifier 0', () => {
    refused(0x81, 4, '')
    refused(0x81, 4, '01')
    refused(0x82, 4, '0000')
    refused(0x81, 4, '0001 00', 4)
    refused(0x81, 5, '0001 00 00 00')
    refused(0x81, 5, '0001 00 01')
    refused(0x81, 7, '0001 00 03 21 0001')
  })

  test('encoding', () => {
    const encode = (kind: AcknowledgementKind, version: Version, code: number): number[] => [
      ...encodeAcknowledgement({ kind, version, packetId: 0x0102, reason: code }),
    ]
    assert.deepEqual(encode(4, 5, reason.success), [0x40, 2, 1, 2])
    assert.deepEqual(encode(4, 4, reason.quotaExceeded), [0x40, 2, 1, 2])
    assert.deepEqual(encode(5, 5, reason.quotaExceeded), [0x50, 3, 1, 2, 0x97])
    assert.deepEqual(encode(6, 5, reason.success), [0x62, 2, 1, 2])
    assert.deepEqual(encode(6, 4, reason.success), [0x62, 2, 1, 2])
    assert.deepEqual(encode(7, 5, reason.packetIdNotFound), [0x70, 3, 1, 2, 0x92])
    assert.throws(() => encode(7, 5, reason.quotaExceeded), { code: 'bug' })
  })
})
