import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { quality } from '../core/quality.ts'
import { readDocument } from './document.ts'
import { ARRIVAL, newDraft, newNames, type Row, rowsOf } from './test-stand.ts'

function read(text: string): { outcome: string; rows: Row[]; complaint: string } {
  const draft = newDraft()
  const names = newNames()
  const context = { names, draft, device: 'urn:dev:ow:10e2073a01080063', now: ARRIVAL }
  const outcome = readDocument(Buffer.from(text), context)
  return { outcome, rows: rowsOf(draft, names), complaint: draft.complaint }
}

type Line = readonly [name: string, secondsFromArrival: number, value: number, bits?: number]

function means(text: string, lines: readonly Line[]): void {
  const { outcome, rows, complaint } = read(text)
  assert.equal(outcome, 'ok', complaint)
  const expected = lines.map(([name, seconds, value, bits = quality.good]) => ({
    name,
    time: ARRIVAL + seconds * 1e6,
    value,
    bits,
  }))
  assert.deepEqual(rows, expected)
}

const { good, invalid, overflow, timeOfArrival } = quality

/** The shapes of RFC 8428, section 5, with values of our own. */
describe('a SenML pack', () => {
  test('of one record (5.1.1)', () => {
    means('[{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}]', [
      ['urn:dev:ow:10e2073a01080063 Cel', 0, 23.1, timeOfArrival],
    ])
  })

  test('of several quantities of one device (5.1.2)', () => {
    means(
      `[{"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":229.7},
        {"n":"current","u":"A","v":1.2}]`,
      [
        ['voltage V', 0, 229.7, timeOfArrival],
        ['current A', 0, 1.2, timeOfArrival],
      ],
    )
  })

  test('with a base time, a base unit and times before it (5.1.2)', () => {
    means(
      `[{"bn":"urn:dev:ow:10e2073a01080063:","bt":1764000000.25,"bu":"A","bver":5,"n":"voltage","u":"V","v":229.7},
        {"n":"current","t":-5,"v":1.2},
        {"n":"current","t":-4.5,"v":1.3},
        {"n":"current","v":1.7}]`,
      [
        ['voltage V', 0.25, 229.7],
        ['current A', -4.75, 1.2],
        ['current A', -4.25, 1.3],
        ['current A', 0.25, 1.7],
      ],
    )
  })

  test('with times relative to now, which are as good as the arrival (4.5.3)', () => {
    means('[{"bn":"x","bt":-60,"t":10,"v":1},{"v":2},{"bt":268435456,"v":3}]', [
      ['x', -50, 1, timeOfArrival],
      ['x', -60, 2, timeOfArrival],
      ['x', 268_435_456 - ARRIVAL / 1e6, 3, good],
    ])
  })

  test('with names that change from record to record (5.1.4)', () => {
    means(
      `[{"bn":"urn:dev:ow:10e2073a01080063/","bt":1764000000,"v":20.1,"n":"t"},
        {"bn":"urn:dev:ow:other:","n":"t","v":20.2},
        {"bn":"","n":"plain","v":20.3}]`,
      [
        ['t', 0, 20.1],
        ['urn:dev:ow:other:t', 0, 20.2],
        ['plain', 0, 20.3],
      ],
    )
  })

  test('with base values and sums', () => {
    means(
      `[{"bn":"p","bu":"W","bt":1764000000,"bv":1000,"bs":50,"v":20,"s":7},
        {"v":30},
        {"s":8},
        {"vb":true},
        {"bv":0,"v":30}]`,
      [
        ['p W', 0, 1020],
        ['p.sum W.s', 0, 57],
        ['p W', 0, 1030],
        ['p.sum W.s', 0, 58],
        ['p W', 0, 1],
        ['p W', 0, 30],
      ],
    )
    means('[{"n":"p","s":7}]', [['p.sum', 0, 7, timeOfArrival]])
  })

  test('in units of its own, brought to those of the quantity; a unit of something else is marked', () => {
    const names = {
      ...newNames(),
      scale: (_: string, unit: string) => (unit === 'kW' ? 1000 : NaN),
    }
    const draft = newDraft()
    const pack = Buffer.from(
      '[{"bt":1764000000,"n":"power.active","u":"kW","v":1.5},{"n":"frequency","u":"Cel","v":50}]',
    )
    assert.equal(readDocument(pack, { names, draft, device: 'd', now: ARRIVAL }), 'ok')
    assert.deepEqual([...draft.columns.values.subarray(0, 2)], [1500, 50])
    assert.deepEqual(
      [...draft.columns.qualities.subarray(0, 2)],
      [good, quality.questionable | quality.badReference],
    )
  })

  test('with records of base fields alone, at the front or later', () => {
    means('[{"bt":1764000000},{"n":"a","v":1},{"bu":"V"},{"n":"a","v":2}]', [
      ['a', 0, 1],
      ['a V', 0, 2],
    ])
  })

  test('with a value that is none', () => {
    means(
      '[{"n":"a","bt":1764000000,"v":null},{"n":"a","v":1e999},{"n":"a","bv":1e308,"v":1.7e308}]',
      [
        ['a', 0, NaN, invalid],
        ['a', 0, NaN, invalid | overflow],
        ['a', 0, NaN, invalid | overflow],
      ],
    )
  })

  test('with fields nobody knows, and update times', () => {
    means('[{"n":"a","bt":1764000000,"v":1,"ut":60,"foo":"bar"}]', [['a', 0, 1]])
  })

  test('that cannot be kept is refused, and says why', () => {
    for (const [text, complaint] of [
      ['[{"n":"a","v":1},5]', 'a SenML pack with something else than records'],
      ['[{"n":"a"}]', 'a SenML record with a name and no value'],
      ['[{"n":"a","v":1,"vb":true}]', 'a SenML record with both v and vb'],
      ['[{"n":"a","vs":"open"}]', '"a" is not a number'],
      ['[{"n":"a","vd":"AAE"}]', '"a" is not a number'],
      ['[{"n":"a","vs":"12"}]', '"a" is not a number'],
      ['[{"n":"a","v":"x"}]', '"a" is not a number'],
      ['[{"n":"a","s":"1"}]', 'the sum of "a" is not a number'],
      ['[{"n":"a","v":1,"new_":1}]', 'a SenML record that must be understood: "new_"'],
      ['[{"bn":"a","bver":11,"v":1}]', 'a SenML version later than 10'],
      ['[{"bn":"a","bver":"10","v":1}]', 'a SenML version later than 10'],
      ['[{"bn":7,"v":1}]', 'a SenML base field of the wrong type'],
      ['[{"bn":"a","bt":"0","v":1}]', 'a SenML base field of the wrong type'],
      ['[{"n":1,"v":1}]', 'a SenML record with a field of the wrong type'],
      ['[{"n":"a","t":"0","v":1}]', 'a SenML record with a field of the wrong type'],
      ['[{"n":"a","u":0,"v":1}]', 'a SenML record with a field of the wrong type'],
      ['[{"bu":"V","v":1}]', "a quantity's name has 1 to 64 printable characters"],
    ] as const) {
      const { outcome, complaint: heard } = read(text)
      assert.deepEqual([outcome, heard], ['unreadable', complaint], text)
    }
    assert.equal(read('[{"n":"a","t":1e10,"v":1}]').outcome, 'badTime')
  })
})
