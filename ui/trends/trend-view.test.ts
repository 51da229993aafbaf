import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolutionFor } from './resolution.ts'
import { formatView, moved, readView, zoomed } from './trend-view.ts'
import { withGaps } from './gaps.ts'

describe('a trend', () => {
  test('is the same again from its address, whatever a device calls itself', () => {
    const points = [
      { device: 'say "x", y/z', quantity: 'öl|1' },
      { device: 'f1-rtu', quantity: 'power.active' },
    ]
    for (const range of [
      { kind: 'follow', spanMs: 60_000 },
      { kind: 'fixed', fromMs: 1_000_000, toMs: 2_000_000 },
    ] as const) {
      const view = { points, range }
      assert.deepEqual(readView(new URLSearchParams(formatView(view))), view)
    }
  })

  test('of an address that makes no sense is an empty one of the last quarter of an hour', () => {
    const range = { kind: 'follow', spanMs: 900_000 }
    for (const text of ['', 'p=&span=x', 'from=9&to=3', 'p=%25zz'])
      assert.deepEqual(readView(new URLSearchParams(text)), { points: [], range }, text)
  })

  test('zooms about a moment and moves', () => {
    const span = { fromMs: 1000, toMs: 2000 }
    assert.deepEqual(zoomed(span, 0.5, 1250), { fromMs: 1125, toMs: 1625 })
    assert.deepEqual(moved(span, -0.25), { fromMs: 750, toMs: 1750 })
    assert.equal(zoomed(span, 1e-9, 1500).toMs - zoomed(span, 1e-9, 1500).fromMs, 10)
  })

  test('asks for readings of minutes and for windows of a year', () => {
    assert.deepEqual(resolutionFor(60_000, 1000), { kind: 'raw' })
    assert.deepEqual(resolutionFor(86_400_000, 1000), {
      kind: 'windows',
      step: '1m',
      stepMs: 60_000,
    })
    const year = resolutionFor(365 * 86_400_000, 1000)
    assert.equal(year.kind === 'windows' && year.step, '6h')
  })

  test('is broken where readings are missing, and only there', () => {
    const times = [0, 1000, 2000, 3000, 9000, 10_000]
    const { times: broken, values } = withGaps({ times, values: [1, 2, 3, 4, 5, 6] }, 0)
    assert.deepEqual(broken, [0, 1000, 2000, 3000, 3001, 9000, 10_000])
    assert.deepEqual(values, [1, 2, 3, 4, null, 5, 6])
    const slow = { times: [0, 900_000, 1_800_000], values: [1, 2, 3] }
    assert.deepEqual(withGaps(slow, 60_000), slow)
  })
})
