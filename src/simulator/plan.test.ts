import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newPlan, sampleAt, sampleTimeMs } from './plan.ts'

test('samples fall due evenly: 10 devices at 20 messages a second', () => {
  const plan = newPlan({ startMs: 1000, messagesPerSecond: 20, deviceCount: 10 })
  assert.deepEqual(
    [0, 1, 9].map((index) => sampleTimeMs(plan, index, 0)),
    [1000, 1050, 1450],
  )
  assert.equal(sampleTimeMs(plan, 0, 1), 1500)
  assert.equal(sampleTimeMs(plan, 9, 3), 2950)
})

test('the sample of a time is found, and none where the plan has none', () => {
  for (const messagesPerSecond of [1, 7, 100, 999, 3001]) {
    const plan = newPlan({ startMs: Date.UTC(2026, 0, 1), messagesPerSecond, deviceCount: 7 })
    for (let index = 0; index < 7; index++) {
      for (let k = 0; k < 2000; k += 37) {
        assert.ok(sampleAt(plan, index, sampleTimeMs(plan, index, k)) === k)
      }
    }
  }
  const plan = newPlan({ startMs: 0, messagesPerSecond: 1, deviceCount: 1 })
  assert.equal(sampleAt(plan, 0, 1001), -1)
  assert.equal(sampleAt(plan, 0, -1000), -1)
})
