import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeXorChunk } from './read-client.test.ts'
import { encodeXorChunk } from './xor-chunk.ts'

/** Times from gaps, the first of which is the first time. */
function timesOf(gaps: readonly number[]): number[] {
  let time = 0
  return gaps.map((gap) => (time += gap))
}

describe('a chunk of samples', () => {
  test('one sample: its count, its time as a zigzag varint, its value', () => {
    const data = Buffer.from(encodeXorChunk([-3], [1]))
    assert.equal(data.toString('hex'), '0001' + '05' + '3ff0000000000000')
  })

  test('the same value at the same pace takes two bits a sample', () => {
    const times = Array.from({ length: 120 }, (_, at) => 1_700_000_000_000 + at * 1000)
    const data = encodeXorChunk(
      times,
      times.fill(7, 0, 0).map(() => 7),
    )
    assert.ok(data.length < 2 + 7 + 8 + 2 + 32, `${data.length} bytes`)
  })

  test('NaN is the stale marker of Prometheus, bit for bit', () => {
    const data = Buffer.from(encodeXorChunk([0], [Number.NaN]))
    assert.equal(data.toString('hex'), '0001' + '00' + '7ff0000000000002')
  })

  test('every width of a gap at its bounds', () => {
    const bounds = [13, 16, 19, 30, 31, 32, 40].flatMap((power) => {
      const at = 2 ** power
      return [at - 1, at, at + 1, 0, at + 2, 1]
    })
    const times = timesOf([5, ...bounds])
    const values = times.map((_, at) => at)
    assert.deepEqual(
      decodeXorChunk(encodeXorChunk(times, values)),
      times.map((time, at) => [time, at]),
    )
  })

  test('whatever the times and values, they come back', () => {
    const gap = fc.oneof(
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 0, max: 2 ** 21 }),
      fc.integer({ min: 0, max: 2 ** 40 }),
    )
    const value = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constant(Number.NaN))
    const rows = fc.array(fc.tuple(gap, value), { minLength: 1, maxLength: 120 })
    fc.assert(
      fc.property(rows, fc.integer({ min: -(2 ** 42), max: 2 ** 42 }), (some, start) => {
        const times = timesOf(some.map(([each], at) => (at === 0 ? start : each)))
        const values = some.map(([, each]) => each)
        const found = decodeXorChunk(encodeXorChunk(times, values))
        assert.deepEqual(
          found,
          times.map((time, at) => [time, Number.isNaN(values[at]) ? undefined : values[at]]),
        )
      }),
    )
  })
})
