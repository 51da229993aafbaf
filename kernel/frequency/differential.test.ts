import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Trial, type TrialResult } from '../../src/kernel/trial.ts'
import { type FoundEvent, type Setting, refer } from './reference.ts'
import { makeReadings } from './reference-readings.ts'

const SEEDS = 200
const SETTING: Setting = {
  nominalHz: 50,
  nominalV: 230,
  thresholds: [-0.2, -0.5, -1, 0.2, 0.5, 1].map((deviationHz) => ({ deviationHz })),
  hysteresisHz: 0.02,
  holdMs: 500,
  settleMs: 3000,
  rocof: {
    windowMs: 1000,
    spanMs: 10_000,
    readings: 5,
    everyMs: 1000,
    limitHzPerSecond: 0.5,
    hysteresisPercent: 20,
    holdMs: 500,
  },
}
const DEVICE = { kind: 'device', id: 'm1', entry: { nominal: { voltageV: 230 } } } as const

/** What stands at the end of each event, in the shape of the reference. */
function lastOf(results: readonly TrialResult[]): FoundEvent[] {
  const events = new Map<string, FoundEvent>()
  for (const { kind, name, key, time: start, end, value, quality, fields } of results) {
    if (kind !== 'event') continue
    const cause = fields['cause']?.toString()
    const isInvalid = (quality & 3) === 1
    events.set(`${name} ${key} ${start}`, { name, key, start, end, value, cause, isInvalid })
  }
  return [...events.values()]
}

function sorted(events: readonly FoundEvent[]): FoundEvent[] {
  const place = ({ name, key, start }: FoundEvent): string => `${name} ${key} ${start}`
  return events.toSorted((left, right) => (place(left) < place(right) ? -1 : 1))
}

function assertClose(found: number, wanted: number, what: string): void {
  assert.ok(Math.abs(found - wanted) <= 1e-6, `${what}: ${found}, the reference has ${wanted}`)
}

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`as the reference has it, seed ${seed}`, async () => {
    const readings = makeReadings(seed, 2000)
    const wanted = refer(readings, SETTING)
    const trial = await Trial.start('frequency', {
      settings: SETTING,
      site: { frequencyHz: 50 },
      subjects: [DEVICE],
    })
    trial.feed(readings)
    // Two for a reading that waits for its voltage, ten more until the hour is told.
    for (let tick = 0; tick < 12; tick++) trial.tick(10_000_000_000 + tick)
    const results = trial.take()

    const [found, right] = [sorted(lastOf(results)), sorted(wanted.events)]
    for (const [at, event] of found.entries())
      assertClose(event.value, right[at]?.value ?? NaN, `${event.name} at ${event.start}`)
    const bare = (events: readonly FoundEvent[]): object[] =>
      events.map((event) => ({ ...event, value: 0 }))
    assert.deepEqual(bare(found), bare(right))

    const rocof = results.filter(({ name }) => name === 'rocof')
    assert.deepEqual(
      rocof.map(({ time }) => time),
      wanted.rocof.map(({ time }) => time),
    )
    for (const [at, { value, time }] of rocof.entries())
      assertClose(value, wanted.rocof[at]?.value ?? NaN, `rocof at ${time}`)

    const hours = new Map(
      results.filter(({ kind }) => kind === 'aggregate').map((hour) => [hour.time, hour.fields]),
    )
    const sum = (field: string): number =>
      [...hours.values()].reduce((total, fields) => total + Number(fields[field]), 0)
    assert.deepEqual(
      { samples: sum('samples'), flagged: sum('flagged'), late: sum('late') },
      wanted.counts,
    )
  })
}
