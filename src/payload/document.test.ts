import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { quality } from '../core/quality.ts'
import { Micros } from '../core/time.ts'
import { readDocument } from './document.ts'
import { ARRIVAL, newDraft, newNames, type Row, rowsOf } from './test-stand.ts'

function read(text: string | Uint8Array): { outcome: string; rows: Row[]; complaint: string } {
  const draft = newDraft()
  const names = newNames()
  const context = { names, draft, device: 'meter-1', now: ARRIVAL }
  const outcome = readDocument(Buffer.from(text), context)
  return { outcome, rows: rowsOf(draft, names), complaint: draft.complaint }
}

function only(text: string): Row {
  const { outcome, rows, complaint } = read(text)
  assert.equal(outcome, 'ok', complaint)
  assert.equal(rows.length, 1)
  return rows[0] as Row
}

const { good, invalid, questionable, overflow, outOfRange, timeOfArrival } = quality

describe('the values of a document', () => {
  test('may be numbers, booleans, numeric strings and null', () => {
    for (const [text, value, bits] of [
      ['231.2', 231.2, good],
      ['-0', -0, good],
      ['true', 1, good],
      ['false', 0, good],
      ['"231.2"', 231.2, good],
      ['" -5e-1 "', -0.5, good],
      ['".5"', 0.5, good],
      ['null', NaN, invalid],
      ['1e999', NaN, invalid | overflow],
      ['"-1e999"', NaN, invalid | overflow],
    ] as const) {
      const row = only(`{"ts":1764000000000,"values":{"a":${text}}}`)
      assert.deepEqual({ value: row.value, bits: row.bits }, { value, bits }, text)
    }
  })

  test('may not be anything else', () => {
    for (const text of [
      '"on"',
      '""',
      '" "',
      '"0x10"',
      '"1,5"',
      '"NaN"',
      '"Infinity"',
      '[1]',
      '{}',
    ]) {
      const { outcome, complaint } = read(`{"values":{"a":${text}}}`)
      assert.equal(outcome, 'unreadable', text)
      assert.equal(complaint, 'values["a"] is not a number')
    }
  })

  test('carry the quality that the device declares', () => {
    const text =
      '{"ts":1764000000000,"values":{"a":1,"b":2,"c":null},"quality":{"a":"questionable, outOfRange","c":"good"}}'
    assert.deepEqual(
      read(text).rows.map(({ bits }) => bits),
      [questionable | outOfRange, good, invalid],
    )
  })

  test('may have any printable name, also one that objects have', () => {
    for (const name of ['__proto__', 'constructor', '7', 'é温度', 'a b', 'x'.repeat(64)])
      assert.equal(only(`{"values":{${JSON.stringify(name)}:1}}`).name, name)
    for (const name of [
      '',
      'x'.repeat(65),
      'a\n',
      '\u0000',
      '\u007f',
      '\u0085',
      '\ud800',
      '\u2028',
    ]) {
      const { outcome, complaint } = read(`{"values":{${JSON.stringify(name)}:1}}`)
      assert.equal(outcome, 'unreadable', JSON.stringify(name))
      assert.equal(complaint, "a quantity's name has 1 to 64 printable characters")
    }
  })
})

describe('the time of a document', () => {
  test('is epoch milliseconds or RFC 3339, however far away', () => {
    for (const [text, time] of [
      ['1764000000000', 1_764_000_000_000_000],
      ['1764000000000.123', 1_764_000_000_000_123],
      ['0', 0],
      ['-0', 0],
      ['-1.5', -1500],
      ['9007199254740', 9_007_199_254_740_000],
      ['"2025-11-24T16:00:00Z"', 1_764_000_000_000_000],
      ['"2025-11-24T17:00:00.000001+01:00"', 1_764_000_000_000_001],
      ['"1969-12-31T23:59:59.5Z"', -500_000],
    ] as const) {
      const row = only(`{"ts":${text},"values":{"a":1}}`)
      assert.deepEqual({ time: row.time, bits: row.bits }, { time, bits: good }, text)
    }
  })

  test('is that of arrival where the device sends none', () => {
    const row = only('{"values":{"a":1}}')
    assert.deepEqual({ time: row.time, bits: row.bits }, { time: ARRIVAL, bits: timeOfArrival })
  })

  test('is refused where microseconds are no longer exact', () => {
    for (const ts of ['9007199254741', '-9007199254741', '1e999', '"9999-12-31T23:59:59Z"']) {
      const { outcome, complaint } = read(`{"ts":${ts},"values":{"a":1}}`)
      assert.equal(outcome, 'badTime', ts)
      assert.equal(complaint, 'the time of "a" is beyond the years a reading can have (until 2255)')
    }
  })

  test('is refused where it is no time', () => {
    for (const ts of [
      'null',
      'true',
      '"1764000000000"',
      '"2025-11-24T16:00:00"',
      '"2025-02-30T00:00:00Z"',
      '[]',
    ]) {
      const { outcome, complaint } = read(`{"ts":${ts},"values":{"a":1}}`)
      assert.equal(outcome, 'unreadable', ts)
      assert.equal(complaint, '"ts" is neither epoch milliseconds nor RFC 3339 with a zone')
    }
  })
})

describe('a document', () => {
  test('may be a list, and may be empty', () => {
    const { rows } = read('[{"values":{"a":1,"b":2}},{"ts":1,"values":{"a":3}}]')
    assert.deepEqual(
      rows.map(({ name, time, value }) => [name, time, value]),
      [
        ['a', ARRIVAL, 1],
        ['b', ARRIVAL, 2],
        ['a', Micros(1000), 3],
      ],
    )
    for (const text of ['[]', '{"values":{}}', '[{"values":{}}]'])
      assert.deepEqual(read(text), { outcome: 'ok', rows: [], complaint: '' })
  })

  test('that cannot be read is refused, and says why', () => {
    for (const [text, complaint] of [
      ['', 'an empty payload'],
      [' \n', 'an empty payload'],
      ['{', 'not JSON'],
      ['{"values":{"a":NaN}}', 'not JSON: NaN has no literal, send null'],
      ['{"values": {"a": 1, "b": -Infinity}}', 'not JSON: -Infinity has no literal, send null'],
      ['{"values":{"a":-nan}}', 'not JSON: -nan has no literal, send null'],
      ['{"values":{"a":inf,"b":1}}', 'not JSON: inf has no literal, send null'],
      ['1', 'neither an object nor a list of objects'],
      ['null', 'neither an object nor a list of objects'],
      ['[{"values":{}},[]]', 'neither an object nor a list of objects'],
      ['{}', '"values" is missing or not an object'],
      ['{"values":[1]}', '"values" is missing or not an object'],
      ['{"values":null}', '"values" is missing or not an object'],
      ['{"values":{},"unit":"V"}', '"unit" is not known'],
      ['{"values":{},"__proto__":{}}', '"__proto__" is not known'],
      [`{"values":{},"${'k'.repeat(99)}":1}`, `"${'k'.repeat(64)}" is not known`],
      ['{"values":{"a":1},"quality":"good"}', '"quality" is not an object'],
      ['{"values":{"a":1},"quality":{"a":"bad"}}', 'quality["a"] is not a known quality'],
      ['{"values":{"a":1},"quality":{"a":0}}', 'quality["a"] is not a known quality'],
      ['{"values":{},"quality":{"a":"good"}}', '"quality" speaks of "a", which has no value'],
      [
        '{"values":{},"quality":{"toString":"good"}}',
        '"quality" speaks of "toString", which has no value',
      ],
    ] as const) {
      const read_ = read(text)
      assert.deepEqual([read_.outcome, read_.complaint], ['unreadable', complaint], text)
    }
    const { outcome, complaint } = read(Uint8Array.of(0x7b, 0xff, 0x7d))
    assert.deepEqual([outcome, complaint], ['unreadable', 'not UTF-8'])
  })
})
