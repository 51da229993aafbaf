import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Trial, type TrialResult } from '../../src/kernel/trial.ts'
import { makeReadings } from './reference-readings.ts'

const BATCH = 97

test('stopped after any batch and gone on from its snapshot, it says the same', async () => {
  const subjects = [{ kind: 'device', id: 'm1', entry: { nominal: { voltageV: 230 } } }] as const
  const setting = { site: { frequencyHz: 50 }, subjects }
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 0, max: 9 }),
      async (seed, stop) => {
        const readings = makeReadings(seed, 10 * BATCH)
        const trial = await Trial.start('frequency', setting)
        let broken = await Trial.start('frequency', setting)
        const whole: TrialResult[] = []
        const parts: TrialResult[] = []
        for (let batch = 0; batch * BATCH < readings.length; batch++) {
          const some = readings.slice(batch * BATCH, (batch + 1) * BATCH)
          for (const [one, results] of [
            [trial, whole],
            [broken, parts],
          ] as const) {
            one.feed(some)
            one.tick(2_000_000_000 + batch * 1_000_000)
            results.push(...one.take())
          }
          if (batch !== stop) continue
          const state = broken.save()
          broken = await Trial.start('frequency', { ...setting, state })
          assert.deepEqual(broken.save().bytes, state.bytes)
        }
        assert.deepEqual(parts, whole)
        assert.deepEqual(broken.save().bytes, trial.save().bytes)
      },
    ),
    { numRuns: 40, seed: 5 },
  )
})
