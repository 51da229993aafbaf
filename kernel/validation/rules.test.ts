import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { quantities, quantityOf } from '../../src/core/quantities.ts'
import { validationRules, validationSettings } from '../../src/edge/site/processors/validation.ts'
import {
  DAY,
  HOUR,
  METER,
  MINUTE,
  MONDAY,
  SECOND,
  eventsOf,
  marksOf,
  message,
  reading,
  startValidation,
} from './reference-site.ts'

const QUIET = { off: ['gap'] }

describe('schema', () => {
  test('an unmodelled quantity is told of once, and its first reading of each day is marked', async () => {
    const trial = await startValidation()
    const times = [0, SECOND, 2 * SECOND, DAY]
    trial.feed(times.map((time) => reading('wifi.rssi', MONDAY + time, -60)))
    const results = trial.take()
    assert.deepEqual(marksOf(results, MONDAY), [
      'wifi.rssi 0 invalid,badReference',
      'wifi.rssi 86400 invalid,badReference',
    ])
    assert.deepEqual(eventsOf(results, MONDAY), ['schema start 0'])
  })

  test('a number that is not finite', async () => {
    const trial = await startValidation()
    trial.feed([
      reading('voltage.a', 0, Infinity),
      reading('voltage.a', SECOND, NaN, 'invalid'),
      reading('voltage.a', 2 * SECOND, 230),
    ])
    assert.deepEqual(marksOf(trial.take()), ['voltage.a 0 invalid,badReference'])
  })

  test('a quantity whose name cannot stand in a result is still marked', async () => {
    const trial = await startValidation()
    trial.feed([reading('t (°C)', 0, 1)])
    assert.deepEqual(
      trial.take().map(({ name }) => name),
      ['validation.schema', 'validated'],
    )
  })
})

describe('range', () => {
  const NOMINAL = {
    absolute: 1,
    phaseVoltage: 230,
    lineVoltage: 230 * Math.sqrt(3),
    current: 60,
    frequency: 50,
  }
  const harmonics = ['voltage', 'current'].flatMap((of) =>
    [2, 9, 10, 49, 50].map((order) => quantityOf(`harmonic.${of}.b.${order}`)!),
  )

  test('every quantity of the table has its range, to the limit and not beyond', async () => {
    for (const { name, range } of [...quantities, ...harmonics]) {
      const power = name.match(/\.[abc]$/) === null ? 3 * 230 * 60 : 230 * 60
      const nominal = range.of === 'power' ? power : NOMINAL[range.of]
      const [low, high] = [range.min * nominal, range.max * nominal]
      // Meters print a factor of 1.001 for 1.
      const slack = name === 'power.factor' ? 0.001 : 0
      const step = Math.max(1e-9, Math.abs(high) * 1e-9, Math.abs(low) * 1e-9)
      const trial = await startValidation(name.startsWith('energy.') ? {} : METER, {
        off: ['register'],
      })
      const values = [low - slack, high + slack, low - slack - step, high + slack + step]
      trial.feed(values.map((value, at) => reading(name, at * 365 * DAY, value)))
      const found = trial.take().filter(({ kind }) => kind === 'derived')
      assert.deepEqual(
        found.filter(({ quality }) => quality === 0b1001).map(({ value }) => value),
        values.slice(2),
        name,
      )
    }
  })

  test('without a nominal value nothing is too high', async () => {
    const trial = await startValidation({}, QUIET)
    trial.feed([reading('voltage.a', 0, 1e6), reading('voltage.a', 1, -1)])
    assert.deepEqual(marksOf(trial.take()), ['voltage.a 0.000001 invalid,outOfRange'])
  })

  test('one event from the first reading outside to the first of ten inside', async () => {
    const trial = await startValidation(METER, { off: ['spike'] })
    const values = [230, 400, 410, 231, 420, ...Array.from({ length: 12 }, () => 232)]
    trial.feed(values.map((value, at) => reading('voltage.a', at * SECOND, value)))
    const results = trial.take()
    assert.deepEqual(marksOf(results), [
      'voltage.a 1 invalid,outOfRange',
      'voltage.a 2 invalid,outOfRange',
      'voltage.a 4 invalid,outOfRange',
    ])
    assert.deepEqual(eventsOf(results), ['range start 1', 'range end 1..5'])
    assert.deepEqual(results.at(-1)?.fields, { quantity: 'voltage.a', samples: 3 })
  })

  test('energy: no more than can flow', async () => {
    const trial = await startValidation()
    // 20 times 3 * 230 V * 60 A: 828 kWh in an hour.
    const values = [1000, 829_000, 1_658_001]
    trial.feed(values.map((value, at) => reading('energy.active.import', at * HOUR, value)))
    const results = trial.take()
    assert.deepEqual(marksOf(results), ['energy.active.import 7200 invalid,outOfRange'])
    assert.deepEqual(eventsOf(results), ['range end 3600..7200'])
  })
})

describe('register', () => {
  const registers = async (values: readonly number[], entry = {}): Promise<string[][]> => {
    const trial = await startValidation(entry)
    trial.feed(values.map((value, at) => reading('energy.active.import', at * MINUTE, value)))
    const results = trial.take()
    return [eventsOf(results), marksOf(results)]
  }

  test('rollover of six digits of kWh: told of, and nothing wrong with it', async () => {
    assert.deepEqual(await registers([999_999_500, 999_999_900, 400, 900]), [
      ['register end 60..120 rollover'],
      [],
    ])
    assert.deepEqual(await registers([999_999_500, 999_999_900, 400], METER), [
      ['register end 60..120 rollover'],
      [],
    ])
  })

  test('reset: it begins at nearly 0 again', async () => {
    assert.deepEqual(await registers([5_123_000, 5_123_400, 0, 300]), [
      ['register end 60..120 reset'],
      ['energy.active.import 120 questionable'],
    ])
  })

  test('exchange: another meter with a past of its own', async () => {
    assert.deepEqual(await registers([5_123_000, 5_123_400, 812_000, 812_300]), [
      ['register end 60..120 exchange'],
      ['energy.active.import 120 questionable'],
    ])
  })

  test('near the end of the scale, but more would have flowed than can', async () => {
    assert.deepEqual(await registers([99_500_000, 99_600_000, 300_000], METER), [
      ['range end 0..60', 'register end 60..120 reset'],
      ['energy.active.import 60 invalid,outOfRange', 'energy.active.import 120 questionable'],
    ])
  })
})

describe('spike', () => {
  /** Ninety-six quarters of an hour of one day. */
  function quarters(special: Readonly<Record<number, number>>): number[] {
    return Array.from({ length: 96 }, (_, at) => special[at] ?? 100)
  }

  test('CPUC: the highest interval may be 180 % above the third highest, not more', async () => {
    for (const [highest, isSpike] of [
      [336, false],
      [336.1, true],
    ] as const) {
      const trial = await startValidation({}, { off: ['stuck'] })
      const days = [...quarters({ 40: highest, 50: 130, 60: 120 }), ...quarters({})]
      trial.feed(
        days.map((value, at) => reading('power.active', MONDAY + (at + 1) * 15 * MINUTE, value)),
      )
      const results = trial.take()
      const at = 41 * 900
      assert.deepEqual(marksOf(results, MONDAY), isSpike ? [`power.active ${at} questionable`] : [])
      assert.deepEqual(eventsOf(results, MONDAY), isSpike ? [`spike end ${at - 900}..${at}`] : [])
    }
  })

  test('of a register, by the quarter of an hour, once the day is over', async () => {
    const trial = await startValidation({}, {})
    let register = 0
    const uses = quarters({ 40: 400 })
    trial.feed([reading('energy.active.import', MONDAY, 0)])
    for (const [at, use] of uses.entries()) {
      for (let minute = 1; minute <= 15; minute++)
        trial.feed([
          reading(
            'energy.active.import',
            MONDAY + (at * 15 + minute) * MINUTE,
            (register += use / 15),
          ),
        ])
    }
    assert.deepEqual(marksOf(trial.take(), MONDAY), [])
    trial.tick(MONDAY + DAY + 10 * MINUTE)
    const results = trial.take()
    assert.deepEqual(marksOf(results, MONDAY), ['energy.active.import 36900 questionable'])
    assert.deepEqual(eventsOf(results, MONDAY), ['spike end 36000..36900'])
    const spike = results.find(({ name }) => name === 'validation.spike')
    assert.equal(spike?.value.toFixed(6), '1600.000000')
    assert.equal(Number(spike?.fields['limit']).toFixed(6), '1120.000000')
  })

  test('Hampel: one reading that sticks out, not a step', async () => {
    const trial = await startValidation(METER, QUIET)
    const values = [230, 230.4, 229.8, 260, 230.1, 230.2, 229.9, 230, 240, 240.1, 240.2, 239.9, 240]
    trial.feed(values.map((value, at) => reading('voltage.a', at * SECOND, value)))
    assert.deepEqual(marksOf(trial.take()), ['voltage.a 3 questionable'])
  })
})

describe('stuck', () => {
  test('the same value thirty times in a row; the event begins with the first of them', async () => {
    const trial = await startValidation(METER, QUIET)
    const values = [
      ...Array.from({ length: 32 }, () => 231.5),
      ...Array.from({ length: 10 }, (_, at) => 231 + at / 100),
    ]
    trial.feed(values.map((value, at) => reading('voltage.a', at * MINUTE, value)))
    const results = trial.take()
    assert.deepEqual(marksOf(results), [
      'voltage.a 1740 questionable,oldData',
      'voltage.a 1800 questionable,oldData',
      'voltage.a 1860 questionable,oldData',
    ])
    assert.deepEqual(eventsOf(results), ['stuck start 0', 'stuck end 0..1920'])
  })

  test('by the second it takes five minutes', async () => {
    const trial = await startValidation(METER, QUIET)
    trial.feed(Array.from({ length: 302 }, (_, at) => reading('current.a', at * SECOND, 1.15)))
    assert.deepEqual(marksOf(trial.take()), [
      'current.a 300 questionable,oldData',
      'current.a 301 questionable,oldData',
    ])
  })

  test('never a 0, and never a register or a breaker', async () => {
    const trial = await startValidation(METER, QUIET)
    for (const [quantity, value] of [
      ['current.a', 0],
      ['energy.active.import', 5000],
      ['breaker.position', 1],
      ['frequency', 50],
    ] as const)
      trial.feed(Array.from({ length: 100 }, (_, at) => reading(quantity, at * SECOND, value)))
    assert.deepEqual(marksOf(trial.take()), [])
  })
})

describe('clock', () => {
  test('dated more than three minutes ahead of the edge', async () => {
    const trial = await startValidation(METER, QUIET)
    trial.tick(MONDAY)
    trial.feed([
      reading('voltage.a', MONDAY + 180 * SECOND, 230),
      reading('voltage.a', MONDAY + 181 * SECOND, 230),
      reading('voltage.a', MONDAY + 365 * DAY, 230),
      reading('voltage.a', MONDAY + 179 * SECOND, 230),
    ])
    const results = trial.take()
    assert.deepEqual(marksOf(results, MONDAY), [
      'voltage.a 181 questionable,clockNotSynchronised',
      'voltage.a 31536000 questionable,clockNotSynchronised',
    ])
    assert.deepEqual(eventsOf(results, MONDAY), ['clock start 0'])
  })

  test('a device that says so itself', async () => {
    const trial = await startValidation(METER, QUIET)
    trial.feed([reading('voltage.a', MONDAY, 230, 'clockNotSynchronised')])
    assert.deepEqual(marksOf(trial.take(), MONDAY), [
      'voltage.a 0 questionable,clockNotSynchronised',
    ])
  })
})

test('two readings of one time contradict each other', async () => {
  const trial = await startValidation(METER, QUIET)
  trial.feed([reading('voltage.a', SECOND, 230), reading('voltage.a', SECOND, 231)])
  assert.deepEqual(marksOf(trial.take()), ['voltage.a 1 questionable,inconsistent'])
})

test('a reading that is invalid stays so, whatever else is wrong with it', async () => {
  const trial = await startValidation(METER, QUIET)
  trial.feed([
    reading('voltage.a', SECOND, 230, 'invalid,failure'),
    reading('voltage.a', SECOND, 500, 'questionable,oldData'),
  ])
  assert.deepEqual(marksOf(trial.take()), ['voltage.a 1 invalid,outOfRange,oldData,inconsistent'])
})

test('what is switched off is not looked at', async () => {
  const off = [
    'schema',
    'range',
    'register',
    'spike',
    'stuck',
    'gap',
    'conflict',
    'clock',
    'cross',
    'energised',
    'register-sum',
  ]
  const trial = await startValidation(METER, { off })
  trial.tick(MONDAY)
  trial.feed([
    reading('x', MONDAY, 1),
    reading('voltage.a', MONDAY, 1000),
    reading('voltage.a', MONDAY + DAY, 1),
    reading('voltage.a', MONDAY + DAY, 2),
    reading('frequency', MONDAY + DAY, 2),
    reading('energy.active.import', MONDAY + DAY, 2000),
    reading('energy.active.import', MONDAY + DAY + 1, 1),
    ...Array.from({ length: 100 }, (_, at) => reading('current.a', MONDAY + at * SECOND, 5)),
    ...message(MONDAY, {
      'power.active': 1,
      'power.active.a': 1000,
      'power.active.b': 0,
      'power.active.c': 0,
    }),
  ])
  trial.tick(MONDAY + 2 * HOUR)
  const results = trial.take()
  assert.deepEqual([...marksOf(results), ...eventsOf(results)], [])
})

test('the defaults of the settings are those of the module, and the example of the page is one', async () => {
  const defaults = validationSettings.parse({})
  const samples = [
    reading('voltage.a', MONDAY, 500),
    ...Array.from({ length: 40 }, (_, at) => reading('current.a', MONDAY - (40 - at) * MINUTE, 5)),
    ...message(MONDAY + SECOND, {
      'power.active': 6980,
      'power.active.a': 1111,
      'power.active.b': 2222,
      'power.active.c': 3333,
    }),
    ...message(MONDAY + 2 * SECOND, { 'voltage.a': 22.9, frequency: 50 }),
    ...message(MONDAY + 3 * SECOND, { 'voltage.a': 23, frequency: 50 }),
  ]
  const results = await Promise.all(
    [{}, defaults].map(async (settings) => {
      const trial = await startValidation(METER, settings)
      trial.tick(MONDAY)
      trial.feed(samples)
      trial.tick(MONDAY + HOUR)
      return trial.take()
    }),
  )
  assert.ok(results[0]!.length > 10)
  assert.deepEqual(results[0], results[1])

  const page = readFileSync(new URL('../../docs/processors/validation.md', import.meta.url), 'utf8')
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(page) ?? []
  const { processors } = parse(yaml) as { processors: { validation: object } }
  assert.deepEqual(validationSettings.parse(processors.validation).off, ['stuck'])
  for (const rule of validationRules) assert.ok(page.includes(`| \`${rule}\``), rule)
  const wrong = [
    { off: ['x'] },
    { cross: { powerFactor: 0.029 } },
    { spike: { sigmas: 0 } },
    { x: 1 },
  ]
  for (const settings of wrong) assert.equal(validationSettings.safeParse(settings).success, false)
})
