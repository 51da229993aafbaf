import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../src/core/limits.ts'
import { SimulatedDrain, type Way } from './uplink/simulated-drain.ts'

const FREE: Way = { bytesPerMs: 12_500, delayMs: 5, jitterMs: 10, recordsPerMs: 60 }
const SLOW: Way = { ...FREE, bytesPerMs: 40, delayMs: 40, jitterMs: 60 }
const FAR: Way = { ...FREE, delayMs: 300, jitterMs: 50 }

describe('how long a backlog takes', () => {
  for (const [what, way, pace, backlog] of [
    ['500 records a second', FREE, 500, 60_000],
    ['2,000', FREE, 2000, 120_000],
    ['10,000', FREE, 10_000, 400_000],
    ['10,000 over a satellite', FAR, 10_000, 400_000],
    ['2,000 over a link that takes 1,000', SLOW, 2000, 120_000],
    ['100,000 at a centre that takes 40,000', FREE, 100_000, 3_000_000],
  ] as const) {
    test(`is known within 20 %: ${what}`, () => {
      const drain = new SimulatedDrain(way, { backlog, pace })
      while (drain.left > 0 && drain.nowMs < 400_000) drain.run(drain.nowMs + 100)
      assert.equal(drain.left, 0)
      // A window that begins small takes some times there and back.
      const settledMs = 18_000 + 40 * way.delayMs
      const settled = drain.looks.filter(({ ms }) => ms >= settledMs && drain.nowMs - ms >= 5000)
      assert.ok(settled.length > 5)
      for (const { ms, etaSeconds } of settled) {
        const seconds = (drain.nowMs - ms) / 1000
        const isRight = Math.abs(etaSeconds - seconds) <= Math.max(2, seconds * 0.2)
        assert.ok(isRight, `${etaSeconds} s at ${ms} ms, and it took ${seconds}`)
      }
    })
  }
})

describe('a backlog that may go as fast as it can', () => {
  for (const [what, way, perSecond] of [
    ['a centre that takes 46,000 a second', FREE, 38_000],
    ['a slow link', SLOW, 900],
    ['a satellite', FAR, 10_000],
  ] as const) {
    test(`leaves what is new as fast as it was, and uses ${what}`, () => {
      const quiet = new SimulatedDrain(way, { backlog: 0, pace: 1_000_000 })
      quiet.run(60_000)
      const drain = new SimulatedDrain(way, { backlog: 10_000_000, pace: 1_000_000 })
      drain.run(20_000)
      drain.latenciesMs.length = 0
      const rate = perSecondOf(drain, 80)
      assert.ok(rate >= perSecond, `${rate} a second`)
      const [before, during] = [p99(quiet.latenciesMs), p99(drain.latenciesMs)]
      assert.ok(during <= before + limits.backfillDelayMs, `${during} ms, ${before} before`)
    })
  }

  test('is as fast again when the way has become another', () => {
    const drain = new SimulatedDrain(FREE, { backlog: 10_000_000, pace: 1_000_000 })
    drain.run(20_000)
    drain.way = { ...FREE, delayMs: 60 }
    drain.run(100_000)
    assert.ok(perSecondOf(drain, 20) >= 36_000)
    drain.way = { ...FREE, recordsPerMs: 20 }
    drain.run(200_000)
    drain.way = FREE
    drain.run(210_000)
    assert.ok(perSecondOf(drain, 20) >= 38_000)
  })
})

function perSecondOf(drain: SimulatedDrain, seconds: number): number {
  const { left } = drain
  drain.run(drain.nowMs + seconds * 1000)
  return (left - drain.left) / seconds
}

function p99(latenciesMs: readonly number[]): number {
  const sorted = latenciesMs.toSorted((one, other) => one - other)
  return sorted[Math.floor(sorted.length * 0.99)] ?? NaN
}
