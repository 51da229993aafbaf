import assert from 'node:assert/strict'
import { test } from 'node:test'
import { standingOf, worstOf } from './standing.ts'

const NOW = Date.UTC(2026, 0, 31, 12)

function of(value: number | null, quality = 'good', ageMs = 0): string {
  const time = new Date(NOW - ageMs).toISOString()
  const reading = { device: 'd', quantity: 'q', time, value, quality }
  const limits = { low: 90, high: 110, nearLow: 93, nearHigh: 107 }
  return standingOf(reading, { nowMs: NOW, limits })
}

test('a value stands by its quality first, then its age, then its limits', () => {
  assert.equal(of(100), 'normal')
  assert.equal(of(92), 'near')
  assert.equal(of(111), 'beyond')
  assert.equal(of(100, 'questionable,inconsistent'), 'doubtful')
  assert.equal(of(111, 'questionable'), 'beyond')
  assert.equal(of(100, 'invalid'), 'bad')
  assert.equal(of(null), 'bad')
  assert.equal(of(100, 'good', 61_000), 'stale')
  assert.equal(standingOf(undefined, { nowMs: NOW }), 'none')
})

test('of several the worst counts', () => {
  assert.equal(worstOf(['normal', 'beyond', 'near']), 'beyond')
  assert.equal(worstOf([]), 'none')
})
