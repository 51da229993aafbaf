import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../src/core/limits.ts'
import { GridError } from '../src/core/errors.ts'
import { decodeAcknowledgement } from '../src/uplink/acknowledgement.ts'
import { decodeEnvelope, encodeEnvelope } from '../src/uplink/envelope.ts'
import { bytesOf } from './docs/hex-dump.ts'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'

const page = readPage('docs/format/uplink.md')
const fences = fencesOf(page)
const bytes = bytesOf(fences.find(({ language }) => language === 'hex')?.text ?? '')

test('the example of docs/format/uplink.md is decoded, and encoded to the same', () => {
  const envelope = decodeEnvelope(bytes)
  const { site, stream, epoch, first, last, isBackfill, body } = envelope
  assert.deepEqual([site, stream, epoch], ['north-07', 'events', 1_795_510_800_000_000])
  assert.deepEqual([first, last, isBackfill, body.kind], [41, 45, true, 'records'])
  assert.ok(body.kind === 'records')
  assert.deepEqual(body.withheld, [44])
  const [record] = body.records
  const { subject, fields, ...rest } = record ?? assert.fail()
  const words = { ...rest, subject: `${subject.kind} ${subject.id}`, ...fields }
  assert.deepEqual(
    new Map(Object.entries(words).map(([key, value]) => [key, String(value)])),
    new Map(tableOf(page, 'key').map(([key = '', value]) => [key, value])),
  )
  assert.deepEqual(decodeEnvelope(encodeEnvelope(envelope) ?? assert.fail()), envelope)
})

test('every byte of it counts', () => {
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice()
    changed[at] = (changed[at] ?? 0) ^ 0x55
    assert.throws(() => decodeEnvelope(changed), GridError)
  }
  for (let end = 0; end < bytes.length; end++)
    assert.throws(() => decodeEnvelope(bytes.subarray(0, end)), GridError)
})

test('what is too large is not made, and what claims to be is not unpacked', () => {
  const envelope = decodeEnvelope(bytes)
  const [record] = envelope.body.kind === 'records' ? envelope.body.records : []
  assert.ok(record !== undefined)
  const fields = { text: 'x'.repeat(limits.envelopeBytes) }
  const body = { kind: 'records', records: [{ ...record, fields }], withheld: [] } as const
  assert.equal(encodeEnvelope({ ...envelope, body }), undefined)
  const claims = Buffer.from(bytes)
  claims.writeUInt32LE(limits.envelopeBytes + 1, 32)
  assert.throws(() => decodeEnvelope(claims), /too large/)
})

test('the acknowledgement of the page is one, and what is not is refused', () => {
  const text = fences.find(({ language }) => language === 'json')?.text ?? ''
  const decode = (changed: string) => decodeAcknowledgement(Buffer.from(changed))
  assert.deepEqual(decode(text)?.ranges, [
    [1, 40],
    [46, 52],
  ])
  for (const [part, wrong] of [
    ['"format": 1', '"format": 2'],
    ['[46, 52]', '[40, 52]'],
    ['[46, 52]', '[52, 46]'],
    ['[1, 40]', '[0, 40]'],
    ['[1, 40]', '[1, 40.5]'],
    ['"events"', '"ack"'],
    ['{', '['],
  ] as const) {
    assert.equal(decode(text.replace(part, wrong)), undefined, wrong)
  }
})
