import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Aggregate, type Windows, aggregates } from '../../core/aggregates.ts'
import { quality } from '../../core/quality.ts'
import { Micros } from '../../core/time.ts'
import { PastKeeper } from '../rollups/past-keeper.ts'
import { RollupKeeper } from '../rollups/rollup-keeper.ts'
import { Sealer } from '../history/sealer.ts'
import { Thinner } from '../history/thinner.ts'
import type { ReadingsQuery } from './readings-query.ts'
import { StoreReader } from './store-reader.ts'
import { type Reading, WrittenJournal } from './written-journal.test.ts'

const EVER = { device: undefined, quantity: undefined, from: Micros(0), to: Micros(4e15) }
const SECOND = 1_000_000

type Line = [point: number, time: number, value: number, quality: number]

/** What happens to a folder: readings come, they are moved, rolled up, contradicted, or go. */
type Step = readonly Reading[] | 'seal' | 'keep' | 'conflict' | { readonly thinBefore: number }

function answer(journal: WrittenJournal, query: Partial<ReadingsQuery>): Line[] {
  const reader = StoreReader.open(journal.directory)
  const lines: Line[] = []
  for (const { points, times, values, qualities } of reader.readings({ ...EVER, ...query })) {
    for (const [at, point] of points.entries()) {
      lines.push([point, times[at] as number, values[at] as number, qualities[at] as number])
    }
  }
  reader.close()
  return lines
}

/** The least and the greatest beside each value are what asking for them alone gives. */
function assertExtremes(
  journal: WrittenJournal,
  query: ReadingsQuery & { readonly windows: Windows },
): void {
  const reader = StoreReader.open(journal.directory)
  const windows = { ...query.windows, withExtremes: true }
  const chunks = [...reader.readings({ ...query, windows })]
  reader.close()
  for (const [aggregate, column] of [
    ['min', 'least'],
    ['max', 'greatest'],
  ] as const) {
    const alone = answer(journal, { ...query, windows: { ...query.windows, aggregate } })
    const beside = chunks.flatMap(({ extremes }) => [...(extremes?.[column] ?? [])])
    assert.deepEqual(
      beside,
      alone.map(([, , value]) => value),
    )
  }
}

/** The value of a list of readings in order of time; `before`: the last number before them. */
function naive(readings: readonly Reading[], aggregate: Aggregate, before = Number.NaN): number {
  const values = readings.map(({ value = 0 }) => value).filter((value) => Number.isFinite(value))
  const sum = values.reduce((total, value) => total + value, 0)
  const good = readings.filter(({ quality: bits = 0 }) => (bits & 3) === 0).length
  const last = values.at(-1) ?? Number.NaN
  const first = values[0] ?? Number.NaN
  if (aggregate === 'count') return readings.length
  if (aggregate === 'good') return good / readings.length
  if (values.length === 0) return Number.NaN
  const squares = values.reduce((total, value) => total + value * value, 0)
  return {
    min: Math.min(...values),
    max: Math.max(...values),
    mean: sum / values.length,
    rms: Math.sqrt(squares / values.length),
    sum,
    difference: last - (Number.isNaN(before) ? first : before),
    first,
    last,
  }[aggregate]
}

function expected(readings: readonly Reading[], step: number, aggregate: Aggregate): Line[] {
  const ordered = readings.toSorted((a, b) => a.time - b.time || a.point - b.point)
  const windows = Map.groupBy(
    ordered,
    ({ time, point }) => `${Math.floor(time / step) * step} ${point}`,
  )
  const before = new Map<number, number>()
  const lines = Array.from(windows, ([key, those]): Line => {
    const [time = 0, point = 0] = key.split(' ').map(Number)
    const value = naive(those, aggregate, before.get(point))
    const last = naive(those, 'last')
    if (!Number.isNaN(last)) before.set(point, last)
    const good = naive(those, 'good')
    const bits = good === 1 ? 0 : good === 0 ? quality.invalid : quality.questionable
    return [point, time, value, bits]
  })
  return lines.toSorted((a, b) => a[1] - b[1] || a[0] - b[0])
}

/** Spans that end before this time go. */
function thin(journal: WrittenJournal, before: number, least: number): void {
  const { directory } = journal
  using sealer = new Sealer(directory)
  using past = new PastKeeper(directory, sealer.db, { least })
  const retention = { budgetBytes: Number.MAX_SAFE_INTEGER, rawMs: 1, rollupsMs: undefined }
  const thinner = new Thinner(sealer.db, {
    directory,
    retention,
    keep: (spans) => past.keep(spans),
    forget: () => 0,
  })
  thinner.thin(before / 1000 + 1)
}

/** Sums may differ in their last digits, for they were not added up in the same order. */
function assertAlike(lines: readonly Line[], others: readonly Line[]): void {
  const round = (value: number): number => Math.round(value * 1e9) / 1e9
  const rounded = (all: readonly Line[]): Line[] =>
    all.map(([point, time, value, bits]) => [point, time, round(value), bits])
  assert.deepEqual(rounded(lines), rounded(others))
}

const reading = fc.record({
  point: fc.integer({ min: 0, max: 2 }),
  time: fc.integer({ min: 0, max: 100 }).map((tenths) => (tenths * SECOND) / 2),
  value: fc.constantFrom(0, 1, -2, 230, 1e6, Number.NaN),
  quality: fc.constantFrom(0, 0, quality.invalid, quality.questionable, quality.test),
})
const readings = fc.uniqueArray(reading, { selector: ({ point, time }) => `${point} ${time}` })

describe('windows', () => {
  test('say of any readings, sealed or not, what a list of them says', () => {
    const aggregate = fc.constantFrom(...aggregates)
    const step = fc.constantFrom(1, 2, 7, 60).map((seconds) => seconds * SECOND)
    fc.assert(
      fc.property(fc.array(readings, { maxLength: 3 }), aggregate, step, (rows, name, length) => {
        using journal = new WrittenJournal().define('m1/p', 'm1/q', 'm2/p')
        const seen = new Map<string, Reading>()
        for (const row of rows) {
          const news = row.filter(({ point, time }) => !seen.has(`${point} ${time}`))
          for (const one of news) seen.set(`${one.point} ${one.time}`, one)
          if (news.length > 0) journal.row(news)
          using sealer = new Sealer(journal.directory)
          if (row.length % 2 === 0) sealer.seal()
        }
        const all = [...seen.values()]
        const windows = { step: length, aggregate: name }
        assert.deepEqual(answer(journal, { windows }), expected(all, length, name))
        const good = all.filter(({ quality: bits = 0 }) => (bits & 3) === 0)
        assert.deepEqual(answer(journal, { windows, goodOnly: true }), expected(good, length, name))
      }),
      { numRuns: 40 },
    )
  })

  test('say so from rollups, too, whatever came late, was sealed, contradicted or has gone', () => {
    const MINUTE = 60 * SECOND
    const DAY = 1440 * MINUTE
    const late = fc.record({
      point: fc.integer({ min: 0, max: 2 }),
      time: fc.oneof(
        fc.integer({ min: 0, max: 600 }).map((at) => at * SECOND),
        fc.integer({ min: 0, max: 400 }).map((at) => at * 31 * 15 * MINUTE),
      ),
      value: fc.constantFrom(0.1, 0.7, -2, 230, Number.NaN),
      quality: fc.constantFrom(0, 0, 0, quality.questionable),
    })
    const thinning = fc.record({
      thinBefore: fc.constantFrom(5 * MINUTE, 20 * MINUTE, 100 * DAY, 2e15),
    })
    const batch = fc.array(late, { minLength: 1, maxLength: 60 })
    const rows = fc.array(
      fc.oneof(
        fc.constantFrom<Step[]>(['seal'], ['keep'], ['conflict'], ['seal', 'keep']),
        batch.map((readings): Step[] => [readings]),
        fc.tuple(batch, thinning).map(([readings, thin]): Step[] => [readings, 'seal', thin]),
        thinning.map((thin): Step[] => [thin]),
      ),
      { maxLength: 8 },
    )
    const name = fc.constantFrom(...aggregates)
    const flags = fc.record({ goodOnly: fc.boolean(), least: fc.constantFrom(1, 60) })
    const length = fc.constantFrom(1, 2, 15, 60, 1440, 7 * 1440).map((minutes) => minutes * MINUTE)
    fc.assert(
      fc.property(rows, name, length, flags, (steps, aggregate, width, { goodOnly, least }) => {
        using journal = new WrittenJournal().define('m1/p', 'm1/q', 'm2/p')
        const seen = new Map<string, Reading>()
        let hasGone = false
        for (const each of steps.flat()) {
          if (each === 'seal') {
            using sealer = new Sealer(journal.directory)
            sealer.seal()
          } else if (each === 'keep') {
            using keeper = new RollupKeeper(journal.directory, { least: 1 })
            while (keeper.step(4e15));
          } else if (each === 'conflict') {
            const [first] = seen.values()
            // What has gone nothing can contradict.
            if (hasGone || first === undefined || first.quality === quality.questionable) continue
            const key = `${first.point} ${first.time}`
            seen.set(key, { ...first, quality: quality.questionable })
            journal.conflict(first.point, first.time)
          } else if ('thinBefore' in each) {
            hasGone = true
            thin(journal, each.thinBefore, least)
          } else {
            const news = new Map(each.map((one) => [`${one.point} ${one.time}`, one]))
            for (const key of seen.keys()) news.delete(key)
            for (const [key, one] of news) seen.set(key, one)
            for (const one of news.values()) journal.row([one])
          }
        }
        if (hasGone && least > 1 && width % (15 * MINUTE) !== 0) return
        for (const [device, points] of [
          ['m1', [0, 1]],
          ['m2', [2]],
          [undefined, [0, 1, 2]],
        ] as const) {
          const all = [...seen.values()].filter(
            ({ point, quality: bits = 0 }) =>
              (points as readonly number[]).includes(point) && (!goodOnly || bits === 0),
          )
          const windows = { step: width, aggregate }
          assertExtremes(journal, { ...EVER, device, goodOnly, windows })
          assertAlike(
            answer(journal, { windows, device, goodOnly }),
            expected(all, width, aggregate),
          )
        }
      }),
      { numRuns: 50 },
    )
  })

  test('are whole, whatever part of one is asked for', () => {
    using journal = new WrittenJournal().define('m1/voltage.a')
    journal.row(
      [1, 2, 3, 4, 5].map((second) => ({ point: 0, time: second * SECOND, value: second })),
    )
    const windows = { step: 4 * SECOND, aggregate: 'sum' } as const
    const range = { from: Micros(3 * SECOND), to: Micros(5 * SECOND) }
    assert.deepEqual(
      answer(journal, { windows, ...range }).map(([, time, value]) => [time / SECOND, value]),
      [
        [0, 6],
        [4, 9],
      ],
    )
  })

  test('without an aggregate have that of their quantity', () => {
    using journal = new WrittenJournal().define(
      'm1/voltage.a',
      'm1/power.active',
      'm1/energy.active.import',
      'm1/demand.active',
      'm1/breaker.position',
      'm1/unheard.of',
    )
    const values = [3, 5, 4]
    const row = values.flatMap((value, second) =>
      [0, 1, 2, 3, 4, 5].map((point) => ({ point, time: second * SECOND, value })),
    )
    journal.row(row)
    const windows = { step: 60 * SECOND, aggregate: undefined }
    assert.deepEqual(
      answer(journal, { windows }).map(([, , value]) => value),
      [Math.sqrt(50 / 3), 4, 1, 5, 4, 4],
    )
  })

  test('of a register add up: the first one asked for begins where the one before it ended', () => {
    using journal = new WrittenJournal().define('m1/energy.active.import')
    journal.row([10, 13, 17, 22].map((value, at) => ({ point: 0, time: at * 10 * SECOND, value })))
    const windows = { step: 10 * SECOND, aggregate: undefined }
    const values = answer(journal, { windows, from: Micros(10 * SECOND) }).map(
      ([, , value]) => value,
    )
    assert.deepEqual(values, [3, 4, 5])
  })
})
