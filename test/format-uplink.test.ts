import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../src/core/limits.ts'
import { GridError } from '../src/core/errors.ts'
import { decodeAcknowledgement } from '../src/uplink/acknowledgement.ts'
import { decodeEnvelope, encodeEnvelope } from '../src/uplink/envelope.ts'
import { decodeAnswer, stampDigest } from '../src/uplink/hours.ts'
import { decodeInventory, pageDigest, pagesOf } from '../src/uplink/inventory.ts'
import { decodeQuestion, encodeQuestion } from '../src/uplink/question.ts'
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

const examples = fences.filter(({ language }) => language === 'json').map(({ text }) => text)

test('the questions of the page are some, and what is not is refused', () => {
  const [, hours = '', , , pages = ''] = examples
  for (const text of [hours, pages]) {
    const question = decodeQuestion(Buffer.from(text)) ?? assert.fail(text)
    assert.deepEqual(JSON.parse(encodeQuestion(question)), JSON.parse(text))
  }
  for (const [part, wrong] of [
    ['"format": 1', '"format": 2'],
    ['"ask": "hours"', '"ask": "pages"'],
    ['[498753, 0, 0]', '[498753, 0]'],
    ['[498753, 0, 0]', '[498753, 0, -1]'],
    ['"upTo": 45', '"upTo": 4.5'],
    ['"events"', '"ack"'],
  ] as const) {
    assert.equal(decodeQuestion(Buffer.from(hours.replace(part, wrong))), undefined, wrong)
  }
  assert.equal(decodeQuestion(Buffer.from(pages.replace('[0]', '[-1]'))), undefined)
})

test('the digest of the hour is that of the record in the example', () => {
  const { body } = decodeEnvelope(bytes)
  const [record] = body.kind === 'records' ? body.records : []
  assert.ok(record !== undefined)
  const question = decodeQuestion(Buffer.from(examples[1] ?? ''))
  assert.ok(question?.kind === 'hours')
  const hour = Math.floor(record.time / 3_600_000_000)
  assert.deepEqual(question.hours[1], { hour, count: 1, digest: stampDigest(record) })
  assert.deepEqual(decodeAnswer(JSON.parse(examples[2] ?? '')), {
    compared: 168,
    open: 1,
    differing: [[hour, 12]],
  })
})

test('the inventory of the page is one, with its digest, and what is not is refused', () => {
  const [, , , summary = '', , page = ''] = examples
  const told = decodeInventory(JSON.parse(summary))
  const own = decodeInventory(JSON.parse(page))
  assert.ok(told?.kind === 'summary' && own?.kind === 'page')
  assert.deepEqual(told.digests, pagesOf(own.devices).map(pageDigest))
  for (const [part, wrong] of [
    ['"page": 0', '"page": 1'],
    ['"silent"', '"lost"'],
    ['"heard": 1795514400000000', '"heard": -1'],
    ['"f1-meter-001"', '7'],
    ['"kind": "page"', '"kind": "leaf"'],
  ] as const) {
    assert.equal(decodeInventory(JSON.parse(page.replace(part, wrong))), undefined, wrong)
  }
  for (const body of [
    { kind: 'inventory', inventory: own },
    { kind: 'inventory', inventory: told },
  ] as const) {
    const head = { site: 'north-07', stream: 'inventory', epoch: 0, first: 0, last: 0 }
    const envelope = { ...head, isBackfill: false, body }
    assert.deepEqual(decodeEnvelope(encodeEnvelope(envelope) ?? assert.fail()), envelope)
  }
})
