import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'
import {
  MINUTE,
  QUARTER,
  DAY,
  BEGIN,
  IMPORT,
  DAYS,
  start,
  at,
  theftReadings,
} from './reference-stand.ts'

async function follow(isHonest: boolean): Promise<TrialResult[]> {
  const trial = await start({
    meters: [{ phase: 'b' }, {}, {}, {}, {}, {}],
    settings: { days: 4, daysOver: 3 },
  })
  trial.feed(theftReadings(DAYS, isHonest))
  trial.tick(BEGIN + DAYS * DAY + 3 * QUARTER)
  return trial.take()
}

test('an excess on three of four days is an alarm that names the meter which counts half', async () => {
  const results = await follow(false)
  const events = results.filter(({ kind }) => kind === 'event')
  assert.deepEqual(
    events.map(({ name, state, time, end }) => [name, state, (time - BEGIN) / DAY, end]),
    [
      ['feeder.non-technical-loss', 'start', 2, 0],
      ['feeder.non-technical-loss', 'update', 2, 0],
      ['feeder.non-technical-loss', 'update', 2, 0],
    ],
  )
  const suspects = results.filter(({ name }) => name === 'loss.suspect')
  const first = suspects.filter(({ fields }) => fields['rank'] === 1)
  assert.deepEqual(
    first.map(({ subject }) => subject),
    ['m3', 'm3', 'm3'],
  )
  for (const { value, fields } of first) {
    assert.ok(value > 0.99, String(value))
    assert.ok(Number(fields['correlation']) > 0.99)
    assert.ok(Math.abs(Number(fields['slope']) - 1) < 0.05)
  }
  for (const { value, fields } of suspects) if (fields['rank'] !== 1) assert.ok(value < 0.4)
})

test('nobody is suspected where nothing is lost', async () => {
  const results = await follow(true)
  assert.deepEqual(
    results.filter(({ kind, name }) => kind === 'event' || name === 'loss.suspect'),
    [],
  )
})

test('who draws beside the meter is found by the voltage alone', async () => {
  const trial = await start({
    meters: Array.from({ length: 5 }, () => ({})),
    settings: { days: 4, daysOver: 2 },
  })
  const counts = [0, 0, 0, 0, 0]
  let head = 0
  const readings: TrialReading[] = []
  for (let quarter = 0; quarter <= 3 * 96; quarter++) {
    const hidden = quarter % 37 < 14 ? 1800 : 0
    const powers = counts.map((_, index) => 700 + 500 * Math.sin(quarter / (4 + index) + index))
    readings.push(at(quarter, 'head', IMPORT, head))
    for (const [index, power] of powers.entries()) {
      const subject = `m${index + 1}`
      readings.push(at(quarter, subject, IMPORT, counts[index] ?? 0))
      const drawn = power + (index === 3 ? hidden : 0)
      const volts = 230 - Math.sin(quarter / 9) - 0.0008 * drawn
      readings.push({
        ...at(quarter, subject, 'voltage.a', volts),
        time: BEGIN + quarter * QUARTER + MINUTE,
      })
      head += drawn / 4
      counts[index] = (counts[index] ?? 0) + power / 4
    }
  }
  trial.feed(readings)
  const named = trial
    .take()
    .filter(({ name, fields }) => name === 'loss.suspect' && fields['rank'] === 1)
  assert.deepEqual(
    named.map(({ subject }) => subject),
    ['m4'],
  )
  assert.ok((named[0]?.value ?? 0) > 0.9)
  assert.ok(Math.abs(Number(named[0]?.fields['correlation'])) < 0.3)
  assert.ok(Number(named[0]?.fields['voltage']) > 0.9)
})

test('voltages tell the phase on which a meter hangs, whatever it calls it', async () => {
  const hints = (await follow(true)).filter(({ name }) => name === 'phase.hint')
  const told = hints.map(({ subject, fields }) => [
    subject,
    fields['phase'],
    fields['declared'],
    fields['mismatch'],
  ])
  assert.deepEqual(told, [
    ['m1', 'a', 'b', 1],
    ['m2', 'b', 'a', 1],
    ['m3', 'c', 'a', 1],
    ['m4', 'a', 'a', 0],
    ['m5', 'b', 'a', 1],
    ['m6', 'c', 'a', 1],
  ])
  for (const { value, fields } of hints) {
    const best = ['a', 'b', 'c'][value - 1] ?? ''
    for (const phase of ['a', 'b', 'c']) {
      assert.ok(Number(fields[`correlation.${best}`]) >= Number(fields[`correlation.${phase}`]))
    }
    assert.ok(Number(fields['margin']) >= 0.1)
  }
})
