import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ColumnsText } from './columns-text.ts'
import { chunkOf } from './memory-edge.test.ts'

const MS = 1000

test('readings as columns: a piece for each row of one point, and where the quality turns', () => {
  const text = new ColumnsText((point) => ({ device: `m${point}`, quantity: 'voltage.a' }))
  const chunk = chunkOf([
    [1, 5 * MS, 230.5, 0],
    [1, 6 * MS, Number.NaN, 1],
    [1, 7 * MS, 231, 1],
    [2, 7 * MS + 250, 10, 0],
  ])
  const whole = text.open() + text.add({ chunk, start: 0, end: 4 }) + text.close(0)
  assert.deepEqual(JSON.parse(whole), {
    columns: [
      {
        device: 'm1',
        quantity: 'voltage.a',
        unit: 'V',
        times: [5, 6, 7],
        values: [230.5, null, 231],
        qualities: [
          [0, 'good'],
          [1, 'invalid'],
        ],
      },
      {
        device: 'm2',
        quantity: 'voltage.a',
        unit: 'V',
        times: [7.25],
        values: [10],
        qualities: [[0, 'good']],
      },
    ],
  })
})

test('windows have their extremes beside them, and damage is told of', () => {
  const text = new ColumnsText(() => ({ device: 'm', quantity: 'q', unit: 'W' }))
  const extremes = { least: Float64Array.of(1), greatest: Float64Array.of(9) }
  const chunk = { ...chunkOf([[0, 60_000 * MS, 5, 0]]), extremes }
  const parts = [text.open(), text.add({ chunk, start: 0, end: 0 })]
  parts.push(text.add({ chunk, start: 0, end: 1 }), text.close(2))
  assert.deepEqual(JSON.parse(parts.join('')), {
    columns: [
      {
        device: 'm',
        quantity: 'q',
        unit: 'W',
        times: [60_000],
        values: [5],
        least: [1],
        greatest: [9],
        qualities: [[0, 'good']],
      },
    ],
    damagedRows: 2,
  })
})
