import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { quality } from '../core/quality.ts'
import { CanonicalDecoder } from './canonical.ts'
import type { Draft, Outcome } from './decoder.ts'
import { readDocument } from './document.ts'
import { ARRIVAL, newDraft, newNames, type Row, rowsOf } from './test-stand.ts'

interface Result {
  readonly outcome: Outcome
  readonly rows: readonly Row[]
  readonly complaint: string
}

/** A device that has already sent `learnt`, and then sends `payload` in the middle of `before` and `after`. */
class Stand {
  readonly draft: Draft = newDraft()
  readonly names = newNames()
  readonly decoder = new CanonicalDecoder(this.names, this.draft, 'meter-1')

  send(payload: string | Uint8Array, after = '', before = ''): Result {
    const middle = Buffer.from(payload)
    const bytes = Buffer.concat([Buffer.from(before), middle, Buffer.from(after)])
    const start = Buffer.byteLength(before)
    this.draft.complaint = ''
    const outcome = this.decoder.decode(bytes, start, start + middle.length, ARRIVAL)
    return this.#result(outcome)
  }

  /** The same, without the fast path. */
  read(payload: string | Uint8Array): Result {
    const { draft, names } = this
    draft.count = 0
    draft.complaint = ''
    const outcome = readDocument(Buffer.from(payload), {
      names,
      draft,
      device: 'meter-1',
      now: ARRIVAL,
    })
    return this.#result(outcome)
  }

  #result(outcome: Outcome): Result {
    const { draft, names } = this
    return {
      outcome,
      rows: outcome === 'ok' ? rowsOf(draft, names) : [],
      complaint: draft.complaint,
    }
  }
}

const stand = new Stand()

function same(payload: string | Uint8Array, after = ''): void {
  const read = stand.read(payload)
  assert.deepEqual(stand.send(payload, after), read, Buffer.from(payload).toString())
  assert.deepEqual(stand.send(payload, after), read, 'the second time')
}

const name = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('voltage.a', 'voltage.b', 'voltage', 'current.a', 'f', '__proto__'),
  },
  fc.constantFrom('7', '2', '', 'a b', 'é', 'toString', 'x'.repeat(64), 'x'.repeat(65), 'ts'),
)
const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -99_999, max: 99_999 }).map((n) => String(n / 100)) },
  fc.double().map(String),
  fc.constantFrom('-0', '1e999', '-1e999', '1E2', '01', '1.', 'null', 'true', '"5"', '"x"', '[]'),
)
const time = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1e12, max: 9e12 }).map(String) },
  fc.double({ min: -1e16, max: 1e16, noNaN: true }).map(String),
  fc.constantFrom('0', '-0', '-5', '1764000000000.5', '1e12', '1e999', 'null', '"x"'),
  fc.constantFrom('"2025-11-24T16:00:00Z"', '"2025-11-24T17:00:00.123456+01:00"', '12345678901234'),
)

interface Space {
  readonly colon: string
  readonly comma: string
}
const space: fc.Arbitrary<Space> = fc.oneof(
  fc.constant({ colon: ':', comma: ',' }),
  fc.constant({ colon: ': ', comma: ', ' }),
  fc.record({
    colon: fc.constantFrom(':', ': ', ' : ', ':\n'),
    comma: fc.constantFrom(',', ', ', ',  ', '\t,'),
  }),
)
const object = fc
  .record({
    ts: fc.option(time),
    values: fc.array(fc.tuple(name, value), { maxLength: 6 }),
    rest: fc.constantFrom('', '', '', '"quality":{}', '"more":1'),
    space,
  })
  .map(({ ts, values, rest, space: { colon, comma } }) => {
    const pairs = values.map((pair) => JSON.stringify(pair[0]) + colon + pair[1])
    const members = [`"values"${colon}{${pairs.join(comma)}}`]
    if (ts !== null) members.unshift(`"ts"${colon}${ts}`)
    if (rest !== '') members.push(rest)
    return `{${members.join(comma)}}`
  })
const payload = fc.oneof(
  { weight: 3, arbitrary: object },
  fc.array(object, { maxLength: 4 }).map((objects) => `[${objects.join(',')}]`),
  fc.array(object, { maxLength: 4 }).map((objects) => `[${objects.join(', ')}] \n`),
)

const TEXTS = [
  '{"ts":1764000000123,"values":{"voltage.a":231.20,"current.a":-12.05}}',
  '{"ts": 1764000000123.5, "values": {"voltage.a": 231.2, "current.a": 1234567890.5}}',
  '[{"values": {"voltage.a": 231.20}}, {"ts": 5, "values": {"current.a": 1e5}}]',
  '{"ts":5,"f":1}',
]

describe('a canonical payload', () => {
  const one = { name: 'voltage.a', time: 1_764_000_000_123_000, value: 231.2, bits: quality.good }
  const two = { ...one, name: 'current.a', value: -12.05 }

  test('is read in all its plain forms', () => {
    for (const text of [
      '{"ts":1764000000123,"values":{"voltage.a":231.20,"current.a":-12.05}}',
      '{"ts": 1764000000123, "values": {"voltage.a": 231.20, "current.a": -12.05}}',
      '{"ts":1764000000123,"values":{"voltage.a":231.20,"current.a":-12.05}}\n',
      '[{"ts":1764000000123,"values":{"voltage.a":231.20}},{"ts":1764000000123,"values":{"current.a":-12.05}}]',
    ])
      assert.deepEqual(stand.send(text), { outcome: 'ok', rows: [one, two], complaint: '' }, text)
  })

  test('without a time has the time of arrival', () => {
    const { rows } = stand.send('{"values":{"voltage.a":231.2}}')
    assert.deepEqual(rows, [{ ...one, time: ARRIVAL, bits: quality.timeOfArrival }])
  })

  test('means what the document means', () => {
    fc.assert(
      fc.property(payload, (text) => same(text)),
      { numRuns: 3000, seed: 1 },
    )
  })

  test('means what the document means when bytes are lost, added or changed', () => {
    const damage = fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }), take: fc.nat({ max: 2 }) })
    fc.assert(
      fc.property(payload, fc.array(damage, { minLength: 1, maxLength: 3 }), (text, damages) => {
        const bytes = [...Buffer.from(text)]
        for (const { at, byte, take } of damages) bytes.splice(at % bytes.length, take, byte)
        same(Uint8Array.from(bytes))
      }),
      { numRuns: 3000, seed: 2 },
    )
  })

  test('means what the document means with any one byte changed or added', () => {
    for (const text of TEXTS) {
      for (let at = 0; at <= text.length; at++) {
        for (const byte of ' \n{}[]":,;x0-.eE') {
          same(text.slice(0, at) + byte + text.slice(at))
          same(text.slice(0, at) + byte + text.slice(at + 1))
        }
      }
    }
  })

  test('means what the document means wherever it is cut, whatever stands behind the cut', () => {
    for (const text of TEXTS) {
      for (let end = 0; end <= text.length; end++) {
        const cut = text.slice(0, end)
        for (const after of ['', text.slice(end), '}}', '}]', '0,"f":1}}', '\u0000', ']'])
          same(cut, after)
      }
    }
  })

  test('is read up to its end, not a byte further, wherever it is cut', () => {
    const { decoder } = stand
    for (const text of TEXTS) {
      for (let end = 0; end <= text.length; end++) {
        let furthest = -1
        const bytes = new Proxy(Buffer.from(text), {
          get: (target, key) => {
            if (typeof key === 'string' && /^\d+$/.test(key))
              furthest = Math.max(furthest, Number(key))
            const member: unknown = Reflect.get(target, key)
            return typeof member === 'function' ? member.bind(target) : member
          },
        })
        decoder.decode(bytes, 0, end, ARRIVAL)
        assert.ok(furthest < end, `${text.slice(0, end)} read to ${furthest}`)
      }
    }
  })

  test('keeps the later of two values under one name', () => {
    const text =
      '{"ts":1764000000123,"values":{"voltage.a":1,"current.a":-12.05,"voltage.a":231.20}}'
    assert.deepEqual(stand.send(text).rows, [one, two])
  })

  test('goes behind the readings of earlier messages', () => {
    const { draft, names, decoder } = new Stand()
    for (const [index, text] of ['231.20', '-12.05', 'true'].entries()) {
      const bytes = Buffer.from(`{"ts":1764000000123,"values":{"voltage.a":${text}}}`)
      draft.base = index
      assert.equal(decoder.decode(bytes, 0, bytes.length, ARRIVAL), 'ok')
      assert.equal(draft.count, 1)
    }
    draft.base = 0
    draft.count = 3
    assert.deepEqual(rowsOf(draft, names), [one, { ...one, value: -12.05 }, { ...one, value: 1 }])
  })

  test('waits for the next batch where this one has no room', () => {
    for (const text of ['{"values":{"a":1,"b":2,"c":3}}', '{"values":{"a":1,"b":2,"c":null}}']) {
      const full = new Stand()
      const length = full.draft.columns.points.length
      full.draft.base = length - 2
      assert.equal(full.send(text).outcome, 'full')
      full.draft.base = length - 3
      assert.equal(full.send(text).outcome, 'ok')
    }
  })

  test('is refused where it is larger than a batch', () => {
    const short = new Stand()
    const { points, times, values, qualities } = short.draft.columns
    short.draft.columns = {
      points: points.subarray(0, 2),
      times: times.subarray(0, 2),
      values: values.subarray(0, 2),
      qualities: qualities.subarray(0, 2),
    }
    const { outcome, complaint } = short.send('{"values":{"a":1,"b":2,"c":3}}')
    assert.deepEqual(
      { outcome, complaint },
      { outcome: 'tooManyReadings', complaint: 'more than 2 readings in one message' },
    )
  })

  test('is refused where the device would have too many points', () => {
    const draft = newDraft()
    const decoder = new CanonicalDecoder(newNames(1), draft, 'meter-1')
    const bytes = Buffer.from('{"values":{"a":1,"b":2}}')
    assert.equal(decoder.decode(bytes, 0, bytes.length, ARRIVAL), 'tooManyPoints')
    assert.equal(draft.complaint, '"b" would be one point more than a device may have')
  })
})
