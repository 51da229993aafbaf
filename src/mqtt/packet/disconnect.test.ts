import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Version, reason } from '../reasons.ts'
import { decodeAuth, encodeAuth } from './auth.ts'
import { type Disconnect, decodeDisconnect, encodeDisconnect } from './disconnect.ts'
import { PINGRESP, assertPingreq } from './ping.ts'

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function decode(hex: string, version: Version = 5): Disconnect {
  return decodeDisconnect(bytes(hex), version)
}

function refused(act: () => unknown, code: number): void {
  assert.throws(act, { name: 'ProtocolError', reason: code })
}

describe('DISCONNECT', () => {
  test('the three lengths of version 5, the one of 3.1.1', () => {
    assert.deepEqual(decode(''), { reason: 0, properties: {} })
    assert.deepEqual(decode('', 4), { reason: 0, properties: {} })
    assert.deepEqual(decode('04'), { reason: 4, properties: {} })
    assert.deepEqual(decode('00 05 11 00000000'), {
      reason: 0,
      properties: { sessionExpirySeconds: 0 },
    })
    refused(() => decode('00', 4), 0x81)
    refused(() => decode('00 00 00'), 0x81)
    refused(() => decode('00 03 21 0001'), 0x81)
  })

  test('exactly the codes that a client may send [MQTT-3.14.2-1]', () => {
    const allowed = [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97]
    allowed.push(0x98, 0x99)
    for (let code = 0; code < 256; code++) {
      const hex = code.toString(16).padStart(2, '0')
      if (allowed.includes(code)) assert.equal(decode(hex).reason, code)
      else refused(() => decode(hex), 0x82)
    }
  })

  test('encoding', () => {
    assert.deepEqual(encodeDisconnect(reason.serverShuttingDown), bytes('e0 02 8b 00'))
    assert.deepEqual(encodeDisconnect(reason.malformed, 'why'), bytes('e0 08 81 06 1f 0003 776879'))
    assert.throws(() => encodeDisconnect(reason.disconnectWithWill), { code: 'bug' })
  })
})

describe('PINGREQ, PINGRESP', () => {
  test('have no body', () => {
    assert.deepEqual(PINGRESP, bytes('d0 00'))
    assertPingreq(bytes(''))
    refused(() => assertPingreq(bytes('00')), 0x81)
  })
})

describe('AUTH', () => {
  test('a client goes on or begins again', () => {
    assert.deepEqual(decodeAuth(bytes('18 08 15 0001 6d 16 0001 07')), {
      reason: reason.continueAuthentication,
      properties: { authenticationMethod: 'm', authenticationData: Uint8Array.of(7) },
    })
    assert.equal(decodeAuth(bytes('19 04 15 0001 6d')).reason, reason.reauthenticate)
  })

  test('another code, no method, a cut [MQTT-3.15.2-1]', () => {
    refused(() => decodeAuth(bytes('')), 0x82)
    refused(() => decodeAuth(bytes('00 04 15 0001 6d')), 0x82)
    refused(() => decodeAuth(bytes('80 04 15 0001 6d')), 0x82)
    refused(() => decodeAuth(bytes('18 00')), 0x82)
    refused(() => decodeAuth(bytes('18')), 0x81)
    refused(() => decodeAuth(bytes('18 04 15 0001 6d 00')), 0x81)
  })

  test('encoding', () => {
    const properties = { authenticationMethod: 'm' }
    assert.deepEqual(
      encodeAuth({ reason: reason.continueAuthentication, properties }),
      bytes('f0 06 18 04 15 0001 6d'),
    )
    assert.throws(() => encodeAuth({ reason: reason.reauthenticate, properties }), { code: 'bug' })
  })
})
