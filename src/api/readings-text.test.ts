import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatQuality } from '../core/quality.ts'
import { Micros, formatTime } from '../core/time.ts'
import { chunkOf } from './memory-edge.test.ts'
import { CsvText, JsonText } from './readings-text.ts'

const NAMES = [
  { device: 'm1', quantity: 'voltage.a' },
  { device: 'say "x", y', quantity: 'öl' },
  { device: 'd'.repeat(128), quantity: 'q'.repeat(64) },
] as const

/** Near each other, so that lines have much in common with those before, or nearly. */
const reading = fc.tuple(
  fc.integer({ min: 0, max: 2 }),
  fc.oneof(
    fc.integer({ min: 0, max: 200 }).map((second) => 1_764_000_000_000_000 + second * 1_000_000),
    fc.integer({ min: 0, max: 1e8 }),
  ),
  fc.constantFrom(230.1, -0.5, 12, Number.NaN, 1e-9, 0),
  fc.constantFrom(0, 0, 3, 65_535),
)

test('whatever a line has in common with that before it, it says what its reading is', () => {
  fc.assert(
    fc.property(fc.array(fc.array(reading)), (chunks) => {
      const json = new JsonText((point) => NAMES[point])
      const csv = new CsvText((point) => NAMES[point])
      const texts = chunks.map((rows) => {
        const stretch = { chunk: chunkOf(rows), start: 0, end: rows.length }
        return [json.add(stretch), csv.add(stretch)].map((bytes) => Buffer.from(bytes).toString())
      })
      const body = texts.map(([text]) => text).join('')
      assert.deepEqual(JSON.parse(json.open() + body + json.close(0)), {
        readings: chunks.flat().map(([point, time, value, bits]) => ({
          ...NAMES[point],
          time: formatTime(Micros(time)),
          value: Number.isFinite(value) ? value : null,
          quality: formatQuality(bits),
        })),
      })
      const lines = texts.map(([, text]) => text).join('')
      assert.equal(lines.split('\n').length - 1, chunks.flat().length)
    }),
  )
})
