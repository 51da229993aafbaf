import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClockWatch } from './clock-watch.ts'

const T = 1_764_000_000_000

test('a clock that is slewed, or looked at late, has not been set', () => {
  const watch = new ClockWatch({ wallMs: T, monotonicMs: 50 })
  for (let second = 1; second <= 3600; second++) {
    const monotonicMs = 50 + second * 1000
    assert.equal(watch.look({ wallMs: T + second * 1000.5, monotonicMs }), undefined)
  }
  assert.equal(watch.look({ wallMs: T + 4200 * 1000.5, monotonicMs: 50 + 4_200_000 }), undefined)
  assert.equal(watch.steps, 0)
})

test('a step forward and one back say since when the clock had run, what it would have said, and what it said', () => {
  const watch = new ClockWatch({ wallMs: 0, monotonicMs: 500 })
  assert.deepEqual(watch.look({ wallMs: T, monotonicMs: 10_500 }), {
    since: 0,
    before: 10_000_000,
    after: T * 1000,
  })
  assert.equal(watch.look({ wallMs: T + 1000, monotonicMs: 11_500 }), undefined)
  assert.deepEqual(watch.look({ wallMs: T - 58_000, monotonicMs: 13_500 }), {
    since: T * 1000,
    before: (T + 3000) * 1000,
    after: (T - 58_000) * 1000,
  })
  assert.equal(watch.steps, 2)
})
