import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import { quality } from '../../core/quality.ts'
import { Micros } from '../../core/time.ts'
import type { ReadingsQuery } from './readings-query.ts'
import { StoreReader } from './store-reader.ts'
import { type Reading, WrittenJournal } from './written-journal.test.ts'

const SPAN = limits.journalRowSpanMs * 1000
const EVER = { device: undefined, quantity: undefined, from: Micros(-1e15), to: Micros(4e15) }

interface Found {
  readonly readings: readonly (readonly [
    time: number,
    point: number,
    value: number,
    quality: number,
  ])[]
  readonly damagedRows: number
  readonly largest: number
}

function read(journal: WrittenJournal, query: Partial<ReadingsQuery> = {}): Found {
  const reader = StoreReader.open(journal.directory)
  const readings: [number, number, number, number][] = []
  let damagedRows = 0
  let largest = 0
  try {
    for (const chunk of reader.readings({ ...EVER, ...query })) {
      damagedRows += chunk.damagedRows
      largest = Math.max(largest, chunk.times.length)
      for (const [row, time] of chunk.times.entries()) {
        readings.push([
          time,
          chunk.points[row] ?? -1,
          chunk.values[row] ?? -1,
          chunk.qualities[row] ?? -1,
        ])
      }
    }
  } finally {
    reader.close()
  }
  return { readings, damagedRows, largest }
}

/** What a query must answer, the slow way. */
function expected(
  readings: readonly Reading[],
  wanted: (reading: Reading) => boolean,
): readonly (readonly number[])[] {
  return readings
    .filter(wanted)
    .toSorted((a, b) => a.time - b.time || a.point - b.point)
    .map(({ time, point, value = 0, quality: bits = 0 }) => [time, point, value, bits])
}

describe('readings', () => {
  test('come in order of time, from rows that overlap, end to end', () => {
    using journal = new WrittenJournal().define('m1/voltage.a', 'm2/voltage.a')
    journal.row([
      { point: 0, time: 100, value: 1 },
      { point: 1, time: SPAN, value: 2 },
    ])
    journal.row([{ point: 1, time: 50, value: 3, quality: quality.invalid }])
    journal.row([])
    journal.row([
      { point: 1, time: 100, value: NaN },
      { point: 0, time: 101, value: 5 },
    ])
    assert.deepEqual(read(journal).readings, [
      [50, 1, 3, quality.invalid],
      [100, 0, 1, 0],
      [100, 1, NaN, 0],
      [101, 0, 5, 0],
      [SPAN, 1, 2, 0],
    ])
    assert.deepEqual(
      read(journal, { from: Micros(100), to: Micros(101) }).readings.map(([time]) => time),
      [100, 100],
    )
    assert.equal(read(journal, { from: Micros(SPAN) }).readings.length, 1, 'a row from long before')
    assert.equal(read(journal, { from: Micros(5), to: Micros(5) }).readings.length, 0)
  })

  test('are of the device and quantity asked for, beside others that share the bit of its number', () => {
    const names = Array.from({ length: 70 }, (_, at) => [`m${at}/voltage.a`, `m${at}/current.a`])
    using journal = new WrittenJournal().define(...names.flat())
    for (let time = 0; time < 10; time++) {
      for (let device = 0; device < 70; device += 7) {
        const rows = Array.from({ length: 14 }, (_, at) => ({ point: device * 2 + at, time }))
        journal.row(rows)
      }
    }
    const points = (query: Partial<ReadingsQuery>): Set<number> => {
      const { readings } = read(journal, query)
      return new Set(readings.map(([, point]) => point))
    }
    assert.deepEqual(points({ device: 'm31' }), new Set([62, 63]))
    assert.deepEqual(points({ device: 'm63', quantity: 'current.a' }), new Set([127]))
    assert.equal(points({ quantity: 'voltage.a' }).size, 70)
    assert.equal(points({ device: 'nobody' }).size, 0)
    assert.equal(points({ device: 'm1', quantity: 'nothing' }).size, 0)
    assert.equal(read(journal).readings.length, 1400)
  })

  test('any mixture of rows gives exactly the readings of the range, sorted, each once', () => {
    const reading = fc.record({
      point: fc.integer({ min: 0, max: 5 }),
      time: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: SPAN })),
      value: fc.double(),
      quality: fc.integer({ min: 0, max: 0xffff }),
    })
    const row = fc.record({
      start: fc.constantFrom(-SPAN * 3, 0, 17, SPAN - 1, SPAN, SPAN * 40),
      readings: fc.array(reading, { maxLength: 12 }),
    })
    const time = fc.oneof(
      fc.integer({ min: -5, max: 60 }),
      fc.integer({ min: -SPAN, max: SPAN * 2 }),
    )
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), time, time, (rows, from, to) => {
        using journal = new WrittenJournal()
        journal.define('a/p', 'a/q', 'b/p', 'b/q', 'c/p', 'c/q')
        const seen = new Map<string, Reading>()
        for (const { start, readings } of rows) {
          const fresh = readings
            .map((each) => ({ ...each, time: each.time + start }))
            .filter((each) => {
              const key = `${each.point} ${each.time}`
              return !seen.has(key) && seen.set(key, each).size > 0
            })
          journal.row(fresh)
        }
        const all = [...seen.values()]
        const range = { from: Micros(from), to: Micros(to) }
        const inRange = (each: Reading): boolean => each.time >= from && each.time < to
        assert.deepEqual(
          read(journal).readings,
          expected(all, () => true),
        )
        assert.deepEqual(read(journal, range).readings, expected(all, inRange))
        assert.deepEqual(
          read(journal, { ...range, device: 'b' }).readings,
          expected(all, (each) => inRange(each) && (each.point === 2 || each.point === 3)),
        )
      }),
      { numRuns: 60 },
    )
  })

  test('too many that overlap are answered in shorter windows, completely', () => {
    using journal = new WrittenJournal().define('m1/p', 'm2/p', 'm3/p')
    const each = 16_000
    const rows = 40
    // Every row covers the whole span, so nothing may be handed out before the last row was read.
    for (let row = 0; row < rows; row++) {
      journal.row(
        Array.from({ length: each }, (_, at) => ({
          point: at % 3,
          time: at * 3000 + row,
          value: row,
        })),
      )
    }
    const damaged = journal.row([{ point: 0, time: 7 }])
    journal.damage(damaged)
    const { readings, damagedRows, largest } = read(journal)
    assert.equal(readings.length, each * rows)
    let last = -1
    for (const [time] of readings) {
      assert.ok(time > last)
      last = time
    }
    assert.equal(damagedRows, 1, 'a row that is met twice is counted once')
    assert.equal(largest, limits.queryChunkReadings)
  })

  test('that were contradicted say so, and an invalid one stays invalid', () => {
    using journal = new WrittenJournal().define('m1/p', 'm2/p')
    journal.row([
      { point: 0, time: 1 },
      { point: 1, time: 1 },
      { point: 1, time: 2, quality: quality.invalid | quality.test },
      { point: 1, time: 3, quality: quality.questionable },
    ])
    for (const [point, time] of [
      [1, 1],
      [1, 2],
      [0, 3],
    ] as const) {
      journal.conflict(point, time)
    }
    assert.deepEqual(
      read(journal).readings.map(([, , , bits]) => bits),
      [
        0,
        quality.questionable | quality.inconsistent,
        quality.invalid | quality.test | quality.inconsistent,
        quality.questionable,
      ],
    )
  })

  test('of a damaged row are left out, and the row is counted', () => {
    using journal = new WrittenJournal().define('m1/p')
    journal.row([{ point: 0, time: 1 }])
    journal.damage(journal.row([{ point: 0, time: 2 }]))
    journal.row([{ point: 0, time: 3 }])
    const { readings, damagedRows } = read(journal)
    assert.deepEqual([readings.map(([time]) => time), damagedRows], [[1, 3], 1])
    const alone = read(journal, { from: Micros(2), to: Micros(3) })
    assert.deepEqual(alone, { readings: [], damagedRows: 1, largest: 0 })
  })

  test('no step holds a snapshot: a writer checkpoints the whole WAL while a query is half way', () => {
    using journal = new WrittenJournal().define('m1/p')
    for (let time = 0; time < 20_000; time++) journal.row([{ point: 0, time }])
    const reader = StoreReader.open(journal.directory)
    const chunks = reader.readings({ ...EVER, to: Micros(30_000) })
    let count = chunks.next().value?.times.length ?? 0
    journal.row([{ point: 0, time: 25_000 }])
    const { busy, log, checkpointed } = {
      ...journal.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get(),
    }
    assert.deepEqual([busy, log, checkpointed], [0, 0, 0])
    for (const { times } of chunks) count += times.length
    reader.close()
    assert.equal(count, 20_001)
  })
})

describe('points', () => {
  test('are listed by number, across steps, and found by device and number', () => {
    const names = Array.from({ length: 3000 }, (_, at) => `m${at >> 2}/q${3 - (at & 3)}`)
    using journal = new WrittenJournal().define(...names)
    const reader = StoreReader.open(journal.directory)
    const points = [...reader.points()]
    assert.deepEqual(
      points.map(({ point, device, quantity }) => `${point} ${device}/${quantity}`),
      names.map((name, at) => `${at} ${name}`),
    )
    assert.deepEqual(
      reader.pointsOf('m7').map(({ quantity }) => quantity),
      ['q0', 'q1', 'q2', 'q3'],
    )
    assert.deepEqual(reader.pointsOf('nobody'), [])
    assert.deepEqual(reader.point(1), { point: 1, device: 'm0', quantity: 'q2', unit: 'V' })
    assert.equal(reader.point(3000), undefined)
    reader.close()
  })
})

describe('opening', () => {
  test('a folder without a journal, a stranger’s file, a later format', () => {
    using journal = new WrittenJournal()
    const open = (): StoreReader => StoreReader.open(journal.directory)
    assert.throws(() => StoreReader.open(join(journal.directory, 'x')), {
      code: 'not-found',
      message: /no journal\.db/,
    })
    journal.database.exec('PRAGMA user_version = 9')
    assert.throws(open, { code: 'input', message: /format 9; this program reads formats \d to \d/ })
    journal.database.exec('PRAGMA application_id = 1')
    assert.throws(open, { code: 'input', message: /not a journal of Busbar/ })
    journal.database.close()
    writeFileSync(join(journal.directory, 'journal.db'), 'no database at all, '.repeat(400))
    assert.throws(open, {
      code: 'corrupt',
      message: /journal\.db or .* is damaged: .*not a database/,
    })
    journal.database.open()
  })

  test('the files of a journal that was closed, and of one that was not', () => {
    using journal = new WrittenJournal().define('m1/p')
    journal.row([{ point: 0, time: 1 }])
    assert.equal(read(journal).readings.length, 1, 'the row is in the WAL only')
    journal.database.close()
    assert.equal(read(journal).readings.length, 1, 'the WAL is gone')
    journal.database.open()
  })
})
