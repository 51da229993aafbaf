import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import { seededRandom } from '../../core/random.ts'
import type { Column } from './column.ts'
import { decodeColumn, encodeColumn } from './column-block.ts'
import { statisticsOf } from './statistics.ts'
import { decodeTimes, encodeTimes } from './times-block.ts'

const RUNS = { seed: 20_260_101, numRuns: 300 }
const SPAN = limits.historySpanRows

const special = fc.constantFrom(NaN, -0, 0, Infinity, -Infinity, 5e-324, Number.MAX_VALUE, 2 ** 47)
/** Columns as instruments send them, and as nobody does. */
const value = fc.oneof(
  fc.constant(fc.double()),
  fc.constant(special),
  fc.constant(fc.integer({ min: -5, max: 5 })),
  fc.constant(fc.integer({ min: -(2 ** 48), max: 2 ** 48 })),
  fc.constant(fc.float()),
  fc.integer({ min: 0, max: 9 }).map((decimals) => {
    return fc.integer().map((integer) => integer / 10 ** decimals)
  }),
  fc.constant(fc.integer({ min: 0, max: 9999 }).map((integer) => Math.fround(integer / 1000))),
  fc.constant(fc.oneof(special, fc.integer({ min: 0, max: 300 }))),
)
const values = value.chain((item) => fc.array(item, { minLength: 1, maxLength: 200 }))
const columns = fc
  .record({
    values,
    stride: fc.integer({ min: 1, max: 9 }),
    qualities: fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 1, maxLength: 9 }),
  })
  .chain(({ values: all, stride, qualities }) => {
    const count = all.length
    const column: Column = {
      values: Float64Array.from(all),
      qualities: Uint16Array.from(all, (_, row) => qualities[(row >> 3) % qualities.length]!),
      rows: stride === 1 ? undefined : Uint16Array.from(all, (_, row) => row * stride),
    }
    return fc.constant({ column, rows: stride === 1 ? count : count * stride })
  })
const times = fc
  .record({
    first: fc.integer({ min: -(2 ** 40), max: 2 ** 51 }),
    steps: fc.array(
      fc.oneof(
        fc.constant(60_000_000),
        fc.integer({ min: 1, max: 2_000_000 }),
        fc.integer({ min: 1, max: 2 ** 50 }),
      ),
      { maxLength: 60 },
    ),
  })
  .map(({ first, steps }) => {
    let time = first
    const all = [time]
    for (const step of steps) if (time + step < 2 ** 53) all.push((time += step))
    return Float64Array.from(all)
  })

function sameBits(a: Float64Array, b: Float64Array): void {
  assert.equal(a.length, b.length)
  for (let row = 0; row < a.length; row++)
    assert.ok(Object.is(a[row], b[row]), `row ${row}: ${a[row]} is not ${b[row]}`)
}

function roundTrip(column: Column, rows: number): number {
  const block = encodeColumn(column, rows)
  const back = decodeColumn(block, rows)
  sameBits(back.values, column.values)
  assert.deepEqual(back.qualities, column.qualities)
  assert.deepEqual(back.rows, column.rows)
  return block.length
}

function columnOf(count: number, valueAt: (row: number) => number): Column {
  const all = Float64Array.from({ length: count }, (_, row) => valueAt(row))
  return { values: all, qualities: new Uint16Array(count), rows: undefined }
}

/** So that damage inside is met by the decoder, not by the checksum. */
function sealed(block: Uint8Array): Uint8Array {
  const end = block.length - 4
  if (end >= 0) new DataView(block.buffer).setUint32(end, crc32(block.subarray(0, end)), true)
  return block
}

function mayBeCorrupt(decode: () => unknown): void {
  try {
    decode()
  } catch (thrown) {
    assert.equal((thrown as { code?: string }).code, 'corrupt', String(thrown))
  }
}

describe('round trip', () => {
  test('of any column', () => {
    fc.assert(
      fc.property(columns, ({ column, rows }) => {
        roundTrip(column, rows)
      }),
      { ...RUNS, numRuns: 2000 },
    )
  })

  test('of any times', () => {
    fc.assert(
      fc.property(times, (all) => sameBits(decodeTimes(encodeTimes(all), all.length), all)),
      RUNS,
    )
  })

  test('of a full span of every kind', () => {
    const random = seededRandom(1)
    const kinds = [
      () => random() * 1000,
      () => Math.fround(random()),
      (row: number) => row * 17,
      () => Math.round(random() * 1e14),
      () => Math.floor(random() * 200) / 28,
      () => 231.2,
      () => NaN,
    ]
    for (const kind of kinds) roundTrip(columnOf(SPAN, kind), SPAN)
  })

  test('the largest and the least integers, in turns', () => {
    roundTrip(
      columnOf(99, (row) => (row % 2 === 0 ? 1 : -1) * 2 ** 47),
      99,
    )
    roundTrip(
      columnOf(99, (row) => (row % 2 === 0 ? 1 : -1) * (2 ** 47 + 1)),
      99,
    )
  })
})

describe('size', () => {
  test('a constant takes the same bytes however often it comes', () => {
    const short = roundTrip(
      columnOf(100, () => 231.2),
      100,
    )
    assert.equal(
      roundTrip(
        columnOf(SPAN, () => 231.2),
        SPAN,
      ),
      short,
    )
    assert.ok(short < 20, `${short} bytes`)
  })

  test('times at a fixed interval take the same bytes, too', () => {
    const of = (count: number): number =>
      encodeTimes(Float64Array.from({ length: count }, (_, row) => 1.7e15 + row * 6e7)).length
    assert.equal(of(SPAN), of(100))
    assert.ok(of(100) < 30, `${of(100)} bytes`)
  })

  test('times that are late by up to 15 ms take about half a byte', () => {
    const random = seededRandom(2)
    const all = Float64Array.from(
      { length: SPAN },
      (_, row) => 1.7e15 + row * 6e7 + Math.floor(random() * 16) * 1000,
    )
    assert.ok(encodeTimes(all).length < SPAN * 0.53)
  })

  test('32-bit floats of few decimals take what the decimals take', () => {
    const random = seededRandom(3)
    const decimals = columnOf(4096, () => Math.floor(random() * 10_000) / 1000)
    const floats = columnOf(4096, (row) => Math.fround(decimals.values[row]!))
    assert.equal(roundTrip(floats, 4096), roundTrip(decimals, 4096))
  })

  test('a gap of readings that are no numbers costs its place, not each of them', () => {
    const bytes = roundTrip(
      columnOf(4096, (row) => (row > 99 && row < 300 ? NaN : 50)),
      4096,
    )
    assert.ok(bytes < 70, `${bytes} bytes`)
  })
})

describe('damage', () => {
  const random = seededRandom(4)
  const column = columnOf(300, () => Math.round(230 + 9 * random()))
  const columnBlock = encodeColumn(column, 300)
  const timesBlock = encodeTimes(
    Float64Array.from({ length: 300 }, (_, row) => row * 1000 + random()),
  )

  test('of any bit is found', () => {
    for (let at = 0; at < columnBlock.length * 8; at++) {
      const changed = columnBlock.slice()
      changed[at >> 3]! ^= 1 << (at & 7)
      assert.throws(() => decodeColumn(changed, 300), { code: 'corrupt' })
    }
    for (let at = 0; at < timesBlock.length; at++) {
      const changed = timesBlock.slice()
      changed[at]! ^= 0x10
      assert.throws(() => decodeTimes(changed, 300), { code: 'corrupt' })
    }
  })

  test('a block of another number of rows, or cut short, is refused', () => {
    for (const rows of [1, 299, 301]) {
      assert.throws(() => decodeColumn(columnBlock, rows), { code: 'corrupt' })
      assert.throws(() => decodeTimes(timesBlock, rows), { code: 'corrupt' })
    }
    for (let end = 0; end < columnBlock.length; end++)
      assert.throws(() => decodeColumn(columnBlock.subarray(0, end), 300), { code: 'corrupt' })
  })

  test('behind a checksum that is right, any bytes give readings or a refusal', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 120 }),
        fc.integer({ min: 1, max: SPAN }),
        (bytes, rows) => {
          const columnLike = sealed(Uint8Array.of(1, ...bytes, 0, 0, 0, 0))
          const timesLike = sealed(Uint8Array.of(2, ...bytes, 0, 0, 0, 0))
          mayBeCorrupt(() => assert.ok(decodeColumn(columnLike, rows).values.length <= rows))
          mayBeCorrupt(() => assert.equal(decodeTimes(timesLike, rows).length, rows))
        },
      ),
      { ...RUNS, numRuns: 3000 },
    )
  })

  test('and so does a block whose bytes were changed before it was summed', () => {
    fc.assert(
      fc.property(
        columns,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        ({ column: any, rows }, at, flip) => {
          const block = encodeColumn(any, rows)
          block[at % (block.length - 4)]! ^= flip
          mayBeCorrupt(() => decodeColumn(sealed(block), rows))
        },
      ),
      { ...RUNS, numRuns: 3000 },
    )
  })
})

test('statistics leave out what is not finite, and count what is good', () => {
  const qualities = Uint16Array.of(0, 1, 3, 1 << 12)
  const column = { values: Float64Array.of(NaN, 3, -1, Infinity), qualities, rows: undefined }
  assert.deepEqual(statisticsOf(column), {
    count: 4,
    good: 2,
    min: -1,
    max: 3,
    sum: 2,
    first: NaN,
    last: Infinity,
  })
})
