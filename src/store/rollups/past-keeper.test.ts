import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Aggregate, aggregates } from '../../core/aggregates.ts'
import { limits } from '../../core/limits.ts'
import { quality } from '../../core/quality.ts'
import { seededRandom } from '../../core/random.ts'
import { Micros } from '../../core/time.ts'
import { examine } from '../doctor/doctor.ts'
import { Sealer } from '../history/sealer.ts'
import { Thinner } from '../history/thinner.ts'
import { StoreReader } from '../reader/store-reader.ts'
import { type Reading, WrittenJournal } from '../reader/written-journal.test.ts'
import { PastKeeper } from './past-keeper.ts'
import { RollupKeeper } from './rollup-keeper.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const DAY = 1440 * MINUTE

interface Asked {
  readonly step: number
  readonly aggregate?: Aggregate
  readonly goodOnly?: boolean
}

function ask(journal: WrittenJournal, { step, aggregate = 'count', goodOnly = false }: Asked) {
  const range = { device: 'm1', quantity: undefined, from: Micros(0), to: Micros(400 * DAY) }
  const reader = StoreReader.open(journal.directory)
  const lines: (readonly [number, number, number, number])[] = []
  let damaged = 0
  for (const chunk of reader.readings({ ...range, goodOnly, windows: { step, aggregate } })) {
    damaged += chunk.damagedRows
    for (const [at, point] of chunk.points.entries()) {
      const value = chunk.values[at] as number
      lines.push([
        chunk.times[at] as number,
        point,
        Math.round(value * 1e9) / 1e9,
        chunk.qualities[at] as number,
      ])
    }
  }
  reader.close()
  return { lines, damaged }
}

/** In rows of a minute, for a row spans little time. */
function write(journal: WrittenJournal, readings: readonly Reading[]): void {
  const minutes = Map.groupBy(readings, ({ time }) => Math.floor(time / MINUTE))
  for (const row of minutes.values()) journal.row(row)
}

/** Seals what is in the journal, and lets spans go that end before a time. */
function sealAndThin(journal: WrittenJournal, before = 1e15): number {
  const { directory } = journal
  using sealer = new Sealer(directory)
  sealer.seal()
  using past = new PastKeeper(directory, sealer.db)
  const retention = { budgetBytes: Number.MAX_SAFE_INTEGER, rawMs: 1, rollupsMs: undefined }
  const keep = past.keep.bind(past)
  const thinner = new Thinner(sealer.db, { directory, retention, keep, forget: () => 0 })
  return thinner.thin(before / 1000 + 1).readings
}

function keepAll(journal: WrittenJournal): void {
  using keeper = new RollupKeeper(journal.directory, { least: 1 })
  while (keeper.step(4e15));
}

function count(journal: WrittenJournal, table: string): number {
  using sealer = new Sealer(journal.directory)
  return sealer.db.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count'] as number
}

test('what windows say of readings they say when all of them have gone', () => {
  using journal = new WrittenJournal().define('m1/p', 'm1/q')
  const random = seededRandom(3)
  const bits = [0, 0, 0, quality.invalid, quality.questionable]
  for (let hour = 0; hour < 60; hour++) {
    const readings: Reading[] = []
    for (let minute = 0; minute < 60; minute += 4) {
      const time = (hour * 60 + minute) * 7 * MINUTE
      const value = random() < 0.1 ? Number.NaN : Math.round(random() * 1000) / 10
      readings.push({
        point: 0,
        time,
        value,
        quality: bits[Math.floor(random() * bits.length)] ?? 0,
      })
      if (random() < 0.5) readings.push({ point: 1, time: time + 1, value: random() })
    }
    write(journal, readings)
    if (hour % 10 !== 9) continue
    using sealer = new Sealer(journal.directory)
    sealer.seal()
  }
  const asked = aggregates.flatMap((aggregate): Asked[] =>
    [15 * MINUTE, 60 * MINUTE, DAY, 30 * DAY].flatMap((step) => [
      { step, aggregate },
      { step, aggregate, goodOnly: true },
    ]),
  )
  const before = asked.map((one) => ask(journal, one))
  assert.ok(sealAndThin(journal) > 900)
  assert.equal(count(journal, 'spans'), 0)
  assert.deepEqual(
    asked.map((one) => ask(journal, one)),
    before,
  )
})

test('windows of a minute stay where they pay, and not where some of the day went without them', () => {
  using journal = new WrittenJournal().define('m1/p')
  const dense = (from: number): Reading[] =>
    Array.from({ length: 3600 }, (_, second) => ({ point: 0, time: from + second * SECOND }))
  const lone = [{ point: 0, time: 2 * DAY }]
  const across = dense(DAY - 59 * MINUTE - 30 * SECOND)
  for (const readings of [across, lone, dense(2 * DAY + 60 * MINUTE)]) {
    write(journal, readings)
    sealAndThin(journal)
  }
  assert.equal(ask(journal, { step: MINUTE }).lines.length, 61)
  keepAll(journal)
  const hours = ask(journal, { step: 60 * MINUTE }).lines
  assert.deepEqual(
    hours.map(([, , value]) => value),
    [3570, 30, 1, 3600],
  )
})

test('what comes late of a time that has gone is added to it, however often, and nothing that was there is lost', () => {
  using journal = new WrittenJournal().define('m1/p')
  const turns = limits.rollupPieces * 2 + 3
  for (let turn = 0; turn < turns; turn++) {
    // From the middle outwards, so that the first and the last are others each time.
    const time = 7 * MINUTE + (turn % 2 === 0 ? turn : -turn) * SECOND
    journal.row([{ point: 0, time, value: turn }])
    sealAndThin(journal)
    const says = (aggregate: Aggregate): unknown =>
      ask(journal, { step: 15 * MINUTE, aggregate }).lines.map(([, , value]) => value)
    const even = turn - (turn % 2)
    const odd = turn === 0 ? 0 : turn - 1 + (turn % 2)
    assert.deepEqual(says('count'), [turn + 1])
    assert.deepEqual(says('sum'), [(turn * (turn + 1)) / 2])
    assert.deepEqual(says('first'), [odd])
    assert.deepEqual(says('last'), [even])
    assert.deepEqual(says('max'), [turn])
  }
  assert.ok(count(journal, 'past') <= 2 * limits.rollupPieces)
})

test('a reading that two spans have counts once, also when the first of them has gone', () => {
  using journal = new WrittenJournal().define('m1/p')
  const early = { point: 0, time: 1, value: 5 }
  journal.row([early, { point: 0, time: 2, value: 6 }])
  {
    using sealer = new Sealer(journal.directory)
    sealer.seal()
  }
  write(journal, [early, { point: 0, time: 5 * MINUTE, value: 7 }])
  {
    using sealer = new Sealer(journal.directory)
    sealer.seal()
  }
  assert.equal(count(journal, 'spans'), 2)
  const sums = (): unknown => ask(journal, { step: 15 * MINUTE, aggregate: 'sum' }).lines
  const before = sums()
  assert.equal(sealAndThin(journal, MINUTE), 2)
  assert.deepEqual(sums(), before)
  assert.equal(sealAndThin(journal), 2)
  assert.deepEqual(sums(), before)
})

test('a stored window that is damaged is told of, and stays where it is', () => {
  using journal = new WrittenJournal().define('m1/p')
  journal.row([{ point: 0, time: 1 }])
  sealAndThin(journal)
  {
    using sealer = new Sealer(journal.directory)
    sealer.db.exec('UPDATE past SET body = zeroblob(length(body))')
  }
  for (let turn = 0; turn <= limits.rollupPieces; turn++) {
    journal.row([{ point: 0, time: 2 + turn }])
    sealAndThin(journal)
  }
  const { lines, damaged } = ask(journal, { step: 15 * MINUTE })
  assert.deepEqual(lines, [[0, 0, limits.rollupPieces + 1, 0]])
  assert.equal(damaged, 1)
  const findings = [...examine(journal.directory)].filter((step) => 'advice' in step)
  assert.deepEqual(
    findings.map(({ device, to }) => [device, to]),
    [
      ['m1', 15 * MINUTE],
      ['m1', DAY],
    ],
  )
})

test('a query that is half way when readings go has each of them once', () => {
  const seconds = Array.from({ length: 5 * 3600 }, (_, second) => second)
  for (const [pulls, device] of [...Array(14).keys()].flatMap((pull) => [
    [pull, 'm1'] as const,
    [pull, undefined] as const,
  ])) {
    using journal = new WrittenJournal().define('m1/p')
    write(
      journal,
      seconds.map((second) => ({ point: 0, time: second * SECOND })),
    )
    sealAndThin(journal, 0)
    const reader = StoreReader.open(journal.directory)
    const windows = { step: 60 * MINUTE, aggregate: 'count' } as const
    const range = { device, quantity: undefined, from: Micros(0), to: Micros(DAY) }
    const counts: number[] = []
    const steps = reader.steps({ ...range, windows })
    for (let pull = 0; pull < pulls; pull++) counts.push(...(steps.next().value?.values ?? []))
    sealAndThin(journal)
    for (const chunk of steps) counts.push(...(chunk?.values ?? []))
    reader.close()
    assert.equal(count(journal, 'spans'), 0)
    assert.deepEqual(counts, [3600, 3600, 3600, 3600, 3600], `${pulls} steps before`)
  }
})
