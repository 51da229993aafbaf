import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeMessage, encodeMessage } from '../src/mqtt/kept/message-record.ts'
import { bytesOf } from './docs/hex-dump.ts'
import { fencesOf, readPage } from './docs/pages.ts'

test('the record on the page is the message that it says', () => {
  const page = readPage('docs/format/kept.md')
  const dump = fencesOf(page).find(({ language }) => language === 'hex')?.text ?? ''
  const bytes = bytesOf(dump)
  const { payload, ...message } = decodeMessage(bytes)
  assert.deepEqual(message, {
    topic: 'a/b',
    qos: 1,
    retain: true,
    properties: {},
    expiresMs: Infinity,
    publisher: 'p',
  })
  assert.equal(Buffer.from(payload).toString(), 'on')
  assert.deepEqual(Buffer.from(encodeMessage({ ...message, payload })), Buffer.from(bytes))
})
