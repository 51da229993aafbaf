import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Latencies } from './latency.ts'

test('quantiles of the last five seconds', () => {
  const latencies = new Latencies(5)
  assert.deepEqual(latencies.quantiles([0.5, 0.99], 0), [null, null])
  for (let number = 100; number >= 1; number--) latencies.record(number, 1000)
  assert.deepEqual(latencies.quantiles([0.5, 0.99, 1], 1500), [50, 99, 100])
  latencies.record(7, 6500)
  assert.deepEqual(latencies.quantiles([1], 6900), [100])
  assert.deepEqual(latencies.quantiles([0.5, 0.99], 7000), [7, 7])
  assert.deepEqual(latencies.quantiles([0.5], 60_000), [null])
})
