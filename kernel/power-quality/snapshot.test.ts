import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Trial, type TrialResult } from '../../src/kernel/trial.ts'
import { makeReadings } from './reference-readings.ts'

const BATCH = 197
const BATCHES = 10

test('stopped after any batch and gone on from its snapshot, it says the same', async () => {
  const subjects = [{ kind: 'device', id: 'm1', entry: { nominal: { voltageV: 230 } } }] as const
  const setting = { site: { frequencyHz: 50, limits: 'gbt' }, subjects }
  const seconds = fc.constantFrom(1, 60, 600, 3600)
  const property = fc.asyncProperty(
    fc.record({
      seed: fc.integer({ min: 1, max: 1e6 }),
      stop: fc.integer({ min: 0, max: BATCHES - 1 }),
      intervalUs: seconds.map((one) => one * 1_000_000),
      isStormy: fc.boolean(),
    }),
    async ({ seed, stop, intervalUs, isStormy }) => {
      const readings = makeReadings(seed, BATCHES * BATCH, { intervalUs, isStormy })
      const trial = await Trial.start('power-quality', setting)
      let broken = await Trial.start('power-quality', setting)
      const whole: TrialResult[] = []
      const parts: TrialResult[] = []
      for (let batch = 0; batch < BATCHES; batch++) {
        const some = readings.slice(batch * BATCH, (batch + 1) * BATCH)
        const now = (some.at(-1)?.time ?? 0) + 2_000_000
        for (const [one, results] of [
          [trial, whole],
          [broken, parts],
        ] as const) {
          one.feed(some)
          for (let tick = 0; tick < batch + 2; tick++) one.tick(now + tick * 1_000_000)
          results.push(...one.take())
        }
        if (batch !== stop) continue
        const state = broken.save()
        broken = await Trial.start('power-quality', { ...setting, state })
        assert.deepEqual(broken.save().bytes, state.bytes)
      }
      assert.deepEqual(parts, whole)
      assert.deepEqual(broken.save().bytes, trial.save().bytes)
    },
  )
  await fc.assert(property, { numRuns: 60, seed: 5 })
})
