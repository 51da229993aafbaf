import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Trial, type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
/** 2023-11-15 00:00 UTC: an even hour. */
const BASE = 1_700_006_400 * SECOND

function reading(quantity: string, time: number, value: number): TrialReading {
  return { subject: 'm1', quantity, time: BASE + time, value, quality: Number.isNaN(value) ? 1 : 0 }
}

function device(
  settings: object = {},
  entry: object = { nominal: { voltageV: 100 } },
): Promise<Trial> {
  return Trial.start('power-quality', {
    settings,
    site: { frequencyHz: 50, limits: 'en50160' },
    subjects: [{ kind: 'device', id: 'm1', entry }],
  })
}

/** All that is over when the device has been quiet until `time`. */
function settle(trial: Trial, time: number): TrialResult[] {
  for (let tick = 0; tick <= 10; tick++) trial.tick(BASE + time + tick * SECOND)
  return trial.take()
}

function named(results: readonly TrialResult[], name: string, kind = 'aggregate'): TrialResult[] {
  return results.filter((result) => result.name === name && result.kind === kind)
}

function assertClose(found: unknown, wanted: number, tolerance = 1e-9): void {
  assert.ok(typeof found === 'number' && Math.abs(found - wanted) <= tolerance, `${String(found)}`)
}

describe('unbalance', () => {
  const derived = async (
    rows: readonly (readonly [string, number])[],
  ): Promise<Map<string, number>> => {
    const trial = await device()
    trial.feed(rows.map(([quantity, value]) => reading(quantity, 0, value)))
    return new Map(
      trial.take().flatMap(({ kind, name, value }) => (kind === 'derived' ? [[name, value]] : [])),
    )
  }

  test('460, 467 and 450 V between lines: NEMA 1.96 %, negative sequence 2.1465 %', async () => {
    const found = await derived([
      ['voltage.ab', 460],
      ['voltage.bc', 467],
      ['voltage.ca', 450],
    ])
    assertClose(found.get('unbalance.voltage.nema'), 1.9608, 5e-5)
    assertClose(found.get('unbalance.voltage.negative'), 2.1465, 5e-5)
    assert.equal(found.has('unbalance.voltage.zero'), false)
  })

  test('100, 90 and 100 V at 0, -120 and 120 degrees (pqopen): both sequences 3.448 %', async () => {
    const found = await derived([
      ['voltage.a', 100],
      ['voltage.b', 90],
      ['voltage.c', 100],
      ['angle.voltage.a', 0],
      ['angle.voltage.b', -120],
      ['angle.voltage.c', 120],
    ])
    assertClose(found.get('unbalance.voltage.negative'), 3.4482758620689, 1e-12)
    assertClose(found.get('unbalance.voltage.zero'), 3.4482758620689, 1e-12)
    assertClose(found.get('unbalance.voltage.nema'), 3.417, 5e-5)
  })

  test('10 V of common offset on balanced 100 V (pqopen): zero sequence 10 %, no negative one', async () => {
    const offset = [0, -120, 120].map((degrees) => {
      const [x, y] = [
        100 * Math.cos((degrees * Math.PI) / 180) + 10,
        100 * Math.sin((degrees * Math.PI) / 180),
      ]
      return [Math.hypot(x, y), (Math.atan2(y, x) * 180) / Math.PI] as const
    })
    const found = await derived(
      offset.flatMap(([volts, degrees], at) => [
        [`voltage.${'abc'[at]}`, volts] as const,
        [`angle.voltage.${'abc'[at]}`, degrees] as const,
      ]),
    )
    assertClose(found.get('unbalance.voltage.zero'), 10)
    assertClose(found.get('unbalance.voltage.negative'), 0)
  })

  test('phase voltages without angles say nothing of it, nor does a dead network', async () => {
    const phases = ['voltage.a', 'voltage.b', 'voltage.c']
    assert.equal((await derived(phases.map((one) => [one, 100]))).size, 0)
    const lines = ['voltage.ab', 'voltage.bc', 'voltage.ca']
    assert.equal((await derived(lines.map((one) => [one, 0]))).size, 0)
    const balanced = await derived(lines.map((one) => [one, 173.2]))
    assert.equal(balanced.get('unbalance.voltage.negative'), 0)
  })

  test('of ten minutes it is the root mean square, with the greatest beside it', async () => {
    const trial = await device()
    for (const [minute, value] of [170, 160, 173].entries())
      trial.feed([
        reading('voltage.ab', minute * MINUTE, 173),
        reading('voltage.bc', minute * MINUTE, 173),
        reading('voltage.ca', minute * MINUTE, value),
      ])
    const [found] = named(settle(trial, 20 * MINUTE), 'unbalance.voltage.negative')
    assert.deepEqual([found?.time, found?.end], [BASE, BASE + 10 * MINUTE])
    assert.equal(found?.fields['method'], 'line-voltages')
    assert.equal(found?.fields['samples'], 3)
    const [one, two] = [170, 160].map((value) => {
      const [p, q] = [173 ** 2, value ** 2]
      const root = Math.sqrt(3 - (6 * (2 * p * p + q * q)) / (2 * p + q) ** 2)
      return 100 * Math.sqrt((1 - root) / (1 + root))
    })
    assertClose(found?.value, Math.sqrt(((one ?? 0) ** 2 + (two ?? 0) ** 2) / 3), 1e-9)
    assertClose(found?.fields['max'], two ?? 0)
  })
})

describe('deviation of ten minutes', () => {
  const tenMinutes = async (
    values: readonly number[],
    nominal = 1,
  ): Promise<TrialResult | undefined> => {
    const entry = { nominal: { voltageV: nominal }, intervalMs: 60_000 }
    const trial = await device({ dipPercent: 60, swellPercent: 140 }, entry)
    trial.feed(values.map((value, minute) => reading('voltage.a', minute * MINUTE, value)))
    return named(settle(trial, 20 * MINUTE), 'voltage.deviation')[0]
  }
  const five = (value: number): number[] => [value, 1, value, 1, value, 1, value, 1, value, 1]

  test('five values at 0.7875 and five at 1 (pqopen): under-deviation 10 %', async () => {
    const found = await tenMinutes(five(0.7875))
    assertClose(found?.fields['under'], 9.9957, 5e-5)
    assertClose(found?.fields['over'], 0)
  })

  test('five values at 1.1917 and five at 1 (pqopen): over-deviation 10 %', async () => {
    const found = await tenMinutes(five(1.1917))
    assertClose(found?.fields['over'], 10.0034, 5e-5)
    assertClose(found?.fields['under'], 0)
  })

  test('root mean square and its deviation, extremes, and how many of the expected there were', async () => {
    const found = await tenMinutes([230, 231, NaN, 226, 229], 230)
    const rms = Math.sqrt((230 ** 2 + 231 ** 2 + 226 ** 2 + 229 ** 2) / 4)
    assertClose(found?.fields['rms'], rms)
    assertClose(found?.value, (100 * (rms - 230)) / 230)
    const { min, max, samples, expected, flagged } = found?.fields ?? {}
    assert.deepEqual(
      { min, max, samples, expected, flagged },
      { min: 226, max: 231, samples: 4, expected: 10, flagged: 0 },
    )
  })

  test('ten minutes with a dip are flagged, and those that it reaches into; a voltage that stays low is judged', async () => {
    const trial = await device()
    const at = (minute: number, value: number): TrialReading =>
      reading('voltage.a', minute * MINUTE, value)
    trial.feed([at(1, 100), at(9.5, 80), at(10.2, 80), at(10.4, 100), at(24, 80), at(31, 100)])
    const found = named(settle(trial, 60 * MINUTE), 'voltage.deviation')
    assert.deepEqual(
      found.map(({ time, fields }) => [(time - BASE) / MINUTE, fields['flagged']]),
      [
        [0, 1],
        [10, 1],
        [20, 0],
        [30, 0],
      ],
    )
  })

  test('a late reading counts while its ten minutes wait, not afterwards', async () => {
    const trial = await device()
    const at = (minute: number, value: number): TrialReading =>
      reading('voltage.a', minute * MINUTE, value)
    trial.feed([at(5, 100), at(10.5, 100), at(6, 98)])
    trial.tick(BASE + 11 * MINUTE)
    trial.feed([at(11.1, 100)])
    trial.tick(BASE + 12 * MINUTE)
    const [first] = named(trial.take(), 'voltage.deviation')
    assert.equal(first?.fields['samples'], 2)
    trial.feed([at(7, 50)])
    assert.equal(settle(trial, 30 * MINUTE).filter(({ kind }) => kind === 'event').length, 0)
  })
})

describe('distortion', () => {
  const harmonics = async (
    rows: readonly (readonly [string, number])[],
  ): Promise<TrialResult | undefined> => {
    const trial = await device()
    trial.feed(rows.map(([quantity, value]) => reading(quantity, 0, value)))
    return named(settle(trial, 20 * MINUTE), 'thd.voltage')[0]
  }

  test('a second harmonic of a tenth of the fundamental (pqopen): 10.0 %', async () => {
    const found = await harmonics([['harmonic.voltage.a.2', 10]])
    assert.equal(found?.value, 10)
    assert.deepEqual([found?.fields['method'], found?.fields['order']], ['harmonics', 2])
  })

  test('3, 4 and 12 % are 13 %', async () => {
    const found = await harmonics([
      ['harmonic.voltage.b.3', 3],
      ['harmonic.voltage.b.5', 4],
      ['harmonic.voltage.b.7', 12],
    ])
    assert.deepEqual([found?.key, found?.value, found?.fields['orders']], [1, 13, 3])
  })

  test('what a device calls its THD is taken, and marked where its harmonics contradict', async () => {
    const agreeing = await harmonics([
      ['thd.voltage.a', 5.1],
      ['harmonic.voltage.a.5', 5],
    ])
    assert.deepEqual([agreeing?.value, agreeing?.quality], [5.1, 0])
    assert.equal(agreeing?.fields['method'], 'by-device')
    const contrary = await harmonics([
      ['thd.voltage.a', 3],
      ['harmonic.voltage.a.5', 5],
    ])
    assert.deepEqual([contrary?.value, contrary?.quality], [3, 0b11 | (1 << 8)])
    const all = Array.from({ length: 24 }, (_, at) => [`harmonic.voltage.a.${at + 2}`, 1] as const)
    const complete = await harmonics([['thd.voltage.a', 8], ...all])
    assert.equal(complete?.quality, 0b11 | (1 << 8))
  })
})

describe('flicker', () => {
  const TWELVE = [0.8, 0.8, 0.8, 1.6, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8]
  const fed = async (pstTime: string, first: number): Promise<TrialResult[]> => {
    const trial = await device({ pstTime })
    trial.feed(TWELVE.map((value, at) => reading('flicker.pst', (first + at) * 10 * MINUTE, value)))
    return trial.take()
  }

  test('eleven 0.8 and one 1.6 are a Plt of 0.93243, over two hours from an even hour', async () => {
    for (const [pstTime, first] of [
      ['end', 1],
      ['start', 0],
    ] as const) {
      const results = await fed(pstTime, first)
      const [plt] = named(results, 'flicker.plt')
      assertClose(plt?.value, 0.93243, 5e-6)
      assert.deepEqual([plt?.time, plt?.end], [BASE, BASE + 120 * MINUTE])
      assert.deepEqual([plt?.quality, plt?.fields['samples']], [0, 12])
      const [sliding] = named(results, 'flicker.plt.sliding', 'derived')
      assert.deepEqual([sliding?.time, sliding?.value], [BASE + 120 * MINUTE, plt?.value])
    }
  })

  test('across an even hour the last twelve make a sliding value, and two incomplete ones', async () => {
    const trial = await device({ pstTime: 'start' })
    trial.feed(TWELVE.map((value, at) => reading('flicker.pst', (6 + at) * 10 * MINUTE, value)))
    const results = settle(trial, 300 * MINUTE)
    assertClose(named(results, 'flicker.plt.sliding', 'derived')[0]?.value, 0.93243, 5e-6)
    assert.deepEqual(
      named(results, 'flicker.plt').map(({ time, quality, fields }) => [
        (time - BASE) / MINUTE,
        quality,
        fields['samples'],
      ]),
      [
        [0, 3, 6],
        [120, 3, 6],
      ],
    )
  })

  test('a value that comes some seconds after its interval is of that interval', async () => {
    const trial = await device()
    trial.feed(
      TWELVE.map((value, at) => reading('flicker.pst', (1 + at) * 10 * MINUTE + 7 * SECOND, value)),
    )
    assert.equal(named(trial.take(), 'flicker.plt')[0]?.time, BASE)
  })
})
