import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TrialResult } from '../../src/kernel/trial.ts'
import {
  DAY,
  HOUR,
  MINUTE,
  MONDAY,
  SECOND,
  eventsOf,
  reading,
  startValidation,
} from './reference-site.ts'

const BY_MINUTE = { nominal: { voltageV: 230 }, intervalMs: 60_000 }
const BY_QUARTER = { intervalMs: 900_000 }

function daysOf(results: readonly TrialResult[]): object[] {
  return results
    .filter(({ name }) => name === 'validation.day')
    .map(({ time, revision, fields }) => {
      const { quantity: _, ...counts } = fields
      return { day: (time - MONDAY) / DAY, revision, ...counts }
    })
}

const NONE = { valid: 0, questionable: 0, invalid: 0, missing: 0, estimated: 0, late: 0 }

describe('counts of a day', () => {
  test('what was missing, what was good, and a reading that came late', async () => {
    const trial = await startValidation(BY_MINUTE, { off: ['stuck'] })
    const sent = Array.from({ length: 1440 }, (_, at) => at).filter(
      (at) => at !== 7 && (at < 600 || at >= 660),
    )
    trial.feed(sent.map((at) => reading('voltage.a', MONDAY + at * MINUTE, at === 9 ? 400 : 230)))
    trial.feed([reading('voltage.a', MONDAY + 7 * MINUTE, 230)])
    trial.tick(MONDAY + DAY + 9 * MINUTE)
    const counts = {
      ...NONE,
      samples: 1380,
      expected: 1440,
      valid: 1379,
      invalid: 1,
      missing: 60,
      late: 1,
    }
    assert.deepEqual(daysOf(trial.take()), [{ day: 0, revision: 0, ...counts }])
    // The day is over; nothing more is missing, and a reading of it that comes now makes it another.
    trial.tick(MONDAY + DAY + 10 * MINUTE)
    assert.deepEqual(daysOf(trial.take()), [])
    trial.feed([
      reading('voltage.a', MONDAY + DAY, 230),
      reading('voltage.a', MONDAY + 630 * MINUTE, 230),
    ])
    trial.tick(MONDAY + DAY + 11 * MINUTE)
    assert.deepEqual(daysOf(trial.take()), [
      { day: 0, revision: 1, ...counts, samples: 1381, valid: 1380, missing: 59, late: 2 },
    ])
  })

  test('a device that goes silent misses what was due, day after day, and tells of its silence', async () => {
    const trial = await startValidation(BY_MINUTE, { off: ['stuck'] })
    trial.tick(MONDAY)
    trial.feed([reading('voltage.a', MONDAY, 230)])
    trial.tick(MONDAY + SECOND)
    trial.tick(MONDAY + 241 * SECOND)
    assert.deepEqual(eventsOf(trial.take(), MONDAY), [])
    trial.tick(MONDAY + 242 * SECOND)
    assert.deepEqual(eventsOf(trial.take(), MONDAY), ['gap start 0'])
    for (let day = 1; day <= 3; day++) trial.tick(MONDAY + day * DAY + 10 * MINUTE)
    trial.tick(MONDAY + 3 * DAY + 19 * MINUTE)
    trial.feed([reading('voltage.a', MONDAY + 3 * DAY + 20 * MINUTE, 230)])
    const results = trial.take()
    assert.deepEqual(eventsOf(results, MONDAY), [`gap end 0..${(3 * DAY + 19 * MINUTE) / SECOND}`])
    assert.deepEqual(daysOf(results), [
      { day: 0, revision: 1, ...NONE, samples: 1, expected: 1440, valid: 1, missing: 1439 },
      { day: 1, revision: 0, ...NONE, samples: 0, expected: 1440, missing: 1440 },
      { day: 2, revision: 0, ...NONE, samples: 0, expected: 1440, missing: 1440 },
    ])
    trial.tick(MONDAY + 4 * DAY + 10 * MINUTE)
    const [last] = daysOf(trial.take())
    assert.deepEqual(last, {
      day: 3,
      revision: 0,
      ...NONE,
      samples: 1,
      expected: 1440,
      valid: 1,
      missing: 1439,
    })
  })

  test('a quantity that does not come with every message', async () => {
    const intervals = [{ quantities: ['energy.*'], intervalMs: 900_000 }]
    const trial = await startValidation(BY_MINUTE, { intervals })
    trial.feed(
      [0, 1, 2, 4].map((at) => reading('energy.active.import', MONDAY + at * 15 * MINUTE, at)),
    )
    trial.tick(MONDAY + HOUR)
    assert.deepEqual(daysOf(trial.take()), [
      { day: 0, revision: 0, ...NONE, samples: 4, expected: 5, valid: 4, missing: 1 },
    ])
  })

  test('of a device whose interval nobody knows nothing is missing', async () => {
    const trial = await startValidation({})
    trial.feed([0, 1, 60].map((at) => reading('voltage.a', MONDAY + at * MINUTE, 230)))
    trial.tick(MONDAY + 2 * HOUR)
    assert.deepEqual(daysOf(trial.take()), [
      {
        day: 0,
        revision: 0,
        samples: 3,
        valid: 3,
        questionable: 0,
        invalid: 0,
        estimated: 0,
        late: 0,
      },
    ])
  })

  test('of a day before yesterday there is nothing left to count in', async () => {
    const trial = await startValidation({})
    trial.feed([2 * DAY, DAY, 0].map((time) => reading('voltage.a', MONDAY + time, 230)))
    trial.tick(MONDAY + 2 * DAY + HOUR)
    const found = daysOf(trial.take()).map((day) => JSON.stringify(day))
    assert.equal(found.length, 1)
    assert.match(found[0]!, /"day":2,.*"late":2/)
  })
})

describe('estimates', () => {
  const settings = { estimation: { quantities: ['power.active', 'energy.*'] }, off: ['stuck'] }

  function estimatesOf(results: readonly TrialResult[]): [number, number, unknown][] {
    return results
      .filter(({ kind, quality }) => kind === 'derived' && quality === ((1 << 10) | (1 << 15)))
      .map(({ time, value, fields }) => [(time - MONDAY) / (15 * MINUTE), value, fields['method']])
  }

  test('a gap of up to two hours by a line', async () => {
    const trial = await startValidation(BY_QUARTER, settings)
    trial.feed(
      [0, 1, 5, 13].map((at) => reading('power.active', MONDAY + at * 15 * MINUTE, 100 * at)),
    )
    assert.deepEqual(estimatesOf(trial.take()), [
      ...[2, 3, 4].map((at) => [at, 100 * at, 'linear']),
      ...[6, 7, 8, 9, 10, 11, 12].map((at) => [at, 100 * at, 'linear']),
    ])
    trial.tick(MONDAY + 4 * HOUR)
    const [day] = daysOf(trial.take())
    assert.deepEqual(day, {
      day: 0,
      revision: 0,
      ...NONE,
      samples: 4,
      expected: 14,
      valid: 4,
      missing: 10,
      estimated: 10,
    })
  })

  /** A load that is 100 W at night and 1000 W from 8 to 20 h, twice that on Wednesday; nothing of Thursday from 6 to 12 h. */
  function loadAt(quarter: number): number {
    const hour = Math.floor(quarter / 4) % 24
    const day = Math.floor(quarter / 96)
    return (hour >= 8 && hour < 20 ? 1000 : 100) * (day === 2 ? 2 : 1)
  }
  const isMissing = (quarter: number): boolean => quarter > 3 * 96 + 24 && quarter < 3 * 96 + 48

  test('a longer one as the mean of like days', async () => {
    const trial = await startValidation(BY_QUARTER, settings)
    const quarters = Array.from({ length: 4 * 96 }, (_, at) => at).filter((at) => !isMissing(at))
    trial.feed(quarters.map((at) => reading('power.active', MONDAY + at * 15 * MINUTE, loadAt(at))))
    const found = estimatesOf(trial.take())
    assert.equal(found.length, 23)
    assert.deepEqual(found[0], [3 * 96 + 25, (100 + 100 + 200) / 3, 'like-day'])
    assert.deepEqual(found[22], [3 * 96 + 47, (1000 + 1000 + 2000) / 3, 'like-day'])
  })

  test('a register counts what it counted, spread as like days were', async () => {
    const trial = await startValidation(BY_QUARTER, settings)
    let register = 5000
    const sent = []
    for (let quarter = 0; quarter < 4 * 96; quarter++) {
      if (!isMissing(quarter))
        sent.push(reading('energy.active.import', MONDAY + quarter * 15 * MINUTE, register))
      // On Thursday half as much as on like days.
      register += loadAt(quarter) * (quarter < 3 * 96 ? 0.25 : 0.125)
    }
    trial.feed(sent)
    const found = estimatesOf(trial.take())
    assert.equal(found.length, 23)
    const before = sent.find(({ time }) => time === MONDAY + (3 * 96 + 24) * 15 * MINUTE)!.value
    const after = sent.find(({ time }) => time === MONDAY + (3 * 96 + 48) * 15 * MINUTE)!.value
    const values = [before, ...found.map(([, value]) => value), after]
    const uses = values.slice(1).map((value, at) => value - values[at]!)
    assert.ok(Math.abs(uses.reduce((sum, use) => sum + use, 0) - (after - before)) < 1e-9)
    for (const [at, use] of uses.entries()) {
      const expected = loadAt(3 * 96 + 24 + at) * 0.125
      assert.ok(Math.abs(use - expected) < 1e-4, `${at}: ${use}, not ${expected}`)
    }
    assert.equal(found[0]?.[2], 'like-day')
  })

  test('without like days by a line, of whatever length', async () => {
    const trial = await startValidation(BY_QUARTER, settings)
    trial.feed([0, 96].map((at) => reading('energy.active.import', MONDAY + at * 15 * MINUTE, at)))
    const found = estimatesOf(trial.take())
    assert.equal(found.length, 95)
    assert.deepEqual(found[47], [48, 48, 'linear'])
  })

  test('none where nobody asks, none by the second, none of a register that began anew', async () => {
    const trial = await startValidation(BY_QUARTER, settings)
    trial.feed([0, 5].map((at) => reading('power.reactive', MONDAY + at * 15 * MINUTE, at)))
    trial.feed(
      [0, 5].map((at) => reading('energy.active.import', MONDAY + at * 15 * MINUTE, 50 - at)),
    )
    const second = await startValidation({ intervalMs: 1000 }, settings)
    second.feed([0, 5].map((at) => reading('power.active', MONDAY + at * SECOND, at)))
    assert.deepEqual([...estimatesOf(trial.take()), ...estimatesOf(second.take())], [])
  })

  test('more than one call may put out waits for the next', async () => {
    const quantities = Array.from({ length: 20 }, (_, at) => `energy.active.import.tariff${at}`)
    const trial = await startValidation({ intervalMs: 60_000 }, settings)
    const times = [0, 1440 * MINUTE]
    trial.feed(
      quantities.flatMap((quantity) =>
        times.map((time) => reading(quantity, MONDAY + time, time / MINUTE)),
      ),
    )
    assert.equal(estimatesOf(trial.take()).length, 4096)
    for (let tick = 0; tick < 10; tick++) trial.tick(MONDAY + DAY + tick * SECOND)
    assert.equal(estimatesOf(trial.take()).length, 20 * 1439 - 4096)
  })
})
