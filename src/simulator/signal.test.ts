import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../core/random.ts'
import { commercialDay, commercialWeek, residentialDay, wander } from './shape.ts'
import { DAY_SECONDS, type Signal, delayed, integralAt, scaled, sum, valueAt } from './signal.ts'

const noise = wander(seededRandom(7), {
  peak: 0.2,
  waves: 6,
  fastestSeconds: 30,
  slowestSeconds: 5000,
})
const heater = { amplitude: 3, periodSeconds: 900, duty: 0.3, offsetSeconds: 100 }
const everything: Signal = sum(residentialDay, noise, { mean: 0.5, waves: [], pulses: [heater] })

test('the integral is what adding up small steps comes to', () => {
  for (const from of [0, 12_345, 100 * DAY_SECONDS]) {
    let total = 0
    const step = 0.5
    for (let at = from; at < from + 7200; at += step)
      total += valueAt(everything, at + step / 2) * step
    const exact = integralAt(everything, from + 7200) - integralAt(everything, from)
    assert.ok(Math.abs(exact - total) < 0.001 * total, `${exact} ${total}`)
  }
})

test('a sum and a multiple are the sum and the multiple at every instant', () => {
  for (const at of [1, 777, 54_321]) {
    assert.ok(Math.abs(valueAt(scaled(everything, 3), at) - 3 * valueAt(everything, at)) < 1e-9)
    const both = valueAt(sum(noise, residentialDay), at)
    assert.ok(Math.abs(both - valueAt(noise, at) - valueAt(residentialDay, at)) < 1e-9)
  }
})

test('behind a delay a slow wave passes, late, and a fast one does not', () => {
  const wave = (periodSeconds: number): Signal => {
    return {
      mean: 1,
      waves: [{ amplitude: 1, omega: (2 * Math.PI) / periodSeconds, phase: 0 }],
      pulses: [],
    }
  }
  const slow = delayed(wave(1_000_000), 1000)
  assert.ok(Math.abs(valueAt(slow, 1000) - valueAt(wave(1_000_000), 0)) < 0.001)
  assert.ok(Math.abs(valueAt(delayed(wave(10), 1000), 0) - 1) < 0.01)
})

test('homes peak in the evening, offices by day; nothing falls to zero; the week averages to nothing', () => {
  const hour = (signal: Signal, at: number): number => valueAt(signal, at * 3600)
  assert.ok(hour(residentialDay, 20) > 1.6 && hour(residentialDay, 3.5) < 0.5)
  assert.ok(hour(commercialDay, 10.5) > 1.5 && hour(commercialDay, 3) < 0.5)
  for (let at = 0; at < 7 * 24; at += 0.1) {
    assert.ok(hour(residentialDay, at) > 0.3 && hour(sum(commercialDay, commercialWeek), at) > 0.15)
  }
  assert.ok(Math.abs(integralAt(commercialWeek, 7 * DAY_SECONDS)) < 1e-6)
})

test('noise stays within its peak', () => {
  for (let at = 0; at < 20_000; at += 7) assert.ok(Math.abs(valueAt(noise, at)) <= 0.2)
})
