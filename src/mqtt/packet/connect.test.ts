import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Connect, answerVersion, decodeConnect } from './connect.ts'

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function decode(hex: string): Connect {
  return decodeConnect(bytes(hex))
}

function refused(hex: string, reason: number): void {
  assert.throws(() => decode(hex), { name: 'ProtocolError', reason }, hex)
}

const MQTT = '0004 4d515454'
const FIVE = `${MQTT} 05`
const FOUR = `${MQTT} 04`

describe('CONNECT', () => {
  test('the least of it', () => {
    assert.deepEqual(decode(`${FIVE} 02 003c 00 0000`), {
      version: 5,
      clean: true,
      keepAliveSeconds: 60,
      clientId: '',
      will: undefined,
      userName: undefined,
      password: undefined,
      properties: {},
    })
    const connect = decode(`${FOUR} 00 0000 0001 61`)
    assert.equal(connect.version, 4)
    assert.equal(connect.clean, false)
    assert.equal(connect.clientId, 'a')
  })

  test('all of it, version 5', () => {
    const hex = `${FIVE} f6 000a
      05 11 0000000a
      0003 6d 2d 31
      05 18 00000005
      0003 61 2f 62 0002 0001
      0001 75 0002 70 77`
    assert.deepEqual(decode(hex.replaceAll('\n', '')), {
      version: 5,
      clean: true,
      keepAliveSeconds: 10,
      clientId: 'm-1',
      will: {
        topic: 'a/b',
        payload: Uint8Array.of(0, 1),
        qos: 2,
        retain: true,
        properties: { willDelaySeconds: 5 },
      },
      userName: 'u',
      password: Uint8Array.of(0x70, 0x77),
      properties: { sessionExpirySeconds: 10 },
    })
  })

  test('all of it, version 3.1.1: no properties anywhere', () => {
    const { will, userName, password } = decode(`${FOUR} ce ffff 0001 61 0001 74 0000 0001 75 0000`)
    assert.deepEqual(will, {
      topic: 't',
      payload: new Uint8Array(),
      qos: 1,
      retain: false,
      properties: {},
    })
    assert.equal(userName, 'u')
    assert.deepEqual(password, new Uint8Array())
  })

  test('another protocol or version [MQTT-3.1.2-1] [MQTT-3.1.2-2]', () => {
    refused('0006 4d5149736470 03 02 003c 0001 61', 0x84)
    refused(`${MQTT} 03 02 003c 0001 61`, 0x84)
    refused(`${MQTT} 06 02 003c 00 0001 61`, 0x84)
    refused(`${MQTT} 84 02 003c 0001 61`, 0x84)
    refused('0004 6d717474 05 02 003c 00 0001 61', 0x84)
    refused('0000 05', 0x84)
  })

  test('the version of the answer to what cannot be decoded', () => {
    assert.equal(answerVersion(bytes(`${MQTT} 03`)), 4)
    assert.equal(answerVersion(bytes('0006 4d5149736470 03')), 4)
    assert.equal(answerVersion(bytes(FOUR)), 4)
    assert.equal(answerVersion(bytes(FIVE)), 5)
    assert.equal(answerVersion(bytes(`${MQTT} 06`)), 5)
    assert.equal(answerVersion(bytes('')), 4)
    assert.equal(answerVersion(bytes('ff')), 4)
  })

  test('flags that contradict each other', () => {
    refused(`${FIVE} 03 003c 00 0000`, 0x81) // reserved [MQTT-3.1.2-3]
    refused(`${FIVE} 1e 003c 00 0000 00 0001 74 0000`, 0x81) // will QoS 3 [MQTT-3.1.2-12]
    refused(`${FIVE} 0a 003c 00 0000`, 0x81) // will QoS without will [MQTT-3.1.2-11]
    refused(`${FIVE} 22 003c 00 0000`, 0x81) // will retain without will [MQTT-3.1.2-13]
  })

  test('a password alone is for version 5', () => {
    assert.deepEqual(decode(`${FIVE} 42 003c 00 0000 0001 70`).password, Uint8Array.of(0x70))
    refused(`${FOUR} 42 003c 0000 0001 70`, 0x81)
  })

  test('a field that is missing or left over [MQTT-3.1.4-1]', () => {
    const whole = `${FIVE} c6 003c 00 0001 61 00 0001 74 0000 0001 75 0001 70`.replaceAll(' ', '')
    decode(whole)
    for (let length = 0; length < whole.length; length += 2) refused(whole.slice(0, length), 0x81)
    refused(`${whole}00`, 0x81)
  })

  test('a will topic with wildcards, or empty', () => {
    refused(`${FIVE} 06 003c 00 0000 00 0003 61 2f 2b 0000`, 0x90)
    refused(`${FOUR} 06 003c 0000 0000 0000`, 0x90)
  })

  test('will topic and user name are UTF-8 [MQTT-3.1.3-11] [MQTT-3.1.3-12]', () => {
    decode(`${FIVE} 86 003c 00 0000 00 0002 c3a9 0000 0002 c3a9`)
    refused(`${FIVE} 06 003c 00 0000 00 0002 c328 0000`, 0x81)
    refused(`${FIVE} 82 003c 00 0000 0002 c328`, 0x81)
    refused(`${FIVE} 82 003c 00 0000 0001 00`, 0x81)
  })

  test('properties of the will stay with the will, those of CONNECT with CONNECT', () => {
    refused(`${FIVE} 02 003c 05 18 00000001 0000`, 0x81)
    refused(`${FIVE} 06 003c 00 0000 05 11 00000001 0001 74 0000`, 0x81)
  })

  test('client identifiers [MQTT-3.1.3-8]', () => {
    assert.equal(decode(`${FOUR} 02 003c 0000`).clientId, '')
    assert.equal(decode(`${FIVE} 00 003c 00 0000`).clientId, '')
    refused(`${FOUR} 00 003c 0000`, 0x85)
    assert.equal(decode(`${FIVE} 02 003c 00 0100 ${'61'.repeat(256)}`).clientId.length, 256)
    refused(`${FIVE} 02 003c 00 0101 ${'61'.repeat(257)}`, 0x85)
    refused(`${FIVE} 02 003c 00 0001 00`, 0x81)
    refused(`${FIVE} 02 003c 00 0001 ff`, 0x81)
  })
})
