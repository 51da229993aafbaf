import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BEGIN, DAYS, IMPORT, MINUTE, registers, start, theftReadings } from './reference-stand.ts'

/** Readings of some hours in batches, some of which end with a tick. */
const batches = fc.array(
  fc.record({
    readings: fc.array(
      fc.record({
        subject: fc.constantFrom('head', 'm1', 'm2'),
        quantity: fc.constantFrom(
          IMPORT,
          IMPORT,
          'energy.active.export',
          'power.active',
          'voltage.a',
          'voltage.b',
          'current.a',
        ),
        minute: fc.double({ min: 0, max: 400, noNaN: true }),
        value: fc.double({ min: 0, max: 1e4, noDefaultInfinity: true }),
        quality: fc.constantFrom(0, 0, 0, 1, 3, 1 << 13),
      }),
      { maxLength: 40 },
    ),
    isSorted: fc.boolean(),
    tickMinute: fc.option(fc.double({ min: 0, max: 4000, noNaN: true })),
  }),
  { minLength: 2, maxLength: 6 },
)

test('restored from a snapshot after any batch, and however readings are cut into batches, outputs are the same to the byte', async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.nat({ max: 5 }), async (given, cutAt) => {
      const whole = await start({})
      let cut = await start({})
      for (const [index, { readings, isSorted, tickMinute }] of given.entries()) {
        const batch = readings.map(({ minute, value, ...rest }) => {
          const time = BEGIN + Math.floor((minute + 200 * index) * MINUTE)
          return { ...rest, time, value: rest.quantity === IMPORT ? time / 1e9 : value }
        })
        if (isSorted) batch.sort((one, other) => one.time - other.time)
        const outputs = [whole, cut].map((trial) => {
          if (trial === whole) trial.feed(batch)
          else for (const reading of batch) trial.feed([reading])
          if (tickMinute !== null) trial.tick(BEGIN + Math.floor(tickMinute * MINUTE))
          return trial.take()
        })
        assert.deepEqual(outputs[1], outputs[0])
        assert.deepEqual(cut.save().bytes, whole.save().bytes)
        if (index === cutAt % given.length) cut = await start({ state: cut.save() })
      }
    }),
    { numRuns: 60, seed: 5 },
  )
})

test('a snapshot in the midst of an alarm goes on with it', async () => {
  const setting = {
    meters: Array.from({ length: 6 }, () => ({})),
    settings: { days: 4, daysOver: 3 },
  }
  const readings = theftReadings(DAYS, false)
  const whole = await start(setting)
  whole.feed(readings)
  const expected = whole.take()
  for (const share of [0.2, 0.55, 0.9]) {
    const before = await start(setting)
    const place = Math.floor(readings.length * share)
    before.feed(readings.slice(0, place))
    const found = before.take()
    const again = await start({ ...setting, state: before.save() })
    again.feed(readings.slice(place))
    assert.deepEqual([...found, ...again.take()], expected)
  }
})

test('where a meter was added to a feeder it begins anew, and with another interval all do', async () => {
  const readings = registers(30, { head: 10_000, m1: 6000, m2: 3500 })
  const before = await start({})
  before.feed(readings.slice(0, 60))
  before.take()
  const { bytes, subjects, points } = before.save()
  const m3 = {
    number: subjects.length,
    kind: 'device' as const,
    id: 'm3',
    entry: { kind: 'meter', feeder: 'f1' },
  }
  const grown = await start({ state: { bytes, points, subjects: [...subjects, m3] } })
  grown.feed(readings.slice(60))
  assert.deepEqual(grown.take(), [])
  await assert.rejects(start({ settings: { intervalMinutes: 30 }, state: before.save() }))
})
