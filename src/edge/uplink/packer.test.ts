import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../core/limits.ts'
import type { OutboxRow } from '../../store/outbox/outbox-reader.ts'
import { decodeEnvelope } from '../../uplink/envelope.ts'
import type { Candidate, Gate, Verdict } from '../../uplink/gate.ts'
import { Packer } from './packer.ts'

const STREAM = {
  stream: 'events',
  epoch: 1,
  last: 9,
  acknowledged: [],
  lost: 0,
  secret: Buffer.from('a secret of the site'),
}
const LOAD = { stream: 'events', lane: 'live', first: 1, last: 9, most: 500 } as const

function row(sequence: number, more: Partial<OutboxRow> = {}): OutboxRow {
  const about = { kind: 'event', processor: 'p', name: 'dip', key: 0, state: 'start' } as const
  const rest = { end: 0, value: NaN, quality: 0, revision: 0, severity: 2 }
  const subject = { kind: 'device', id: 'm1' }
  return { ...about, ...rest, subject, time: 10, fields: { customer: 'Li' }, sequence, ...more }
}

function packer(rows: readonly OutboxRow[], decide: (each: Candidate) => Verdict): Packer {
  const gate: Gate = { ask: async (candidates) => candidates.map(decide) }
  return new Packer('s1', { rows: () => [...rows] }, gate)
}

async function recordsOf(own: Packer) {
  const packed = (await own.pack(STREAM, LOAD)) ?? assert.fail('nothing was packed')
  const { body, last } = decodeEnvelope(packed.bytes)
  assert.ok(body.kind === 'records')
  assert.equal(packed.leaving, body.records.length)
  return { ...body, last }
}

test('what the policy takes out does not leave, and the word in place of a name says nothing but which record it is', async () => {
  const rows = [
    row(1),
    row(2, { time: 20 }),
    row(3, { end: 30, state: 'end', revision: 1 }),
    row(4, { subject: { kind: 'device', id: 'm2' } }),
  ]
  const own = packer(rows, () => ({ kind: 'leaves', redacted: ['subject', 'customer'] }))
  const { records } = await recordsOf(own)
  const [first = '', other, same, else_] = records.map(({ subject }) => subject.id)
  assert.match(first, /^~[\w-]{22}$/)
  assert.equal(same, first, 'a change of the record')
  assert.equal(new Set([first, other, else_]).size, 3)
  assert.deepEqual(records[0]?.fields, {
    value: null,
    quality: 'good',
    severity: 2,
    state: 'start',
  })
})

test('what stays is told of by its number, what nobody could decide waits with all behind it', async () => {
  const rows = [row(1), row(2, { name: 'kept' }), row(3, { name: 'open' }), row(4)]
  const own = packer(rows, ({ kind }) => {
    if (kind === 'open') return { kind: 'undecided', reason: 'the policy is away' }
    return kind === 'kept' ? { kind: 'stays' } : { kind: 'leaves', redacted: [] }
  })
  const { records, withheld, last } = await recordsOf(own)
  assert.deepEqual([records.map(({ sequence }) => sequence), withheld, last], [[1], [2], 2])
  assert.equal(own.held, 'the policy is away')
})

test('without a decision nothing is packed, nor after a gate that fails', async () => {
  const closed = packer([row(1)], () => ({ kind: 'undecided', reason: 'none' }))
  assert.equal(await closed.pack(STREAM, LOAD), undefined)
  const broken = new Packer(
    's1',
    { rows: () => [row(1)] },
    { ask: async () => Promise.reject(new TypeError('a fault')) },
  )
  assert.equal(await broken.pack(STREAM, LOAD), undefined)
  assert.equal(broken.held, 'a fault')
})

test('a stretch of which nothing is left is said at once', async () => {
  const own = packer([], () => ({ kind: 'stays' }))
  const { records, withheld, last } = await recordsOf(own)
  assert.deepEqual([records, withheld, last], [[], [], 9])
})

test('a record that is too large stays and is counted; many large ones go one after the other', async () => {
  const text = (length: number) => ({ fields: { text: 'x'.repeat(length) } })
  const huge = packer([row(1, text(limits.uplinkRecordBytes)), row(2)], () => ({
    kind: 'leaves',
    redacted: [],
  }))
  const { records, withheld } = await recordsOf(huge)
  assert.deepEqual([records.length, withheld, huge.counters.oversized], [1, [1], 1])
  const rows = Array.from({ length: 200 }, (_, at) => row(at + 1, text(10_000)))
  const large = packer(rows, () => ({ kind: 'leaves', redacted: [] }))
  const some = await recordsOf(large)
  assert.equal(some.records.length, some.last)
  assert.equal(some.last, 100)
})
