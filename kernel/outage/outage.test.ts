import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { outageSettings } from '../../src/edge/site/processors/outage.ts'
import { Trial, type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'
import { referenceDefaults } from './reference-model.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const DAY = 86_400 * SECOND
/** Noon of a day. */
const NOON = 20_000 * DAY + DAY / 2

interface Meter {
  readonly id: string
  readonly entry: Readonly<Record<string, unknown>>
}

function meters(count: number, entry: Readonly<Record<string, unknown>> = {}): Meter[] {
  return Array.from({ length: count }, (_, index) => {
    return {
      id: `m${index + 1}`,
      entry: { kind: 'meter', feeder: 'f1', phase: 'a', nominal: { voltageV: 230 }, ...entry },
    }
  })
}

function voltage(subject: string, time: number, value: number, phase = 'a'): TrialReading {
  return { subject, quantity: `voltage.${phase}`, time, value }
}

function gasp(subject: string, time: number): TrialReading {
  return { subject, quantity: 'outage.last-gasp', time, value: 1 }
}

async function begin(
  devices: readonly Meter[],
  { settings = {}, feeder = {} }: { readonly settings?: object; readonly feeder?: object } = {},
): Promise<Trial> {
  const trial = await Trial.start('outage', {
    settings,
    subjects: [
      { kind: 'site', id: 'north', entry: {} },
      { kind: 'feeder', id: 'f1', entry: { voltageLevel: '10kv', ...feeder } },
      ...devices.map((device) => ({ kind: 'device' as const, ...device })),
    ],
  })
  trial.tick(NOON - MINUTE)
  trial.feed(devices.map(({ id }) => voltage(id, NOON - MINUTE, 230)))
  assert.deepEqual(trial.take(), [])
  return trial
}

function events(trial: Trial): TrialResult[] {
  return trial.take().filter(({ kind }) => kind === 'event')
}

describe('a device', () => {
  test('that loses its voltage alone is an outage of its own, from its first reading without to the first with', async () => {
    const trial = await begin(meters(10))
    trial.feed([voltage('m3', NOON, 22.9)])
    assert.deepEqual(events(trial), [])
    trial.tick(NOON + 6 * SECOND)
    trial.feed([voltage('m3', NOON + MINUTE, 27), voltage('m3', NOON + 2 * MINUTE, 27.6)])
    const [start, end, ...more] = events(trial)
    assert.deepEqual(more, [])
    assert.deepEqual(
      [start?.subject, start?.state, start?.time, start?.end, start?.value, start?.severity],
      ['m3', 'start', NOON, 0, 1, 2],
    )
    assert.deepEqual(start?.fields, {
      scope: 'device',
      phase: 'a',
      class: 'momentary',
      members: 1,
      customers: 1,
      out: 1,
      sustained: 0,
      momentary: 0,
      'customer-minutes': 0,
    })
    assert.deepEqual(
      [end?.state, end?.time, end?.end, end?.fields['duration'], end?.fields['momentary']],
      ['end', NOON, NOON + 2 * MINUTE, 120, 1],
    )
  })
})

test('5000 devices that each have an outage of their own are told of in turn, none is left out', async () => {
  const devices = meters(5000, { feeder: undefined })
  const trial = await begin(devices)
  trial.feed(devices.map(({ id }) => voltage(id, NOON, 0)))
  const perTick: number[] = []
  for (let second = 5; second < 10; second++) {
    trial.tick(NOON + second * SECOND)
    perTick.push(events(trial).length)
  }
  assert.deepEqual(perTick, [1500, 1500, 1500, 500, 0])
})

describe('a feeder', () => {
  test('trip of 400 meters is one event with its members counted, and ends once', async () => {
    const devices = meters(400)
    const trial = await begin(devices)
    trial.feed(devices.map(({ id }, index) => gasp(id, NOON + index * 1000)))
    trial.tick(NOON + 2 * SECOND)
    const [start, update, ...more] = events(trial)
    assert.deepEqual(more, [])
    assert.deepEqual([start?.subject, start?.state, start?.time], ['f1', 'start', NOON])
    assert.deepEqual([update?.state, update?.severity, update?.value], ['update', 4, 400])
    assert.deepEqual(
      [update?.fields['members'], update?.fields['out'], update?.fields['scope']],
      [400, 400, 'feeder'],
    )
    trial.feed(devices.map(({ id }, index) => voltage(id, NOON + MINUTE + index * 1000, 231)))
    trial.tick(NOON + MINUTE + 10 * SECOND)
    const [end, ...after] = events(trial)
    assert.deepEqual(after, [])
    assert.deepEqual([end?.state, end?.end], ['end', NOON + MINUTE + 399_000])
    assert.deepEqual([end?.fields['momentary'], end?.fields['sustained']], [400, 0])
  })

  test('in steps: customers times minutes of each step are added up', async () => {
    const devices = meters(2, { customers: 400 })
    devices.push({ id: 'big', entry: { kind: 'meter', feeder: 'f1', customers: 600 } })
    const trial = await begin(devices)
    trial.feed(devices.map(({ id }) => gasp(id, NOON)))
    trial.tick(NOON + 30 * MINUTE)
    trial.feed([voltage('big', NOON + 30 * MINUTE, 230)])
    trial.tick(NOON + 31 * MINUTE)
    const middle = events(trial).at(-1)
    assert.deepEqual([middle?.fields['out'], middle?.fields['customer-minutes']], [800, 18_000])
    trial.tick(NOON + 90 * MINUTE)
    trial.feed([voltage('m1', NOON + 90 * MINUTE, 230), voltage('m2', NOON + 90 * MINUTE, 230)])
    trial.tick(NOON + 91 * MINUTE)
    const end = events(trial).at(-1)
    assert.equal(end?.state, 'end')
    assert.equal(end.fields['customer-minutes'], 600 * 30 + 800 * 90)
    assert.deepEqual([end.fields['sustained'], end.fields['out']], [1400, 0])
  })

  test('one phase of it', async () => {
    const devices = [...meters(5), ...meters(5, { phase: 'b' })].map((device, index) => {
      return { ...device, id: `m${index}` }
    })
    const trial = await begin(devices)
    trial.feed(devices.slice(5).map(({ id }) => voltage(id, NOON, 3)))
    trial.tick(NOON + SECOND)
    const found = events(trial).at(-1)
    assert.deepEqual(
      [found?.fields['scope'], found?.fields['phase'], found?.fields['members']],
      ['phase', 'b', 5],
    )
  })

  test('whose terminal unit sees it dead: meters that are silent are counted, those that speak are not', async () => {
    const rtu = { id: 'rtu', entry: { kind: 'rtu', feeder: 'f1', nominal: { voltageV: 5774 } } }
    const trial = await begin([...meters(10), rtu], { feeder: { customers: 25 } })
    trial.feed([voltage('rtu', NOON - SECOND, 5800), voltage('rtu', NOON, 100)])
    const [start] = events(trial)
    assert.deepEqual(
      [start?.fields['members'], start?.fields['silent'], start?.fields['customers']],
      [10, 10, 25],
    )
    trial.feed([voltage('m1', NOON + 10 * SECOND, 230), gasp('m2', NOON + SECOND)])
    trial.tick(NOON + 11 * SECOND)
    const [update] = events(trial)
    assert.deepEqual(
      [update?.fields['members'], update?.fields['silent'], update?.fields['customers']],
      [9, 8, 24],
    )
    trial.feed([voltage('rtu', NOON + 60 * SECOND, 5800), voltage('m2', NOON + 70 * SECOND, 230)])
    trial.tick(NOON + 80 * SECOND)
    const end = events(trial).at(-1)
    assert.deepEqual([end?.state, end?.end], ['end', NOON + 70 * SECOND])
    assert.equal(end?.fields['momentary'], 24)
  })

  test('whose breaker opens alone has no outage; with one meter that goes dark the whole of it has', async () => {
    const rtu = { id: 'rtu', entry: { kind: 'rtu', feeder: 'f1', nominal: { voltageV: 5774 } } }
    const trial = await begin([...meters(10), rtu])
    const breaker = (time: number, value: number): TrialReading => {
      return { subject: 'rtu', quantity: 'breaker.position', time, value }
    }
    trial.feed([breaker(NOON - SECOND, 1), breaker(NOON, 0)])
    trial.tick(NOON + 10 * SECOND)
    assert.deepEqual(events(trial), [])
    trial.feed([breaker(NOON + MINUTE, 1), breaker(NOON + 2 * MINUTE, 0)])
    trial.feed([gasp('m4', NOON + 2 * MINUTE + SECOND)])
    const [start] = events(trial)
    assert.deepEqual(
      [start?.fields['scope'], start?.fields['members'], start?.fields['silent']],
      ['feeder', 10, 9],
    )
  })

  test('of which a recloser interrupts all for a second is one event, in whatever order it is told', async () => {
    const devices = meters(50)
    const trial = await begin(devices)
    trial.feed(devices.flatMap(({ id }) => [gasp(id, NOON), voltage(id, NOON + SECOND, 230)]))
    trial.tick(NOON + 20 * SECOND)
    const found = events(trial)
    assert.deepEqual(
      found.map(({ state, time }) => [state, time]),
      [
        ['start', NOON],
        ['end', NOON],
      ],
    )
    assert.equal(found.at(-1)?.fields['momentary'], 50)
  })
})

describe('is not an outage:', () => {
  test('silence', async () => {
    const trial = await begin(meters(10))
    for (let minute = 1; minute < 100; minute++) trial.tick(NOON + minute * MINUTE)
    assert.deepEqual(events(trial), [])
  })

  test('a phase that never had voltage, an invalid reading, a test, a late last gasp', async () => {
    const trial = await begin(meters(10, { phase: undefined }))
    trial.feed([
      voltage('m1', NOON, 0, 'b'),
      { ...voltage('m2', NOON, 0), quality: 0b01 },
      { ...voltage('m3', NOON, 0), quality: 1 << 11 },
      voltage('m4', NOON, NaN),
      voltage('m5', NOON, 230),
      gasp('m5', NOON - SECOND),
    ])
    trial.tick(NOON + MINUTE)
    assert.deepEqual(events(trial), [])
  })
})

describe('a day', () => {
  test('has a report at its end, with zeros where nothing happened; an outage belongs to the day it began', async () => {
    const trial = await begin(meters(10))
    trial.tick(NOON)
    trial.feed([gasp('m1', NOON + 6 * 60 * MINUTE)])
    trial.tick(NOON + 6 * 60 * MINUTE + 10 * SECOND)
    trial.tick(NOON + 12 * 60 * MINUTE)
    const day = trial.take().filter(({ kind, subject }) => kind === 'aggregate' && subject === 'f1')
    assert.deepEqual(
      day.map(({ name, time, end, value, revision }) => [name, time, end - time, value, revision]),
      [
        ['outage.customers-interrupted', NOON - DAY / 2, DAY, 0, 0],
        ['outage.customer-minutes', NOON - DAY / 2, DAY, 0, 0],
        ['outage.momentary-interruptions', NOON - DAY / 2, DAY, 0, 0],
      ],
    )
    assert.equal(day[0]?.fields['members'], 10)
    trial.feed([voltage('m1', NOON + 18 * 60 * MINUTE, 230)])
    trial.tick(NOON + 18 * 60 * MINUTE)
    const revised = trial.take().filter(({ name, subject }) => {
      return name === 'outage.customer-minutes' && subject === 'north'
    })
    assert.deepEqual(
      revised.map(({ time, value, revision }) => [time, value, revision]),
      [[NOON - DAY / 2, 720, 1]],
    )
  })
})

describe('settings', () => {
  test('of a site file that says nothing are those of the module', () => {
    assert.deepEqual(outageSettings.parse({}), referenceDefaults)
  })

  test('that cannot be are refused with the reason', async () => {
    const refused = async (settings: object, reason: RegExp): Promise<void> => {
      await assert.rejects(Trial.start('outage', { settings }), reason)
    }
    await refused({ lossPercent: 0 }, /lossPercent has to be above 0/)
    await refused({ lossPercent: 99, hysteresisPercent: 2 }, /at most 100/)
    await refused({ membersMin: 0 }, /membersMin/)
    await refused({ feederPercent: 0 }, /feederPercent/)
    await refused({ correlationSeconds: -1 }, /cannot be negative/)
  })
})

describe('IEEE 1366', () => {
  /** Published: 100 customers for 5 min, 200 for 10, 300 for 11, of 10,000. */
  const steps = [
    { customers: 100, minutes: 5 },
    { customers: 200, minutes: 10 },
    { customers: 300, minutes: 11 },
  ]

  async function numerators(momentarySeconds: number): Promise<Record<string, number>> {
    const devices = steps.map(({ customers }, index) => {
      return { id: `m${index + 1}`, entry: { kind: 'meter', feeder: 'f1', customers } }
    })
    const trial = await begin(devices, {
      settings: { momentarySeconds },
      feeder: { customers: 10_000 },
    })
    for (const [index, { minutes }] of steps.entries()) {
      const at = NOON + index * 60 * MINUTE
      trial.tick(at)
      trial.feed([voltage(`m${index + 1}`, at, 0)])
      trial.tick(at + 10 * SECOND)
      trial.tick(at + minutes * MINUTE)
      trial.feed([voltage(`m${index + 1}`, at + minutes * MINUTE, 231)])
      trial.tick(at + minutes * MINUTE + SECOND)
    }
    const found: Record<string, number> = {}
    for (const { kind, subject, name, value, fields } of trial.take()) {
      if (kind !== 'aggregate' || subject !== 'f1') continue
      found[name] = value
      assert.equal(fields['members'], 10_000)
    }
    return found
  }

  test('the published example: SAIFI 0.06, SAIDI 0.58, CAIDI 9.67', async () => {
    const found = await numerators(180)
    const interrupted = found['outage.customers-interrupted'] ?? 0
    const minutes = found['outage.customer-minutes'] ?? 0
    assert.equal(interrupted / 10_000, 0.06)
    assert.equal(minutes / 10_000, 0.58)
    assert.equal((minutes / interrupted).toFixed(2), '9.67')
    assert.equal(found['outage.momentary-interruptions'], 0)
  })

  test('five minutes are momentary where sustained is what lasts longer than five', async () => {
    const found = await numerators(300)
    assert.equal(found['outage.customers-interrupted'], 500)
    assert.equal(found['outage.customer-minutes'], 5300)
    assert.equal(found['outage.momentary-interruptions'], 100)
  })
})
