import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { timeOrder } from './time-order.ts'

test('rows are ordered by time, then point, and equal ones stay as they came', () => {
  const row = fc.tuple(fc.integer({ min: -3, max: 30 }), fc.integer({ min: 0, max: 3 }))
  fc.assert(
    fc.property(fc.array(row, { maxLength: 200 }), (rows) => {
      const columns = {
        times: Float64Array.from(rows, ([time]) => time),
        points: Uint32Array.from(rows, ([, point]) => point),
        values: new Float64Array(0),
        qualities: new Uint16Array(0),
      }
      const ordered = [...rows.keys()].toSorted((a, b) => {
        const [[oneTime, onePoint], [time, point]] = [rows[a], rows[b]] as [
          [number, number],
          [number, number],
        ]
        return oneTime - time || onePoint - point
      })
      assert.deepEqual([...timeOrder(columns, rows.length)], ordered)
    }),
    { numRuns: 200 },
  )
})
