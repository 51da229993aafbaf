import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Trial, type TrialResult } from '../../src/kernel/trial.ts'
import { type Aggregate, type Setting, refer } from './reference.ts'
import type { Event } from './reference-events.ts'
import { type Kind, makeReadings } from './reference-readings.ts'

const SEEDS = 20
const SETTING: Setting = {
  nominalHz: 50,
  nominalV: 230,
  dip: 90,
  swell: 110,
  interruption: 5,
  hysteresis: 2,
  limits: 'en50160',
}
/** A week and more of ten minutes each, and an hour or two of seconds. */
const KINDS: readonly (Kind & { readonly what: string; readonly rows: number })[] = [
  { what: 'ten-minute values', intervalUs: 600_000_000, isStormy: false, rows: 9000 },
  { what: 'a reading a minute', intervalUs: 60_000_000, isStormy: true, rows: 3000 },
  { what: 'a reading a second', intervalUs: 1_000_000, isStormy: true, rows: 6000 },
]

function start(setting: Setting): Promise<Trial> {
  return Trial.start('power-quality', {
    settings: { interruptionPercent: 5 },
    site: { frequencyHz: 50, limits: setting.limits },
    subjects: [{ kind: 'device', id: 'm1', entry: { nominal: { voltageV: 230 } } }],
  })
}

function assertClose(found: number, wanted: number, what: string): void {
  if (Number.isNaN(found) && Number.isNaN(wanted)) return
  // The square root of what rounding leaves of a difference of squares, where there is no unbalance.
  const tolerance = what.includes('unbalance') ? 2e-5 : 1e-9 * Math.max(1, Math.abs(wanted))
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: ${found}, the reference has ${wanted}`)
}

function compareEvents(results: readonly TrialResult[], wanted: readonly Event[]): void {
  const found = new Map<string, TrialResult>()
  for (const result of results)
    if (result.kind === 'event') found.set(`${result.name} ${result.time}`, result)
  const right = new Map(wanted.map((event) => [`${event.name} ${event.start}`, event]))
  assert.deepEqual([...found.keys()].toSorted(), [...right.keys()].toSorted())
  for (const [what, { end, value, fields }] of found) {
    const event = right.get(what)
    const { class: word, itic, f47, cell } = fields
    const words = Object.fromEntries(
      Object.entries({ class: word, itic, f47, cell }).filter(([, one]) => one !== undefined),
    )
    assert.deepEqual([what, end, words], [what, event?.end, event?.words])
    assertClose(value, event?.value ?? NaN, what)
    assertClose(Number(fields['percent']), event?.percent ?? NaN, what)
  }
}

function compareAggregates(results: readonly TrialResult[], wanted: readonly Aggregate[]): void {
  const found = new Map<string, TrialResult>()
  for (const result of results)
    if (result.kind === 'aggregate' && result.name !== 'compliance.events')
      found.set(`${result.name} ${result.key} ${result.time}`, result)
  const right = new Map(wanted.map((one) => [`${one.name} ${one.key} ${one.start}`, one]))
  assert.deepEqual([...found.keys()].toSorted(), [...right.keys()].toSorted())
  for (const [what, { value, fields }] of found) {
    const one = right.get(what)
    assertClose(value, one?.value ?? NaN, what)
    for (const [field, expected] of Object.entries(one?.fields ?? {})) {
      const given = fields[field]
      if (typeof expected === 'number' && typeof given === 'number')
        assertClose(given, expected, `${what} ${field}`)
      else if (field !== 'outside' || given !== undefined)
        assert.equal(given, expected, `${what} ${field}`)
    }
  }
}

for (const kind of KINDS) {
  describe(`as the reference has it, ${kind.what}`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      test(`seed ${seed}`, async () => {
        const setting: Setting = { ...SETTING, limits: seed % 2 === 0 ? 'gbt' : 'en50160' }
        const readings = makeReadings(seed, kind.rows, kind)
        const trial = await start(setting)
        trial.feed(readings)
        const end = readings.reduce((newest, { time }) => Math.max(newest, time), 0)
        for (let tick = 0; tick < 12; tick++) trial.tick(end + 3_000_000_000_000 + tick)
        const results = trial.take()
        const { events, aggregates } = refer(readings, setting)
        compareEvents(results, events)
        compareAggregates(results, aggregates)
      })
    }
  })
}
