import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TrialReading, TrialResult } from '../../src/kernel/trial.ts'
import { DAY, MINUTE, SECOND } from './reference-model.ts'
import { METER, QUARTER, START, begin, reading, row } from './reference-site.ts'

/** A day of quarter hours; `powers` by their number, the others `rest`. */
function dayOf(
  powers: Readonly<Record<number, number>>,
  rest: number,
  subject = 'm1',
): TrialReading[] {
  return Array.from({ length: 96 }, (_, quarter) => {
    const value = powers[quarter] ?? rest
    return { subject, quantity: 'power.active', time: START + quarter * QUARTER, value }
  })
}

const QUARTER_HOURLY = { ...METER, intervalMs: 900_000 }

async function dayResults(readings: readonly TrialReading[], count = 1): Promise<TrialResult[]> {
  const trial = await begin({ windows: [] }, QUARTER_HOURLY, count)
  trial.feed(readings)
  trial.tick(START + DAY + MINUTE)
  return trial.take()
}

async function loadFactor(mean: number, greatest: number): Promise<number | undefined> {
  const rest = (96 * mean - greatest) / 95
  const found = await dayResults(dayOf({ 68: greatest }, rest))
  return found.find(({ name, subject }) => name === 'load.factor' && subject === 'm1')?.value
}

describe('published: Gonen, Electric Power Distribution, chapter 2', () => {
  const YEARLY_MEAN_W = 1e10 / 8760

  test('load factor of 10 GWh a year with a peak of 3500 kW, and with another 100 kW all the time', async () => {
    assert.equal((await loadFactor(YEARLY_MEAN_W, 3_500_000))?.toFixed(6), '0.326158')
    assert.equal((await loadFactor(YEARLY_MEAN_W + 100_000, 3_600_000))?.toFixed(6), '0.344876')
  })

  test('load factor of 7000 kWh in 730 h with peaks of 22 and 39 kW', async () => {
    assert.equal((await loadFactor(7_000_000 / 730, 22_000))?.toFixed(6), '0.435866')
    assert.equal((await loadFactor(7_000_000 / 730, 39_000))?.toFixed(6), '0.245873')
  })

  test('diversity of three classes with peaks of 100, 1000 and 1200 kW, of which 0, 600 and 1200 at 17:00', async () => {
    const at17 = 17 * 4
    const found = await dayResults(
      [
        ...dayOf({ 4: 100e3, [at17]: 0 }, 10e3, 'm1'),
        ...dayOf({ 40: 1000e3, [at17]: 600e3 }, 100e3, 'm2'),
        ...dayOf({ [at17]: 1200e3 }, 200e3, 'm3'),
      ],
      3,
    )
    const diversity = found.find(({ name }) => name === 'load.diversity')
    assert.equal(diversity?.subject, 'f1')
    assert.equal(diversity.value.toFixed(5), '1.27778')
    assert.equal(Number(diversity.fields['coincidence']).toFixed(6), '0.782609')
    assert.deepEqual(
      [diversity.fields['peak'], diversity.fields['peaks'], diversity.fields['members']],
      [1800e3, 2300e3, 3],
    )
    assert.equal(diversity.fields['at'], (START + 17 * 60 * MINUTE) / SECOND)
  })
})

describe('demand', () => {
  test('sliding by a minute finds a peak that blocks cut in two', async () => {
    const trial = await begin({ windows: [], demand: { every: 'step' } })
    const powers = Array.from({ length: 60 }, (_, minute) => {
      return minute >= 22 && minute < 37 ? 9000 : 3000
    })
    trial.feed(row('power.active', powers))
    const told = trial.take()
    const blocks = told.filter(({ name }) => name === 'demand.active.block')
    assert.deepEqual(
      blocks.map(({ value }) => value),
      [3000, (7 * 3000 + 8 * 9000) / 15, (7 * 9000 + 8 * 3000) / 15],
    )
    trial.tick(START + DAY + MINUTE)
    const day = trial.take().filter(({ end, time }) => end - time === DAY)
    const peakOf = (wanted: string): unknown => day.find(({ name }) => name === wanted)?.value
    assert.equal(peakOf('demand.active.block'), 6200)
    assert.equal(peakOf('demand.active.sliding'), 9000)
    const [sliding] = day.filter(({ name }) => name === 'demand.active.sliding')
    assert.equal(sliding?.fields['at'], (START + 22 * MINUTE) / SECOND)
    assert.equal(sliding?.quality, 0b11)
  })

  test('of a period with too few minutes is none', async () => {
    const trial = await begin({ windows: [], demand: { every: 'step' } })
    trial.feed(row('power.active', [9000, 9000, 9000]))
    trial.feed([reading('power.active', START + QUARTER, 1)])
    trial.tick(START + DAY + MINUTE)
    assert.deepEqual(trial.take(), [])
  })
})
