import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RowView } from '../row.ts'
import { Harvest } from './harvest.ts'

function row(points: readonly number[], firstTime: number): RowView {
  return {
    points: Uint32Array.from(points),
    offsets: new Uint32Array(points.length),
    firstTime,
    values: Float64Array.from(points),
    quality: 0,
    qualities: undefined,
  }
}

test('what a run that failed half way has counted is not in the next one', () => {
  const harvest = new Harvest()
  harvest.begin()
  harvest.expect(row([3, 1, 3], 5))
  harvest.begin()
  for (const one of [row([1, 3], 7), row([3], 8)]) harvest.expect(one)
  harvest.arrange()
  for (const one of [row([1, 3], 7), row([3], 8)]) harvest.add(one)
  const found = Array.from(harvest.take(), ([point, { times, values }]) => [
    point,
    [...times],
    [...values],
  ])
  assert.deepEqual(found, [
    [1, [7], [1]],
    [3, [7, 8], [3, 3]],
  ])
  assert.equal(harvest.count, 3)
})
