import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ProtocolError, connackReturnCode, malformed, protocolError, reason } from './reasons.ts'

describe('reasons', () => {
  test('a code means one thing', () => {
    const codes = Object.values(reason)
    assert.equal(new Set(codes).size, codes.length)
    assert.equal(codes.length, 43)
  })

  test('an error carries its code', () => {
    assert.equal(malformed('x').reason, 0x81)
    assert.equal(protocolError('x').reason, 0x82)
    const error = new ProtocolError(reason.quotaExceeded, 'too much')
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'ProtocolError')
    assert.equal(error.message, 'too much')
    assert.equal(error.reason, 0x97)
  })

  test('3.1.1 knows five failures', () => {
    assert.equal(connackReturnCode(reason.success), 0)
    assert.equal(connackReturnCode(reason.unsupportedVersion), 1)
    assert.equal(connackReturnCode(reason.clientIdNotValid), 2)
    assert.equal(connackReturnCode(reason.serverBusy), 3)
    assert.equal(connackReturnCode(reason.quotaExceeded), 3)
    assert.equal(connackReturnCode(reason.badUserNameOrPassword), 4)
    assert.equal(connackReturnCode(reason.notAuthorised), 5)
    assert.equal(connackReturnCode(reason.topicNameInvalid), 5)
    for (const code of Object.values(reason)) {
      if (code >= 0x80) assert.notEqual(connackReturnCode(code), 0)
    }
  })
})
