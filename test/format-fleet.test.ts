import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { decodeAnswer, decodeRequest, encodeAnswer } from '../src/fleet/transfer.ts'
import { bytesOf } from './docs/hex-dump.ts'
import { fencesOf, readPage } from './docs/pages.ts'

const fences = fencesOf(readPage('docs/format/fleet.md'))
const textOf = (wanted: string): string =>
  fences.find(({ language }) => language === wanted)?.text ?? ''

test('the examples of docs/format/fleet.md are a request, and what answers it', () => {
  const request = decodeRequest(Buffer.from(textOf('json')))
  const bytes = bytesOf(textOf('hex'))
  const answer = decodeAnswer(bytes)
  assert.ok(request?.kind === 'read' && answer?.kind === 'piece')
  const { digest, offset, total } = answer
  assert.deepEqual([digest, offset, total], [request.digest, request.offset, 5])
  assert.equal(digest, createHash('sha256').update('hello').digest('hex'))
  assert.equal(Buffer.from(answer.bytes).toString(), 'lo')
  assert.deepEqual(Buffer.from(encodeAnswer(answer)), Buffer.from(bytes))
  for (let end = 0; end < 41; end++) assert.equal(decodeAnswer(bytes.subarray(0, end)), undefined)
})
