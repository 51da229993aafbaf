import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { powerQualitySettings } from '../../src/edge/site/processors/power-quality.ts'
import { Trial, type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'
import { MONDAY_US, makeReadings } from './reference-readings.ts'

const SECOND = 1_000_000
const TEN_MINUTES = 600 * SECOND
const WEEK = 1008 * TEN_MINUTES

interface Site {
  readonly limits?: 'en50160' | 'gbt'
  readonly settings?: object
  readonly entry?: object
}

function start({
  limits = 'en50160',
  settings = {},
  entry = { nominal: { voltageV: 230 } },
}: Site): Promise<Trial> {
  const subjects = [{ kind: 'device', id: 'm1', entry }] as const
  return Trial.start('power-quality', { settings, site: { frequencyHz: 50, limits }, subjects })
}

/** One value each ten minutes of a week, at its second minute. */
function week(quantity: string, valueAt: (at: number) => number): TrialReading[] {
  return Array.from({ length: 1008 }, (_, at) => {
    const value = valueAt(at)
    const quality = Number.isNaN(value) ? 1 : 0
    return {
      subject: 'm1',
      quantity,
      time: MONDAY_US + at * TEN_MINUTES + 120 * SECOND,
      value,
      quality,
    }
  })
}

/** The report of the week, once the device has been quiet and the week is over. */
async function report(
  readings: readonly TrialReading[],
  name: string,
  site: Site = {},
): Promise<TrialResult> {
  const trial = await start(site)
  trial.feed(readings)
  for (let tick = 0; tick < 12; tick++) trial.tick(MONDAY_US + WEEK + 1000 * SECOND + tick)
  const found = trial.take().filter((result) => result.name === name)
  assert.equal(found.length, 1, `${found.length} reports of ${name}`)
  const [one] = found
  assert.ok(one)
  assert.deepEqual([one.time, one.end], [MONDAY_US, MONDAY_US + WEEK])
  return one
}

describe('a share of 95 %', () => {
  test('of 1008 values 50 may be outside, and the 51st from the top is the 95 % value', async () => {
    // 8.001, 8.002, … are the greatest; which windows they are in does not matter.
    const high = (most: number) => (at: number) => (at < most ? 8 + (at + 1) / 1000 : 3)
    const kept = await report(week('thd.voltage.a', high(50)), 'compliance.thd')
    assert.equal(kept.fields['verdict'], 'pass')
    assert.deepEqual([kept.fields['outside'], kept.fields['percentile']], [50, 3])
    const broken = await report(week('thd.voltage.a', high(51)), 'compliance.thd')
    assert.equal(broken.fields['verdict'], 'fail')
    assert.deepEqual([broken.fields['outside'], broken.fields['percentile']], [51, 8.001])
    assert.equal(broken.value, 100 - (100 * 51) / 1008)
  })

  test('with missing values the twentieth part is of those that are there', async () => {
    const values = (at: number): number => (at < 600 ? (at < 31 ? 9 + at : 1) : NaN)
    const { fields } = await report(week('thd.voltage.a', values), 'compliance.thd')
    const { valid, flagged, missing, expected, percentile, verdict, max } = fields
    assert.deepEqual(
      { valid, flagged, missing, expected },
      { valid: 600, flagged: 0, missing: 408, expected: 1008 },
    )
    assert.deepEqual([percentile, verdict, max], [9, 'fail', 39])
  })

  test('with less than half of them nothing is judged', async () => {
    const { fields } = await report(
      week('thd.voltage.a', (at) => (at < 503 ? 9 : NaN)),
      'compliance.thd',
    )
    assert.deepEqual([fields['verdict'], fields['valid']], ['undecided', 503])
  })
})

describe('EN 50160', () => {
  const voltage = (valueAt: (at: number) => number): Promise<TrialResult> =>
    report(week('voltage.a', valueAt), 'compliance.voltage')

  test('voltage: 95 % within 10 %, all within +10 % and -15 %', async () => {
    const low = await voltage((at) => (at % 21 === 0 ? 230 * 0.86 : 230))
    assert.deepEqual([low.fields['verdict'], low.fields['outside']], ['pass', 48])
    assert.ok(Math.abs(Number(low.fields['percentile'])) < 1e-9)
    const tooLow = await voltage((at) => (at === 7 ? 230 * 0.84 : 230))
    assert.deepEqual([tooLow.fields['verdict'], tooLow.fields['outside.all']], ['fail', 1])
    const often = await voltage((at) => (at % 19 === 0 ? 230 * 0.86 : 230))
    assert.equal(often.fields['verdict'], 'fail')
  })

  test('ten minutes with a dip are counted as flagged and not judged', async () => {
    const dips = [100, 300].map((at) => ({
      subject: 'm1',
      quantity: 'voltage.a',
      time: MONDAY_US + at * TEN_MINUTES + 90 * SECOND,
      value: 100,
    }))
    const rows = [...week('voltage.a', () => 230), ...dips].toSorted(
      (one, other) => one.time - other.time,
    )
    const { fields } = await report(rows, 'compliance.voltage')
    assert.deepEqual([fields['valid'], fields['flagged'], fields['verdict']], [1006, 2, 'pass'])
  })

  test('single harmonics have limits of their own', async () => {
    const { fields, key } = await report(
      week('harmonic.voltage.b.15', () => 0.6),
      'compliance.harmonic',
    )
    assert.deepEqual([key, fields['limit'], fields['verdict']], [64 + 15, 0.5, 'fail'])
    const fifth = await report(
      week('harmonic.voltage.b.5', () => 5.9),
      'compliance.harmonic',
    )
    assert.deepEqual([fifth.fields['limit'], fifth.fields['verdict']], [6, 'pass'])
  })

  test('medium voltage: 99 % within 10 %; high voltage has no limit', async () => {
    const rows = week('voltage.ab', (at) => (at < 12 ? 8800 : 10_000))
    const entry = { nominal: { voltageV: 10_000 / Math.sqrt(3) } }
    assert.equal((await report(rows, 'compliance.voltage', { entry })).fields['verdict'], 'fail')
    const high = { nominal: { voltageV: 110_000 / Math.sqrt(3) } }
    const found = await report(
      week('voltage.ab', () => 110_000),
      'compliance.voltage',
      { entry: high },
    )
    assert.deepEqual([found.fields['verdict'], found.fields['standard']], ['no-limit', 'none'])
  })

  test('flicker and frequency', async () => {
    const rows = week('flicker.pst', (at) => (at < 60 ? 1.2 : 0.5)).map((one) => ({
      ...one,
      time: one.time + TEN_MINUTES,
    }))
    const flicker = await report(rows, 'compliance.flicker')
    assert.deepEqual(
      [flicker.fields['valid'], flicker.fields['outside'], flicker.fields['verdict']],
      [84, 5, 'fail'],
    )
    const entry = { nominal: { voltageV: 230 } }
    const settings = { validPercent: 1 }
    const hertz = await report(
      week('frequency', (at) => (at === 3 ? 49.4 : 50)),
      'compliance.frequency',
      { entry, settings },
    )
    const { valid, expected, outside, verdict } = hertz.fields
    assert.deepEqual(
      { valid, expected, outside, verdict },
      { valid: 1008, expected: 60_480, outside: 1, verdict: 'pass' },
    )
  })
})

describe('GB/T', () => {
  const gbt = (
    readings: readonly TrialReading[],
    name: string,
    entry: object,
  ): Promise<TrialResult> => report(readings, name, { limits: 'gbt', entry })

  test('12325: 198.0 V to 235.4 V of a single phase of 220 V', async () => {
    const entry = { phase: 'a', nominal: { voltageV: 220 } }
    const low = await gbt(
      week('voltage.a', () => 198),
      'compliance.voltage',
      entry,
    )
    assert.deepEqual([low.fields['verdict'], low.value], ['pass', 100])
    const high = await gbt(
      week('voltage.a', (at) => (at < 51 ? 235.5 : 235.39)),
      'compliance.voltage',
      entry,
    )
    assert.deepEqual([high.fields['verdict'], high.fields['outside']], ['fail', 51])
    const three = await gbt(
      week('voltage.a', () => 204),
      'compliance.voltage',
      { nominal: { voltageV: 220 } },
    )
    assert.deepEqual([three.fields['verdict'], three.fields['limit.low']], ['fail', -7])
  })

  test('12325: at 35 kV the deviations above and below together are limited to 10 %', async () => {
    const entry = { nominal: { voltageV: 35_000 / Math.sqrt(3) } }
    const line = (low: number, high: number): TrialReading[] =>
      week('voltage.ab', (at) => (at === 5 ? 35_000 * low : 35_000 * high))
    const kept = await gbt(line(0.96, 1.05), 'compliance.voltage', entry)
    assert.deepEqual([kept.fields['verdict'], kept.fields['limit']], ['pass', 10])
    assert.equal(
      (await gbt(line(0.94, 1.05), 'compliance.voltage', entry)).fields['verdict'],
      'fail',
    )
    assert.equal(
      (await gbt(line(1.02, 1.095), 'compliance.voltage', entry)).fields['verdict'],
      'pass',
    )
  })

  test('15543: 2 % for 95 % of the week, never more than 4 %', async () => {
    const low = { nominal: { voltageV: 220 } }
    const kept = await gbt(
      week('unbalance.voltage', (at) => (at < 50 ? 3.9 : 1.5)),
      'compliance.unbalance',
      low,
    )
    assert.deepEqual([kept.fields['verdict'], kept.fields['percentile']], ['pass', 1.5])
    const once = await gbt(
      week('unbalance.voltage', (at) => (at === 1 ? 4.1 : 1.5)),
      'compliance.unbalance',
      low,
    )
    assert.deepEqual([once.fields['verdict'], once.fields['outside.all']], ['fail', 1])
  })

  test('14549: odd and even harmonics and THD by voltage', async () => {
    const limitAt = async (quantity: string, kilovolts: number): Promise<unknown> => {
      const entry = { nominal: { voltageV: (1000 * kilovolts) / Math.sqrt(3) } }
      const name = quantity.startsWith('thd') ? 'compliance.thd' : 'compliance.harmonic'
      return (
        await gbt(
          week(quantity, () => 1),
          name,
          entry,
        )
      ).fields['limit']
    }
    const found = []
    for (const kilovolts of [0.38, 10, 35, 110])
      found.push([
        await limitAt('thd.voltage.a', kilovolts),
        await limitAt('harmonic.voltage.a.5', kilovolts),
        await limitAt('harmonic.voltage.a.4', kilovolts),
      ])
    assert.deepEqual(found, [
      [5, 4, 2],
      [4, 3.2, 1.6],
      [3, 2.4, 1.2],
      [2, 1.6, 0.8],
    ])
  })

  test('15945 and 12326: frequency and flicker have no tolerated share', async () => {
    const site = { limits: 'gbt', settings: { validPercent: 1 } } as const
    const rows = week('frequency', (at) => (at === 3 ? 50.21 : 50))
    assert.equal((await report(rows, 'compliance.frequency', site)).fields['verdict'], 'fail')
    const small = { limits: 'gbt', settings: { validPercent: 1, smallSystem: true } } as const
    assert.equal((await report(rows, 'compliance.frequency', small)).fields['verdict'], 'pass')
    const flicker = week('flicker.pst', (at) => (at < 12 ? 1.1 : 0.5))
    const shifted = flicker.map((one) => ({ ...one, time: one.time + TEN_MINUTES }))
    assert.equal(
      (await report(shifted, 'compliance.flicker', { limits: 'gbt' })).fields['verdict'],
      'fail',
    )
  })
})

test('what happened in a week is counted, and which readings could not be used', async () => {
  const at = (seconds: number, value: number): TrialReading => ({
    subject: 'm1',
    quantity: 'voltage.a',
    time: MONDAY_US + seconds * SECOND,
    value,
  })
  const dipAndSwell = [at(0, 230), at(10, 180), at(20, 230), at(30, 260), at(40, 230)]
  const interruptions = [at(50, 2), at(90, 230), at(100, 2), at(400, 230)]
  const low = [at(500, 200), at(600, 230), at(5000, 230)]
  const rows = [...dipAndSwell, ...interruptions, ...low, at(100, 230), at(110, 230)]
  const { fields, value } = await report(rows, 'compliance.events')
  assert.equal(value, 5)
  assert.deepEqual(fields, {
    method: 'counted',
    dips: 1,
    swells: 1,
    undervoltages: 1,
    overvoltages: 0,
    'interruptions.short': 1,
    'interruptions.long': 1,
    late: 2,
    future: 0,
  })
})

test('a week is told again when more of it comes, and anew when the next begins', async () => {
  const trial = await start({})
  const all = week('thd.voltage.a', () => 3)
  trial.feed(all.slice(0, 1000))
  for (let tick = 0; tick < 12; tick++) trial.tick(MONDAY_US + WEEK + 1000 * SECOND + tick)
  const next = { subject: 'm1', quantity: 'thd.voltage.a', time: MONDAY_US + WEEK + 2000 * SECOND }
  trial.feed([...all.slice(1000), { ...next, value: 3 }])
  trial.tick(MONDAY_US + WEEK + 3000 * SECOND)
  const found = trial.take().filter(({ name }) => name === 'compliance.thd')
  assert.deepEqual(
    found.map(({ revision, time, fields }) => [revision, time, fields['valid']]),
    [
      [0, MONDAY_US, 1000],
      [1, MONDAY_US, 1008],
    ],
  )
})

test('a reading from the future ends nothing', async () => {
  const trial = await start({})
  trial.tick(MONDAY_US)
  const at = (time: number): TrialReading => ({
    subject: 'm1',
    quantity: 'voltage.a',
    time,
    value: 230,
  })
  trial.feed([at(MONDAY_US), at(MONDAY_US + 7_200 * SECOND), at(MONDAY_US + SECOND)])
  for (let tick = 1; tick < 12; tick++) trial.tick(MONDAY_US + 2 * WEEK + tick)
  const results = trial.take()
  assert.equal(results.find(({ name }) => name === 'voltage.deviation')?.fields['samples'], 2)
  assert.equal(results.find(({ name }) => name === 'compliance.events')?.fields['future'], 1)
})

test('what a site file leaves out is what the module takes by itself', async () => {
  const readings = makeReadings(3, 3000, { intervalUs: SECOND, isStormy: true })
  const outputs: TrialResult[][] = []
  for (const settings of [{}, powerQualitySettings.parse({})]) {
    const trial = await start({ settings })
    trial.feed(readings)
    outputs.push(trial.take())
  }
  assert.ok((outputs[0]?.length ?? 0) > 50)
  assert.deepEqual(outputs[1], outputs[0])
})
