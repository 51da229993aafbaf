import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawingOf } from './drawing.ts'

const LEVELS = [
  { id: 'low', nominalV: 10_000 },
  { id: 'high', nominalV: 110_000 },
]

function transformer(id: string, from: string, to: string) {
  return { id, from, to, ratedVa: 1e6, cooling: 'ONAN', currentSide: 'from' } as const
}

function feeder(id: string) {
  return { id, voltageLevel: 'low', transformer: undefined, head: undefined }
}

test('two transformers of one busbar stand side by side above it, feeders below in their order', () => {
  const drawing = drawingOf({
    voltageLevels: LEVELS,
    transformers: [transformer('t1', 'high', 'low'), transformer('t2', 'high', 'low')],
    feeders: ['f1', 'f2', 'f3', 'f4', 'f5'].map(feeder),
  })
  const [high, low] = ['high', 'low'].map((id) => drawing.bars.find((bar) => bar.id === id))
  assert.ok(high !== undefined && low !== undefined && high.y < low.y)
  assert.ok(high.width >= low.width)
  assert.equal(drawing.transformers.length, 2)
  for (const { x, top, bottom } of drawing.transformers) {
    assert.ok(x > low.x && x < low.x + low.width)
    assert.deepEqual([top, bottom], [high.y, low.y])
  }
  const places = drawing.feeders.map(({ x }) => x)
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  )
  assert.ok(places.every((x) => x > low.x && x < low.x + low.width && x < drawing.width))
})

test('a ring of transformers, a transformer to nowhere and an empty site are drawn all the same', () => {
  const ring = [transformer('t1', 'high', 'low'), transformer('t2', 'low', 'high')]
  assert.equal(drawingOf({ voltageLevels: LEVELS, transformers: ring, feeders: [] }).bars.length, 2)
  const loose = [transformer('t1', 'high', 'nowhere')]
  const drawn = drawingOf({ voltageLevels: LEVELS.slice(1), transformers: loose, feeders: [] })
  assert.equal(drawn.bars.length, 2)
  assert.deepEqual(drawingOf({ voltageLevels: [], transformers: [], feeders: [] }).bars, [])
})
