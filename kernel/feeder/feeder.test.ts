import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { feederSettings } from '../../src/edge/site/processors/feeder.ts'
import { type TrialReading } from '../../src/kernel/trial.ts'
import {
  MINUTE,
  QUARTER,
  DAY,
  BEGIN,
  IMPORT,
  DAYS,
  start,
  at,
  registers,
  balances,
  theftReadings,
} from './reference-stand.ts'

test('a balance has what was supplied, sold and lost in an interval', async () => {
  const trial = await start({})
  trial.feed(registers(2, { head: 10_000, m1: 6000, m2: 3500 }))
  const found = balances(trial.take(), QUARTER)
  assert.deepEqual(
    found.map(({ time, value, subject }) => [(time - BEGIN) / QUARTER, value, subject]),
    [
      [0, 5, 'f1'],
      [1, 5, 'f1'],
    ],
  )
  assert.deepEqual(found[0]?.fields, {
    supplied: 2500,
    sold: 2375,
    loss: 125,
    technical: 0,
    nontechnical: 125,
    flagged: 0,
    samples: 2,
    expected: 2,
    method: 'none',
  })
})

test('registers are interpolated at the ends of intervals, exports are taken off, power stands in for a register', async () => {
  const trial = await start({})
  const readings: TrialReading[] = []
  for (let minute = 0; minute <= 50; minute += 5) {
    const time = BEGIN + (minute + 2) * MINUTE
    const hours = (minute + 2) / 60
    readings.push({ subject: 'head', quantity: IMPORT, time, value: 12_000 * hours })
    readings.push({ subject: 'm1', quantity: IMPORT, time, value: 8000 * hours })
    readings.push({ subject: 'm1', quantity: 'energy.active.export', time, value: 3000 * hours })
    readings.push({ subject: 'm2', quantity: 'power.active', time, value: 6000 })
  }
  trial.feed(readings)
  const found = balances(trial.take(), QUARTER)
  assert.deepEqual(
    found.map(({ time }) => (time - BEGIN) / QUARTER),
    [1, 2],
  )
  for (const { fields } of found) {
    assert.ok(Math.abs(Number(fields['supplied']) - 3000) < 1e-6)
    assert.ok(Math.abs(Number(fields['sold']) - (8000 - 3000 + 6000) / 4) < 1e-6)
  }
})

test('technical loss: 3 I² R t of the wires by the mean square of the current, P0 t + Pk beta² t of the stations', async () => {
  const stations = { ratedVa: 1e6, noLoadLossW: 1500, loadLossW: 9000 }
  const trial = await start({ feeder: { resistanceOhm: 0.4, stations } })
  const readings = registers(0, { head: 0, m1: 0, m2: 0 })
  for (let minute = 0; minute < 15; minute++) {
    for (const phase of ['a', 'b', 'c']) {
      const time = BEGIN + minute * MINUTE
      readings.push({
        subject: 'head',
        quantity: `current.${phase}`,
        time,
        value: minute < 5 ? 60 : 30,
      })
    }
  }
  readings.push(...registers(1, { head: 800_000, m1: 400_000, m2: 390_000 }).slice(3))
  trial.feed(readings)
  const [found] = balances(trial.take(), QUARTER)
  const square = (5 * 60 ** 2 + 10 * 30 ** 2) / 15
  const beta = (Math.sqrt(3) * 10e3 * Math.sqrt(square)) / 1e6
  const expected = (3 * square * 0.4 + 1500 + 9000 * beta ** 2) / 4
  assert.ok(Math.abs(Number(found?.fields['technical']) - expected) < 1e-9)
  assert.equal(found?.fields['method'], 'rms-current')
  assert.ok(Math.abs(Number(found?.fields['nontechnical']) - (2500 - expected)) < 1e-9)
})

test('the example of docs/processors/feeder.md', async () => {
  const trial = await start({ feeder: { resistanceOhm: 0.05 } })
  const currents = ['a', 'b', 'c'].map((phase) => at(40.5, 'head', `current.${phase}`, 30))
  trial.feed([
    at(40, 'head', IMPORT, 41_000),
    at(40, 'm1', IMPORT, 7000),
    at(40, 'm2', IMPORT, 9000),
    ...currents,
    at(41, 'head', IMPORT, 43_500),
    at(41, 'm1', IMPORT, 8500),
    at(41, 'm2', IMPORT, 9875),
  ])
  const [found] = trial.take()
  assert.equal(found?.value, 5)
  assert.equal(found.fields['loss'], 125)
  assert.equal(found.fields['technical'], 33.75)
  assert.equal(found.fields['nontechnical'], 91.25)
})

test('Gonen, chapter 2: a loss factor of 0.15 and 80 kW at the peak are 12 kW on average, 105 120 kWh a year', async () => {
  const trial = await start({ feeder: { resistanceOhm: 5 } })
  // A day whose mean square current is 0.15 of that of its peak: 80 kW in the wires.
  const peakSquare = 80_000 / 15
  const low = Math.sqrt((peakSquare * (0.15 * 96 - 4)) / 92)
  const readings = registers(0, { head: 0, m1: 0, m2: 0 })
  for (let quarter = 0; quarter < 97; quarter++) {
    const currentA = quarter >= 72 && quarter < 76 ? Math.sqrt(peakSquare) : low
    for (const phase of ['a', 'b', 'c'])
      readings.push({
        ...at(quarter, 'head', `current.${phase}`, currentA),
        time: BEGIN + quarter * QUARTER + MINUTE,
      })
    for (const [subject, powerW] of [
      ['head', 1e6],
      ['m1', 5e5],
      ['m2', 4e5],
    ] as const)
      readings.push(at(quarter + 1, subject, IMPORT, 1000 + (powerW * (quarter + 1)) / 4))
  }
  trial.feed(readings)
  const [day] = balances(trial.take(), DAY)
  assert.ok(day)
  assert.ok(Math.abs(Number(day.fields['loss-factor']) - 0.15) < 1e-9)
  const meanKw = Number(day.fields['technical']) / 24 / 1000
  assert.ok(Math.abs(meanKw - 12) < 1e-9)
  assert.ok(Math.abs(meanKw * 8760 - 105_120) < 1e-6)
  assert.equal(day.fields['coverage'], 100)
})

test('only intervals of which all is known count, and the day says how many those were', async () => {
  const trial = await start({})
  const all = registers(97, { head: 10_000, m1: 6000, m2: 3500 })
  const gap = (time: number): boolean => time > BEGIN + 40 * QUARTER && time < BEGIN + 50 * QUARTER
  const readings = all.filter(({ subject, time }) => subject !== 'm2' || !gap(time))
  const spoilt = readings.map((one) =>
    one.subject === 'm1' && one.time === BEGIN + 20 * QUARTER
      ? { ...one, value: Number.NaN, quality: 1 }
      : one,
  )
  trial.feed(spoilt)
  trial.tick(BEGIN + 98 * QUARTER)
  trial.tick(BEGIN + 101 * QUARTER)
  const results = trial.take()
  assert.equal(balances(results, QUARTER).length, 97 - 10)
  const [day] = balances(results, DAY)
  assert.equal(day?.fields['samples'], 86)
  assert.equal(day?.fields['missing'], 10)
  assert.ok(Math.abs(Number(day?.fields['coverage']) - (100 * 86) / 96) < 1e-9)
  assert.equal(day?.fields['supplied'], 86 * 2500)
  assert.equal(day?.fields['unusable'], 1)
  // What was interpolated over more than an interval is there, and flagged.
  const flagged = balances(results, QUARTER).filter(({ fields }) => fields['flagged'] !== 0)
  assert.deepEqual(
    flagged.map(({ time }) => (time - BEGIN) / QUARTER),
    [19, 20],
  )
})

test('meters may be read one after the other, a day each', async () => {
  const trial = await start({})
  const all = registers(97, { head: 10_000, m1: 6000, m2: 3500 })
  for (const device of ['m2', 'head', 'm1'])
    trial.feed(all.filter(({ subject }) => subject === device))
  const results = trial.take()
  assert.equal(balances(results, QUARTER).length, 97)
  assert.equal(balances(results, DAY)[0]?.fields['coverage'], 100)
})

test('a register that falls is not counted, and one that is exchanged goes on from there', async () => {
  const trial = await start({})
  const readings = registers(8, { head: 10_000, m1: 6000, m2: 3500 }).map((one) => {
    return one.subject === 'm1' && one.time >= BEGIN + 4 * QUARTER
      ? { ...one, value: one.value - 5000 }
      : one
  })
  trial.feed(readings)
  const found = balances(trial.take(), QUARTER)
  assert.deepEqual(
    found.map(({ time }) => (time - BEGIN) / QUARTER),
    [0, 1, 2, 4, 5, 6, 7],
  )
  assert.ok(found.every(({ value }) => Math.abs(value - 5) < 1e-9))
})

test('what cannot be is refused with the reason', async () => {
  await assert.rejects(
    start({ settings: { intervalMinutes: 7 } }),
    /intervalMinutes has to divide a day/,
  )
  await assert.rejects(
    start({ settings: { intervalMinutes: 1 } }),
    /latenessMinutes has to be less/,
  )
  await assert.rejects(start({ settings: { days: 3, daysOver: 4 } }), /daysOver/)
})

test('what is not set is what the schema of the site file says', async () => {
  const outputs = await Promise.all(
    [feederSettings.parse({}), {}].map(async (settings: object) => {
      const trial = await start({ settings, meters: Array.from({ length: 6 }, () => ({})) })
      trial.feed(theftReadings(DAYS, false))
      trial.tick(BEGIN + DAYS * DAY + 2 * QUARTER)
      return trial.take()
    }),
  )
  assert.ok((outputs[0]?.length ?? 0) > 500)
  assert.deepEqual(outputs[0], outputs[1])
})

const recordings =
  process.env['BUSBAR_RECORDINGS'] ?? join(import.meta.dirname, '../../../shared/data')
const household = join(recordings, 'uci_household/household_power_consumption_2007-02-01_02.csv')

test(
  'two days of a real household: what two sub-meters do not count is lost, and nothing else',
  { skip: existsSync(household) ? false : `no ${household}` },
  async () => {
    const rows = readFileSync(household, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.replaceAll('"', '').split(';'))
    const trial = await start({})
    const sums = { head: 0, m1: 0, m2: 0 }
    const readings: TrialReading[] = []
    for (const row of rows) {
      const time = Date.parse(`${row[9]?.replace(' ', 'T')}Z`) * 1000
      const push = (subject: keyof typeof sums): void => {
        readings.push({ subject, quantity: IMPORT, time, value: sums[subject] })
      }
      push('head')
      push('m1')
      push('m2')
      readings.push({ subject: 'm1', quantity: 'voltage.a', time, value: Number(row[4]) })
      sums.head += (Number(row[2]) * 1000) / 60
      sums.m1 += Number(row[6]) + Number(row[7])
      sums.m2 += Number(row[8])
    }
    trial.feed(readings)
    const results = trial.take()
    const quarters = balances(results, QUARTER)
    assert.equal(quarters.length, 191)
    for (const [index, { fields }] of quarters.entries()) {
      const some = rows.slice(index * 15, index * 15 + 15)
      const total = (of: (row: string[]) => number): number =>
        some.reduce((sum, row) => sum + of(row), 0)
      const supplied = total((row) => (Number(row[2]) * 1000) / 60)
      const sold = total((row) => Number(row[6]) + Number(row[7]) + Number(row[8]))
      assert.ok(Math.abs(Number(fields['supplied']) - supplied) < 1e-6)
      assert.ok(Math.abs(Number(fields['sold']) - sold) < 1e-6)
    }
    assert.equal(balances(results, DAY)[0]?.fields['coverage'], 100)
  },
)
