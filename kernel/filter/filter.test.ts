import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { parse } from 'yaml'
import { filterSettings } from '../../src/edge/site/processors/filter.ts'
import { Trial, type TrialResult } from '../../src/kernel/trial.ts'

const SECOND = 1_000_000
const DAY = 86_400 * SECOND

type Sample = readonly [second: number, value: number, quality?: number]

async function filter(rule: object): Promise<Trial> {
  return Trial.start('filter', { settings: { rules: [{ quantities: ['*'], ...rule }] } })
}

function feed(trial: Trial, samples: readonly Sample[], quantity = 'voltage.a'): void {
  trial.feed(
    samples.map(([second, value, quality = 0]) => {
      return { subject: 'm1', quantity, time: second * SECOND, value, quality }
    }),
  )
}

function passed(trial: Trial): Sample[] {
  return trial
    .take()
    .filter(({ kind }) => kind === 'derived')
    .map(({ time, value, quality }) =>
      quality === 0 ? [time / SECOND, value] : [time / SECOND, value, quality],
    )
}

function days(results: readonly TrialResult[]): object[] {
  return results
    .filter(({ kind }) => kind === 'aggregate')
    .map(({ name, time, end, value, revision, fields }) => {
      return { name, time, end, value, revision, fields }
    })
}

describe('deadband', () => {
  test('passes what differs by more than the error, compared with what was passed last', async () => {
    const trial = await filter({ method: 'deadband', error: 1 })
    feed(trial, [
      [0, 230],
      [1, 231],
      [2, 230.5],
      [3, 231.5],
      [4, 230.6],
      [5, 230.4],
    ])
    assert.deepEqual(passed(trial), [
      [0, 230],
      [3, 231.5],
      [5, 230.4],
    ])
  })

  test('in % of the reading passed last; the greater of the two counts', async () => {
    const trial = await filter({ method: 'deadband', error: 0.5, percent: 1 })
    feed(trial, [
      [0, 200],
      [1, 202],
      [2, 202.5],
      [3, 10],
      [4, 10.4],
      [5, 10.6],
    ])
    assert.deepEqual(passed(trial), [
      [0, 200],
      [2, 202.5],
      [3, 10],
      [5, 10.6],
    ])
  })

  test('a reading passes after the maximum silence, whatever it says', async () => {
    const trial = await filter({ method: 'deadband', error: 5, maximumSilenceMs: 3000 })
    feed(
      trial,
      [0, 1, 2, 3, 4, 5, 6, 7].map((second) => [second, 100]),
    )
    assert.deepEqual(passed(trial), [
      [0, 100],
      [3, 100],
      [6, 100],
    ])
  })
})

test('exception: what is the same as before is left out', async () => {
  const trial = await filter({ method: 'exception' })
  feed(trial, [
    [0, 1],
    [1, 1],
    [2, 0],
    [3, 0],
    [4, 1],
    [5, 1, 3],
    [6, 1, 3],
    [7, 1],
  ])
  assert.deepEqual(passed(trial), [
    [0, 1],
    [2, 0],
    [4, 1],
    [5, 1, 3],
    [7, 1],
  ])
})

describe('swinging door', () => {
  test('a straight line is its two ends, a corner is passed', async () => {
    const trial = await filter({ method: 'swinging-door', error: 0.5 })
    const ramp: Sample[] = Array.from({ length: 10 }, (_, at) => [at, at])
    feed(trial, [...ramp, [10, 8], [11, 7], [12, 6]])
    assert.deepEqual(passed(trial), [
      [0, 0],
      [9, 9],
    ])
    trial.tick(12 * SECOND + 900 * SECOND)
    assert.deepEqual(passed(trial), [[12, 6]])
  })

  test('the line goes by every reading, where the plain doors would be off by more than the error', async () => {
    const trial = await filter({ method: 'swinging-door', error: 1 })
    // The doors of (1, 1) and (2, -0.9) both let a slope of 0.02 through; yet the line to (2, -0.9) is 1.45 off at (1, 1).
    feed(trial, [
      [0, 0],
      [1, 1],
      [2, -0.9],
      [3, -2.9],
      [4, -2.9],
    ])
    assert.deepEqual(passed(trial), [
      [0, 0],
      [1, 1],
      [3, -2.9],
    ])
  })

  test('a change of quality passes, and the end of the line before it', async () => {
    const trial = await filter({ method: 'swinging-door', error: 1 })
    feed(trial, [
      [0, 5],
      [1, 5],
      [2, 5],
      [3, Number.NaN, 1],
      [4, Number.NaN, 1],
      [5, 5],
    ])
    assert.deepEqual(passed(trial), [
      [0, 5],
      [2, 5],
      [3, Number.NaN, 1],
      [5, 5],
    ])
  })
})

test('decimation: one of so many, or the first of each interval', async () => {
  const every = await filter({ method: 'decimation', every: 3 })
  feed(
    every,
    Array.from({ length: 8 }, (_, at) => [at, at]),
  )
  assert.deepEqual(passed(every), [
    [0, 0],
    [3, 3],
    [6, 6],
  ])
  const interval = await filter({ method: 'decimation', intervalMs: 60_000 })
  feed(interval, [
    [-70, 0],
    [-65, 1],
    [-59, 2],
    [-1, 3],
    [0, 4],
    [30, 5],
    [61, 6],
  ])
  assert.deepEqual(passed(interval), [
    [-70, 0],
    [-59, 2],
    [0, 4],
    [61, 6],
  ])
})

test('a late reading does not pass, and is counted', async () => {
  const trial = await filter({ method: 'deadband', error: 1 })
  feed(trial, [
    [10, 1],
    [5, 100],
    [10, 50],
    [11, 1.5],
    [12, 3],
  ])
  assert.deepEqual(passed(trial), [
    [10, 1],
    [12, 3],
  ])
  trial.tick(DAY + 601 * SECOND)
  assert.deepEqual(days(trial.take()), [
    {
      name: 'filter.day',
      time: 0,
      end: DAY,
      value: 2 / 3,
      revision: 0,
      fields: { quantity: 'voltage.a', samples: 3, passed: 2, late: 2, limit: 1, max: 0.5 },
    },
  ])
})

test('a day that is told of is told of again when more of it comes', async () => {
  const trial = await filter({ method: 'swinging-door', error: 1, percent: 1 })
  feed(trial, [
    [0, 200],
    [1, 200],
    [2, 200],
  ])
  trial.tick(DAY + 601 * SECOND)
  const limits = { quantity: 'voltage.a', late: 0, limit: 2 }
  const whole = { name: 'filter.day', time: 0, end: DAY }
  assert.deepEqual(days(trial.take()), [
    { ...whole, value: 2 / 3, revision: 0, fields: { ...limits, samples: 3, passed: 2 } },
  ])
  trial.tick(DAY + 602 * SECOND)
  feed(trial, [
    [3, 200],
    [90_000, 200],
  ])
  assert.deepEqual(days(trial.take()), [
    { ...whole, value: 2 / 4, revision: 1, fields: { ...limits, samples: 4, passed: 2 } },
  ])
})

test('the first rule that fits counts, and what no rule fits is not put out', async () => {
  const settings = filterSettings.parse({
    rules: [
      { quantities: ['voltage.a'], method: 'decimation', every: 2 },
      { quantities: ['voltage.*', 'frequency'], method: 'exception' },
    ],
  })
  const trial = await Trial.start('filter', { settings })
  for (const quantity of ['voltage.a', 'voltage.b', 'frequency', 'current.a'])
    feed(
      trial,
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
      quantity,
    )
  const counts: Record<string, number> = {}
  for (const { name } of trial.take()) counts[name] = (counts[name] ?? 0) + 1
  assert.deepEqual(counts, {
    'filtered.voltage.a': 2,
    'filtered.voltage.b': 3,
    'filtered.frequency': 3,
  })
})

test('a quantity that cannot stand in a name is left alone', async () => {
  const trial = await filter({ method: 'exception' })
  feed(trial, [[0, 1]], 'température (°C)')
  feed(trial, [[0, 1]], '-')
  feed(trial, [[0, 1]], 'x'.repeat(64))
  assert.deepEqual(
    trial.take().map(({ name }) => name),
    [`filtered.${'x'.repeat(64)}`],
  )
})

test('the settings and the example of the page', async () => {
  const page = readFileSync(new URL('../../docs/processors/filter.md', import.meta.url), 'utf8')
  const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(page) ?? []
  const { processors } = parse(yaml) as { processors: { filter: object } }
  assert.equal(filterSettings.parse(processors.filter).rules.length, 4)

  const trial = await filter({ method: 'deadband', error: 1 })
  feed(trial, [
    [10, 1],
    [11, 1.5],
    [12, 3],
    [5, 100],
  ])
  assert.deepEqual(passed(trial), [
    [10, 1],
    [12, 3],
  ])
  trial.tick(DAY + 600 * SECOND)
  const [day] = trial.take()
  assert.deepEqual(
    { value: day?.value.toFixed(3), ...day?.fields },
    { value: '0.667', quantity: 'voltage.a', samples: 3, passed: 2, late: 1, limit: 1, max: 0.5 },
  )
})

test('settings', async () => {
  assert.deepEqual(filterSettings.parse({}), { rules: [] })
  assert.deepEqual(
    filterSettings.parse({ rules: [{ quantities: ['*'], method: 'deadband', error: 1 }] }).rules[0],
    { quantities: ['*'], method: 'deadband', error: 1, percent: 0, maximumSilenceMs: 900_000 },
  )
  const wrong: object[] = [
    { quantities: ['*'], method: 'decimation' },
    { quantities: ['*'], method: 'decimation', every: 2, intervalMs: 100 },
    { quantities: ['v*a'], method: 'exception' },
    { quantities: [], method: 'exception' },
    { quantities: ['*'], method: 'exception', error: 1 },
    { quantities: ['*'], method: 'deadband', error: -1 },
    { quantities: ['*'], method: 'door' },
  ]
  for (const rule of wrong)
    assert.equal(filterSettings.safeParse({ rules: [rule] }).success, false, JSON.stringify(rule))
  await assert.rejects(filter({ method: 'door' }), /rules: entry 0 is none that this version knows/)
})
