import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import { ARRIVAL, newDraft, newNames, rowsOf } from '../test-stand.ts'
import { SparkplugDecoder } from './decoder.ts'
import { type Action, SparkplugHost } from './host.ts'
import { messageTypes, parseTopic } from './message.ts'
import { encodePayload } from './test-payload.ts'

const host = new SparkplugHost()
const draft = newDraft()
const names = newNames()
const actions: Action[] = []

function decoderOf(text: string): SparkplugDecoder {
  const topic = parseTopic(text)
  assert.ok(topic !== undefined)
  return new SparkplugDecoder(topic, {
    host,
    names,
    draft,
    heard: () => {},
    act: (given) => actions.push(...given),
  })
}

const BIRTH = encodePayload({
  timestamp: ARRIVAL / 1000,
  seq: 7,
  metrics: [
    { name: 'a', alias: 1, datatype: 10, double: 1 },
    { name: 'b', alias: 2, datatype: 10, double: 2 },
  ],
})

test('a message for which there is no room changes nothing, and is taken when it comes again', () => {
  const birth = decoderOf('spBv1.0/g/NBIRTH/e')
  draft.base = limits.slotReadings - 1
  assert.equal(birth.decode(BIRTH, 0, BIRTH.length, ARRIVAL), 'full')
  assert.equal(
    host.readingsMax({ group: 'g', type: 'NDEATH', node: 'e', device: undefined }, EMPTY),
    0,
  )
  draft.base = 0
  assert.equal(birth.decode(BIRTH, 0, BIRTH.length, ARRIVAL), 'ok')
  const death = decoderOf('spBv1.0/g/NDEATH/e')
  draft.base = limits.slotReadings - 1
  assert.equal(death.decode(BIRTH, 0, 0, ARRIVAL), 'full')
  draft.base = 0
  assert.equal(death.decode(BIRTH, 0, 0, ARRIVAL), 'ok')
  assert.deepEqual(
    rowsOf(draft, names).map(({ name, value }) => `${name} ${value}`),
    ['a NaN', 'b NaN'],
  )
})

test('any messages in any order: an outcome, and no more than the draft holds', () => {
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 24 }),
    fc
      .record({
        seq: fc.nat(300),
        alias: fc.nat(3),
        double: fc.double(),
        timestamp: fc.maxSafeNat(),
      })
      .map(({ seq, ...metric }) =>
        encodePayload({ seq, metrics: [{ ...metric, name: 'a', datatype: 10 }, metric] }),
      ),
  )
  const message = fc.record({
    type: fc.constantFrom(...messageTypes),
    node: fc.constantFrom('n1', 'n2'),
    payload,
  })
  const property = fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
    draft.base = 0
    for (const { type, node, payload: bytes } of messages) {
      const device = type.startsWith('D') ? '/d' : ''
      const decoder = decoderOf(`spBv1.0/g/${type}/${node}${device}`)
      const outcome = decoder.decode(bytes, 0, bytes.length, ARRIVAL)
      assert.ok(['ok', 'unreadable', 'badTime'].includes(outcome), outcome)
      if (outcome === 'ok') assert.ok(draft.count <= 4)
      else assert.notEqual(draft.complaint, '')
    }
  })
  fc.assert(property, { seed: 8, numRuns: 500 })
})

const EMPTY = { timestampMs: undefined, seq: undefined, metrics: [] }
