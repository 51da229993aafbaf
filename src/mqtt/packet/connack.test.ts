import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reason } from '../reasons.ts'
import { encodeConnack } from './connack.ts'

describe('CONNACK', () => {
  test('success', () => {
    const success = { sessionPresent: true, reason: reason.success, properties: {} }
    assert.deepEqual([...encodeConnack({ version: 4, ...success })], [0x20, 2, 1, 0])
    assert.deepEqual([...encodeConnack({ version: 5, ...success })], [0x20, 3, 1, 0, 0])
  })

  test('properties, which 3.1.1 does not have', () => {
    const options = {
      sessionPresent: false,
      reason: reason.success,
      properties: { receiveMaximum: 1024, assignedClientId: 'ab' },
    }
    assert.deepEqual(
      [...encodeConnack({ version: 5, ...options })],
      [0x20, 11, 0, 0, 8, 0x21, 4, 0, 0x12, 0, 2, 0x61, 0x62],
    )
    assert.deepEqual([...encodeConnack({ version: 4, ...options })], [0x20, 2, 0, 0])
  })

  test('a refusal has no session [MQTT-3.2.2-6] and a code of its version', () => {
    const refusal = { sessionPresent: true, reason: reason.notAuthorised, properties: {} }
    assert.deepEqual([...encodeConnack({ version: 4, ...refusal })], [0x20, 2, 0, 5])
    assert.deepEqual([...encodeConnack({ version: 5, ...refusal })], [0x20, 3, 0, 0x87, 0])
  })

  test('a reason that CONNACK does not have is our bug [MQTT-3.2.2-8]', () => {
    const options = { sessionPresent: false, reason: reason.sessionTakenOver, properties: {} }
    assert.throws(() => encodeConnack({ version: 5, ...options }), { code: 'bug' })
  })
})
