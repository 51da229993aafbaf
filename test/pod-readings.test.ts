import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import fc from 'fast-check'
import { Micros, formatTime } from '../src/core/time.ts'
import { readDocument } from '../src/payload/document.ts'
import { ARRIVAL, newDraft, newNames, rowsOf } from '../src/payload/test-stand.ts'
import { type PodRow, PodReader } from './pod/pod-reader.ts'

let reader: PodReader
before(async () => {
  reader = await PodReader.compile()
})

const names = newNames()

/** What an edge makes of the payload; undefined: it refuses it. */
function edgeRows(payload: string | Uint8Array): PodRow[] | undefined {
  const draft = newDraft()
  const context = { names, draft, device: 'meter-1', now: ARRIVAL }
  if (readDocument(Buffer.from(payload), context) !== 'ok') return undefined
  return rowsOf(draft, names).map(({ name, time, value, bits }) => {
    return { point: names.known.indexOf(name), time, value, bits }
  })
}

/** Points are numbered as they come, on both sides: every name is introduced to both in the same order. */
function introduce(quantities: readonly string[]): void {
  const payload = JSON.stringify({
    values: Object.fromEntries(quantities.map((name) => [name, 1])),
  })
  assert.deepEqual(reader.rows(payload, ARRIVAL), edgeRows(payload))
}

function agree(payload: string | Uint8Array): void {
  assert.deepEqual(reader.rows(payload, ARRIVAL), edgeRows(payload), String(payload))
}

const QUANTITIES = ['power.active', 'voltage.a', 'current.a', 'x']

test('a number is the double that JSON.parse makes of it', () => {
  const same = (text: string): void =>
    assert.ok(Object.is(reader.number(text), JSON.parse(text)), text)
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true })
  fc.assert(fc.property(doubles, (value) => same(JSON.stringify(value).replace(/^-0$/, '0'))))
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,25})?([eE][+-]?\d{1,3})?$/)
  fc.assert(fc.property(digits, same), { numRuns: 300 })
  // The middle between two doubles, a little beside it, and the ends of the range.
  const hard = ['9007199254740993', '9007199254740992.99999999999999999', '5e-324', '2.5e-324']
  const ends = ['2.4703282292062327e-324', '1.7976931348623157e308', '0.1e-400', '2e309']
  for (const text of [...hard, ...ends, `9007199254740993.${'0'.repeat(80)}1`, '0.0', '-0'])
    same(text)
})

test('a text that is no JSON number is none', () => {
  for (const text of ['', '-', '01', '.5', '1.', '1e', '1e+', '+1', '0x10', 'NaN', '1_0', '--1']) {
    assert.equal(reader.number(text), undefined, text)
  }
})

test('a number that is written reads back as the same double', () => {
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true })
  const decimals = fc
    .tuple(fc.integer(), fc.integer({ min: 0, max: 9 }))
    .map(([n, k]) => n / 10 ** k)
  fc.assert(
    fc.property(fc.oneof(doubles, decimals), (value) => {
      assert.equal(JSON.parse(reader.text(value)), value + 0)
    }),
    { numRuns: 1000 },
  )
  const exact = [0, 1, -1, 231.2, 0.05, 12000.5, -0.001, 1_764_000_000_000, 50.000000001]
  for (const value of exact) assert.equal(reader.text(value), JSON.stringify(value))
  assert.equal(reader.text(NaN), 'null')
})

test('a time is written as an edge writes it', () => {
  const same = (micros: number): void =>
    assert.equal(reader.timeText(micros), JSON.stringify(formatTime(Micros(micros))))
  // The years 0 to 9999 are written with four digits.
  const times = fc.integer({ min: -62_167_219_200_000_000, max: 9_007_199_254_740_991 })
  fc.assert(fc.property(times, same), { numRuns: 500 })
  for (const day of ['2024-02-29', '2000-02-29', '1900-03-01', '1969-12-31', '1970-01-01'])
    for (const micros of [0, 1, 999_000, 86_399_999_999]) same(Date.parse(day) * 1000 + micros)
})

test('a payload is read as an edge reads it', () => {
  introduce(QUANTITIES)
  const payloads = [
    '{"ts":1764000000000,"values":{"voltage.a":231.2,"current.a":12.05}}',
    ' { "ts" : 1764000000000.5 , "values" : { "voltage.a" : 231.2 } } ',
    '{"values":{"voltage.a":1}}',
    '{"values":{}}',
    '[]',
    '[{"ts":1,"values":{"x":1}},{"values":{"x":2}}]',
    '{"values":{"x":true,"voltage.a":false,"current.a":null}}',
    '{"values":{"x":"12.5","voltage.a":"+.5e1","current.a":" 5. "}}',
    '{"values":{"x":"nine"}}',
    '{"values":{"x":1e999,"voltage.a":-1e999}}',
    '{"values":{"x":1,"x":2,"voltage.a":3}}',
    '{"quality":{"x":"questionable,outOfRange"},"values":{"x":1},"ts":1764000000000}',
    '{"values":{"x":null},"quality":{"x":"questionable,oldData"}}',
    '{"values":{"x":1},"quality":{"x":"perfect"}}',
    '{"values":{"x":1},"quality":{"voltage.a":"good"}}',
    '{"ts":"2026-02-28T23:59:60.1234567+05:30","values":{"x":1}}',
    '{"ts":"2024-02-29t00:00:00z","values":{"x":1}}',
    '{"ts":"2023-02-29T00:00:00Z","values":{"x":1}}',
    '{"ts":"1965-01-01T00:00:00-23:59","values":{"x":1}}',
    '{"ts":"2026-01-01T00:00:00","values":{"x":1}}',
    '{"ts":null,"values":{"x":1}}',
    '{"ts":1e300,"values":{"x":1}}',
    '{"ts":-0.0004,"values":{"x":1}}',
    '{"values":{"x":1},"other":1}',
    '{"values":{"x":[1]}}',
    '{"values":{"x":1}}x',
    '{"values":{"x":1}',
    '{"values":{"x":1},}',
    '{"ts":1}',
    '',
    'null',
    '[1]',
    '{"values":{"x":01}}',
    '{"values":{"x":NaN}}',
  ]
  for (const payload of payloads) agree(payload)
})

test('a payload of any form is read as an edge reads it', () => {
  introduce(QUANTITIES)
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
    fc.constantFrom('1e999', 'true', 'false', 'null', '"5"', '"-.5"', '"1e5"', '"x"', '[]', ' 7'),
  )
  const entry = fc
    .tuple(fc.constantFrom(...QUANTITIES), value)
    .map(([name, text]) => `"${name}":${text}`)
  const qualities = fc.constantFrom('good', 'invalid', 'test,oldData', 'nonsense', 'questionable')
  const declared = fc
    .tuple(fc.constantFrom(...QUANTITIES), qualities)
    .map(([name, text]) => `"quality":{"${name}":"${text}"}`)
  const times = fc.constantFrom('1764000000000', '"2026-01-01T00:00:00Z"', '0', '-1.5', '"?"')
  // Of two members of one name the edge forgets the first, even where it is no reading.
  const values = fc
    .uniqueArray(entry, { maxLength: 4, selector: (text) => text.slice(0, text.indexOf(':')) })
    .map((entries) => `"values":{${entries.join(',')}}`)
  const members = fc.tuple(
    values,
    fc.option(
      times.map((time) => `"ts":${time}`),
      { nil: '' },
    ),
    fc.option(declared, { nil: '' }),
  )
  const object = members.map((some) => `{${some.filter((text) => text !== '').join(', ')}}`)
  const payload = fc.oneof(
    object,
    fc.array(object).map((some) => `[${some.join(',')}]`),
  )
  fc.assert(fc.property(payload, agree), { numRuns: 3000 })
})

test('damaged payloads neither trap nor are read otherwise than by an edge', () => {
  introduce(QUANTITIES)
  const whole = Buffer.from(
    '[{"ts":1764000000000,"values":{"x":1.5e3,"voltage.a":"2"},"quality":{"x":"test"}}]',
  )
  for (let at = 0; at <= whole.length; at++) agree(whole.subarray(0, at))
  const damage = fc.tuple(fc.nat(whole.length - 1), fc.constantFrom(...Buffer.from('"{}[]:,0e.x ')))
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (all) => {
      const bytes = Buffer.from(whole)
      for (const [at, byte] of all) bytes[at] = byte
      // A name that is another for it would be a new point, which the two sides may number differently.
      const rows = reader.rows(bytes, ARRIVAL)
      const expected = edgeRows(bytes)
      assert.equal(rows === undefined, expected === undefined, bytes.toString())
    }),
    { numRuns: 3000 },
  )
})
