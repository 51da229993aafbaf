import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planFaults } from './fault-plan.ts'

test('the same seed has the same faults, in their order, within the time, and every kind of them', () => {
  const kinds = new Set<string>()
  for (let site = 0; site < 50; site++) {
    const settings = { seed: 3, site, durationMs: 10_000 }
    const faults = planFaults(settings)
    assert.deepEqual(planFaults(settings), faults)
    assert.notDeepEqual(planFaults({ ...settings, seed: 4 }), faults)
    let before = 0
    for (const { kind, atMs, endMs } of faults) {
      kinds.add(kind)
      assert.ok(atMs >= before && endMs > atMs && endMs <= 10_000)
      before = endMs
    }
  }
  assert.deepEqual(kinds, new Set(['outage', 'flap', 'slow', 'mute', 'reboot']))
})
