import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../core/random.ts'
import { Ranges, areRanges } from './ranges.ts'

test('numbers in order are one range', () => {
  const ranges = new Ranges()
  for (let number = 0; number < 100; number++) assert.ok(ranges.add(number))
  assert.deepEqual(ranges.list, [[0, 99]])
})

test('in any order and with repetitions it is the set of the numbers', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed)
    const ranges = new Ranges()
    const set = new Set<number>()
    for (let turn = 0; turn < 200; turn++) {
      const number = Math.floor(random() * 120)
      assert.equal(ranges.add(number), !set.has(number))
      set.add(number)
    }
    assert.deepEqual(
      [...ranges.numbers()],
      [...set].sort((a, b) => a - b),
    )
    assert.ok(areRanges(ranges.list))
  }
})

test('what is no list of ranges is told', () => {
  assert.ok(
    areRanges([]) &&
      areRanges([
        [0, 0],
        [2, 5],
      ]),
  )
  for (const wrong of [
    [[1, 0]],
    [
      [0, 1],
      [2, 3],
    ],
    [
      [5, 6],
      [0, 1],
    ],
    [[0]],
    ['0-1'],
    [[-1, 2]],
    [[0.5, 1]],
  ]) {
    assert.ok(!areRanges(wrong), JSON.stringify(wrong))
  }
})
