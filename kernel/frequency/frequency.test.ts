import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { frequencySettings } from '../../src/edge/site/processors/frequency.ts'
import { Trial, type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'
import { makeReadings } from './reference-readings.ts'

const SECOND = 1_000_000
const SITE = { frequencyHz: 50, limits: 'gbt' }
const METER = { kind: 'device', id: 'm1', entry: { nominal: { voltageV: 230 } } } as const

/** One frequency a second from second 0. */
function everySecond(values: readonly number[], from = 0): TrialReading[] {
  return values.map((value, at) => one('frequency', (from + at) * SECOND, value))
}

function one(quantity: string, time: number, value: number, quality = 0): TrialReading {
  return { subject: 'm1', quantity, time, value, quality }
}

function start(settings: object = {}): Promise<Trial> {
  return Trial.start('frequency', { settings, site: SITE, subjects: [METER] })
}

function eventsOf(results: readonly TrialResult[], name: string): TrialResult[] {
  return results.filter((result) => result.kind === 'event' && result.name === name)
}

const ONE_LIMIT = { thresholds: [{ deviationHz: -0.2, severity: 'minor' }], holdMs: 2000 }

describe('thresholds', () => {
  test('an event begins where readings stay beyond for the hold time, and ends beyond the hysteresis', async () => {
    const trial = await start(ONE_LIMIT)
    trial.feed(everySecond([50, 49.79, 49.78, 49.7, 49.81, 49.819, 49.82, 50]))
    const [begun, ended, ...more] = eventsOf(trial.take(), 'frequency.low')
    assert.equal(more.length, 0)
    assert.equal(begun?.state, 'start')
    assert.deepEqual([begun?.time, begun?.end, begun?.value], [SECOND, 0, 49.7])
    assert.deepEqual([begun?.severity, begun?.fields['limit']], [2, 49.8])
    assert.equal(ended?.state, 'end')
    assert.deepEqual([ended?.time, ended?.end, ended?.value], [SECOND, 6 * SECOND, 49.7])
    assert.deepEqual([ended?.fields['samples'], ended?.fields['duration']], [5, 5])
  })

  test('a reading on the good side of the limit begins the hold anew', async () => {
    const trial = await start(ONE_LIMIT)
    trial.feed(everySecond([49.7, 49.7, 49.8, 49.7, 49.7, 50]))
    assert.deepEqual(eventsOf(trial.take(), 'frequency.low'), [])
  })

  test('every stage of a fall is an event of its own; the deepest value is told again', async () => {
    const trial = await start({ holdMs: 0 })
    trial.feed(everySecond([50, 49.75, 49.45, 48.95]))
    const low = eventsOf(trial.take(), 'frequency.low')
    assert.deepEqual(
      low.map(({ key, time, severity }) => [key, time / SECOND, severity]),
      [
        [0, 1, 1],
        [1, 2, 2],
        [2, 3, 4],
      ],
    )
    trial.tick(5 * SECOND)
    const updated = trial.take().map(({ key, state, value }) => [key, state, value])
    assert.deepEqual(updated, [
      [0, 'update', 48.95],
      [1, 'update', 48.95],
    ])
  })

  test('60 Hz networks have their limits around 60', async () => {
    const trial = await Trial.start('frequency', { site: { frequencyHz: 60 }, subjects: [METER] })
    trial.feed(everySecond([60, 60.25, 60.25, 60.1]))
    const [begun] = eventsOf(trial.take(), 'frequency.high')
    assert.equal(begun?.fields['limit'], 60.2)
  })
})

describe('rate of change', () => {
  const FALL = [50, 49.9, 49.8, 49.7, 49.6, 49.5, 49.4]

  test('a straight fall has its slope, from the fifth reading on, and again when its window has passed', async () => {
    const trial = await start()
    trial.feed(everySecond([...FALL, 49.3, 49.2, 49.1]))
    const rocof = trial.take().filter(({ name }) => name === 'rocof')
    assert.deepEqual(
      rocof.map(({ time }) => time / SECOND),
      [4, 8],
    )
    for (const { value } of rocof) assert.ok(Math.abs(value + 0.1) < 1e-9)
  })

  test('missing rows bend nothing: two seconds are two seconds', async () => {
    const trial = await start()
    trial.feed(everySecond(FALL).filter((_, at) => at !== 2 && at !== 4))
    const [last] = trial.take().filter(({ name }) => name === 'rocof')
    assert.equal(last?.time, 6 * SECOND)
    assert.ok(Math.abs((last?.value ?? 0) + 0.1) < 1e-9)
  })

  test('the least squares of readings that are not on a line', async () => {
    const trial = await start({ rocof: { readings: 4 } })
    trial.feed(everySecond([50, 50.2, 50.1, 50.3]))
    const [rocof] = trial.take().filter(({ name }) => name === 'rocof')
    assert.ok(Math.abs((rocof?.value ?? 0) - 0.08) < 1e-9)
  })

  test('a loss of mains at 1 Hz/s and more is an event; a device that sends its own rocof keeps the name', async () => {
    const trial = await start()
    const fall = Array.from({ length: 40 }, (_, at) =>
      one('frequency', at * 50_000, 50 - at * 0.06),
    )
    trial.feed([one('rocof', 0, 0), ...fall])
    trial.feed([one('frequency', 10 * SECOND, 50)])
    const results = trial.take()
    assert.ok(results.some(({ name }) => name === 'rocof.computed'))
    const [event] = eventsOf(results, 'frequency.rocof')
    assert.deepEqual([event?.key, event?.time], [0, 200_000])
    assert.ok(Math.abs((event?.value ?? 0) + 1.2) < 1e-9)
  })
})

describe('after the voltage is gone', () => {
  const CLAMP = [50, 50, 49.1, 47.6, 46.2, 45, 45, 45]

  test('a frequency that falls to its clamp is no under-frequency, even where it comes before the voltage', async () => {
    const trial = await start({ holdMs: 0 })
    trial.feed(
      CLAMP.flatMap((value, at) => [
        one('frequency', at * SECOND, value),
        one('voltage.a', at * SECOND, at < 2 ? 230 : 3),
      ]),
    )
    const results = trial.take()
    assert.deepEqual(
      results
        .filter(({ kind }) => kind === 'event')
        .map(({ name, state, time }) => [name, state, time]),
      [['frequency.unusable', 'start', 2 * SECOND]],
    )
    assert.equal(results.at(-1)?.fields['cause'], 'voltage-gone')
  })

  test('it counts again once the voltage is back and has settled', async () => {
    const trial = await start({ holdMs: 0, settleMs: 2000 })
    const volts = [230, 0, 0, 230, 230, 230, 230]
    const hertz = [50, 46, 45, 45.5, 48, 50, 49.7]
    trial.feed(
      volts.flatMap((value, at) => [
        one('voltage.a', at * SECOND, value),
        one('frequency', at * SECOND, hertz[at] ?? 50),
      ]),
    )
    const events = trial.take().filter(({ kind }) => kind === 'event')
    assert.deepEqual(
      events.map(({ name, state, time, end }) => [name, state, time / SECOND, end / SECOND]),
      [
        ['frequency.unusable', 'start', 1, 0],
        ['frequency.unusable', 'end', 1, 5],
        ['frequency.low', 'start', 6, 0],
      ],
    )
  })

  test('an event that was real ends with the voltage; one that began after it was last seen is invalid', async () => {
    const trial = await start({ holdMs: 0 })
    trial.feed([
      one('voltage.a', 0, 230),
      ...everySecond([49.7, 49.7]),
      one('voltage.a', 1 * SECOND, 228),
      ...everySecond([48.9, 48], 2),
      one('voltage.a', 4 * SECOND, 2),
    ])
    const ended = trial.take().filter(({ state }) => state === 'end')
    assert.deepEqual(
      ended.map(({ key, end, quality, fields }) => [key, end / SECOND, quality, fields['cause']]),
      [
        [0, 4, 0, 'voltage-gone'],
        [1, 4, 1, 'voltage-gone'],
        [2, 4, 1, 'voltage-gone'],
      ],
    )
  })

  test('one phase of three is enough to measure a frequency', async () => {
    const trial = await start({ holdMs: 0 })
    trial.feed([
      one('voltage.a', 0, 0),
      one('voltage.b', 0, 0),
      one('voltage.c', 0, 229),
      one('frequency', 0, 49.7),
    ])
    assert.equal(eventsOf(trial.take(), 'frequency.low').length, 1)
  })

  test('without any voltage reading, the clamp itself is out of range', async () => {
    const trial = await start({ holdMs: 0 })
    trial.feed(everySecond([50, 45, 45]))
    const [event, ...more] = trial.take().filter(({ kind }) => kind === 'event')
    assert.deepEqual([event?.name, event?.fields['cause']], ['frequency.unusable', 'out-of-range'])
    assert.equal(more.length, 0)
  })

  test('a frequency whose voltage does not come is judged by the second tick', async () => {
    const trial = await start({ holdMs: 0 })
    trial.feed([one('voltage.a', 0, 230), one('frequency', SECOND, 49.7)])
    trial.tick(2 * SECOND)
    assert.equal(trial.take().length, 0)
    trial.tick(3 * SECOND)
    assert.equal(eventsOf(trial.take(), 'frequency.low').length, 1)
  })
})

test('the nominal voltage may be that of the level which the feeder hangs on', async () => {
  const subjects = [
    { kind: 'voltageLevel', id: '10kv', entry: { nominalV: 10_000 } },
    { kind: 'feeder', id: 'f1', entry: { voltageLevel: '10kv' } },
    { kind: 'device', id: 'm1', entry: { feeder: 'f1' } },
  ] as const
  const trial = await Trial.start('frequency', { settings: { holdMs: 0 }, site: SITE, subjects })
  trial.feed([one('voltage.ab', 0, 900), one('frequency', 0, 46)])
  assert.equal(trial.take()[0]?.fields['cause'], 'voltage-gone')
})

test('an hour is summed up when the next begins, or when the device has been quiet', async () => {
  const entry = { intervalMs: 900_000 }
  const trial = await Trial.start('frequency', { subjects: [{ kind: 'device', id: 'm1', entry }] })
  const quarter = 900 * SECOND
  trial.feed([
    one('frequency', 0, 50.02),
    one('frequency', quarter, 49.98),
    one('frequency', 2 * quarter, NaN, 1),
    one('frequency', quarter, 49.9),
    one('frequency', 4 * quarter, 50),
  ])
  const [hour] = trial.take().filter(({ name }) => name === 'frequency.hour')
  assert.deepEqual([hour?.time, hour?.end, hour?.value], [0, 4 * quarter, 50])
  assert.deepEqual(hour?.fields, {
    method: 'mean',
    min: 49.98,
    max: 50.02,
    samples: 2,
    flagged: 1,
    late: 1,
    expected: 4,
    missing: 1,
  })
  for (let tick = 0; tick <= 10; tick++) trial.tick(9 * quarter + tick * SECOND)
  const [second, ...more] = trial.take()
  assert.deepEqual([second?.time, second?.value, second?.revision], [4 * quarter, 50, 0])
  assert.equal(more.length, 0)
})

test('settings that make no sense are refused', async () => {
  await assert.rejects(start({ rocof: { readings: 2 } }), /no slope from two readings/)
  await assert.rejects(start({ thresholds: [{ deviationHz: 0 }] }), /other than 0/)
})

test('what a site file leaves out is what the module takes by itself', async () => {
  const readings = makeReadings(3, 3000)
  const outputs: TrialResult[][] = []
  for (const settings of [{}, frequencySettings.parse({})]) {
    const trial = await start(settings)
    trial.feed(readings)
    outputs.push(trial.take())
  }
  assert.ok((outputs[0]?.length ?? 0) > 50)
  assert.deepEqual(outputs[1], outputs[0])
})
