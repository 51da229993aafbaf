import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Trial, type TrialReading } from '../../src/kernel/trial.ts'
import { type Setting, refer } from './reference.ts'

/** One household, one minute, two days; not part of the repository. */
const FOLDER = process.env['BUSBAR_RECORDINGS'] ?? join(import.meta.dirname, '../../../shared/data')
const FILE = join(FOLDER, 'uci_household/household_power_consumption_2007-02-01_02.csv')
const skip = existsSync(FILE)
  ? false
  : `no recording uci_household in ${FOLDER}; name its folder with BUSBAR_RECORDINGS`

const SETTING: Setting = {
  nominalHz: 50,
  nominalV: 230,
  // Narrow enough that an ordinary house has some of each.
  dip: 104,
  swell: 107,
  interruption: 5,
  hysteresis: 0.5,
  limits: 'en50160',
}

function recorded(): TrialReading[] {
  const [header = '', ...lines] = readFileSync(FILE, 'utf8')
    .replaceAll('"', '')
    .trim()
    .split(/\r?\n/)
  const names = header.split(';')
  const [timeAt, voltageAt] = [names.indexOf('DateTime'), names.indexOf('Voltage')]
  return lines.map((line) => {
    const cells = line.split(';')
    const time = Date.parse(`${cells[timeAt]}Z`.replace(' ', 'T')) * 1000
    const value = Number.parseFloat(cells[voltageAt] ?? '')
    return {
      subject: 'm1',
      quantity: 'voltage.a',
      time,
      value,
      quality: Number.isNaN(value) ? 1 : 0,
    }
  })
}

test('the voltage of a household of two days, as the reference has it', { skip }, async () => {
  const readings = recorded()
  const trial = await Trial.start('power-quality', {
    settings: {
      dipPercent: SETTING.dip,
      swellPercent: SETTING.swell,
      hysteresisPercent: SETTING.hysteresis,
    },
    site: { frequencyHz: 50, limits: SETTING.limits },
    subjects: [
      { kind: 'device', id: 'm1', entry: { nominal: { voltageV: 230 }, intervalMs: 60_000 } },
    ],
  })
  trial.feed(readings)
  const end = readings.at(-1)?.time ?? 0
  for (let tick = 0; tick < 12; tick++) trial.tick(end + 3_000_000_000_000 + tick)
  const results = trial.take()
  const wanted = refer(readings, SETTING)

  const ended = results.filter(({ kind, state }) => kind === 'event' && state === 'end')
  assert.ok(ended.length > 20, `${ended.length} events`)
  const inOrder = (rows: readonly (readonly unknown[])[]): string[] =>
    rows.map((row) => row.join(' ')).toSorted((one, other) => (one < other ? -1 : 1))
  assert.deepEqual(
    inOrder(
      ended.map(({ name, time, end: until, value, fields }) => [
        name,
        time,
        until,
        value,
        fields['class'],
      ]),
    ),
    inOrder(
      wanted.events
        .filter((event) => event.end !== 0)
        .map(({ name, start, end: until, value, words }) => [
          name,
          start,
          until,
          value,
          words['class'],
        ]),
    ),
  )
  const deviations = results.filter(({ name }) => name === 'voltage.deviation')
  assert.equal(deviations.length, 288)
  for (const { time, value, fields } of deviations) {
    const one = wanted.aggregates.find(
      ({ name, start }) => name === 'voltage.deviation' && start === time,
    )
    assert.ok(Math.abs(value - (one?.value ?? NaN)) < 1e-9)
    assert.equal(fields['samples'], one?.fields['samples'])
    assert.equal(fields['flagged'], one?.fields['flagged'])
  }
})
