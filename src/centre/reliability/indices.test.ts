import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Indices,
  type OutageDay,
  indicesOf,
  majorThreshold,
  meanServed,
  totalsOf,
} from './indices.ts'

const DAY_US = 86_400_000_000

function day(at: number, own: Partial<OutageDay>): OutageDay {
  return {
    day: at * DAY_US,
    served: 10_000,
    interrupted: 0,
    minutes: 0,
    momentary: 0,
    ...own,
  }
}

function ofDays(days: readonly OutageDay[]): Indices {
  const totals = totalsOf(days)
  return indicesOf(totals, meanServed(totals))
}

describe('reliability indices', () => {
  test('the example of textbooks: 100 customers for 5 minutes, 200 for 10, 300 for 11, of 10,000', () => {
    const minutes = 100 * 5 + 200 * 10 + 300 * 11
    const found = ofDays([day(0, { interrupted: 600, minutes, momentary: 50 })])
    assert.equal(found.saifi, 0.06)
    assert.equal(found.saidiMinutes, 0.58)
    assert.equal(found.caidiMinutes?.toFixed(2), '9.67')
    assert.equal(found.maifi, 0.005)
    assert.equal(found.asai, 1 - 0.58 / 1440)
  })

  test('over a year SAIDI adds up and ASAI is of the whole year', () => {
    const days = Array.from({ length: 365 }, (_, at) =>
      day(at, at % 73 === 0 ? { interrupted: 1000, minutes: 90_000 } : {}),
    )
    const found = ofDays(days)
    assert.equal(found.saifi, 0.5)
    assert.equal(found.saidiMinutes, 45)
    assert.equal(found.caidiMinutes, 90)
    assert.equal(found.asai?.toFixed(6), (1 - 45 / 525_600).toFixed(6))
    assert.equal(found.days, 365)
  })

  test('nobody interrupted: CAIDI is undefined; nobody served: nothing is', () => {
    assert.equal(ofDays([day(0, {})]).caidiMinutes, null)
    assert.equal(ofDays([day(0, {})]).saifi, 0)
    const { saidiMinutes, saifi, asai } = ofDays([])
    assert.deepEqual([saidiMinutes, saifi, asai], [null, null, null])
  })
})

describe('major event days', () => {
  /** Logarithms of SAIDI that are -3 and -1 by turns: mean -2, deviation 1 but for n / (n - 1). */
  const history = Array.from({ length: 1826 }, (_, at) =>
    day(at, { minutes: 10_000 * Math.exp(at % 2 === 0 ? -3 : -1) }),
  )

  test('T_MED is exp(alpha + 2.5 beta)', () => {
    const { minutes, alpha, beta } = majorThreshold(history)
    assert.equal(alpha?.toFixed(9), '-2.000000000')
    assert.equal(beta?.toFixed(6), Math.sqrt(1826 / 1825).toFixed(6))
    assert.equal(minutes?.toFixed(3), Math.exp(-2 + 2.5 * Math.sqrt(1826 / 1825)).toFixed(3))
  })

  test('days without an interruption are left out', () => {
    const more = [...history, ...Array.from({ length: 500 }, (_, at) => day(at, {}))]
    const { minutes, days, daysWithOutages } = majorThreshold(more)
    assert.equal(minutes, majorThreshold(history).minutes)
    assert.deepEqual([days, daysWithOutages], [2326, 1826])
  })

  test('of fewer than 36 days with interruptions nothing is said', () => {
    assert.equal(majorThreshold(history.slice(0, 35)).minutes, null)
    assert.notEqual(majorThreshold(history.slice(0, 36)).minutes, null)
  })
})
