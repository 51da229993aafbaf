import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { Micros } from '../../core/time.ts'
import { StoreReader } from '../reader/store-reader.ts'
import { WrittenJournal } from '../reader/written-journal.test.ts'
import { Sealer } from './sealer.ts'

const EVER = { device: undefined, quantity: undefined, from: Micros(-1e15), to: Micros(4e15) }

function all(journal: WrittenJournal): [number, number, number, number][] {
  const reader = StoreReader.open(journal.directory)
  const found: [number, number, number, number][] = []
  for (const { points, times, values, qualities } of reader.readings(EVER)) {
    for (const [at, point] of points.entries()) {
      found.push([point, times[at] as number, values[at] as number, qualities[at] as number])
    }
  }
  reader.close()
  return found
}

test('what is sealed is what was in the journal', () => {
  using journal = new WrittenJournal().define('m1/p', 'm1/q', 'm2/p')
  journal.row([
    { point: 0, time: 1, value: 5 },
    { point: 1, time: 1, value: 6 },
  ])
  journal.row([
    { point: 2, time: 2 },
    { point: 0, time: 3 },
  ])
  const before = all(journal)
  using sealer = new Sealer(journal.directory)
  const sealed = sealer.seal()
  assert.equal(sealed?.readings, 4)
  assert.equal(sealed.spans, 2)
  assert.deepEqual(all(journal), before)
  assert.equal(sealer.seal(), undefined)
  journal.row([{ point: 0, time: 2 }])
  const more = all(journal)
  assert.equal(more.length, 5)
  assert.equal(sealer.seal()?.merged, 0)
  assert.deepEqual(all(journal), more)
})

test('small spans are put together where there are many, and a point keeps what came first', () => {
  using journal = new WrittenJournal().define('m1/p')
  using sealer = new Sealer(journal.directory)
  const merged: number[] = []
  for (let time = 1; time <= limits.historySmallSpans + 2; time++) {
    journal.row([{ point: 0, time: 1000 - time, value: time }])
    merged.push(sealer.seal()?.merged ?? -1)
  }
  const sum = merged.reduce((total, spans) => total + spans, 0)
  assert.ok(sum >= limits.historySmallSpans, merged.join(' '))
  assert.equal(all(journal).length, limits.historySmallSpans + 2)
})

test('a sealing that failed leaves nothing behind in the next one', () => {
  using journal = new WrittenJournal().define('m1/p', 'm1/q', 'm2/p')
  journal.row([
    { point: 0, time: 1, value: 5 },
    { point: 1, time: 1, value: 6 },
    { point: 2, time: 2, value: 7 },
  ])
  const before = all(journal)
  using sealer = new Sealer(journal.directory)
  sealer.db.exec(
    "CREATE TEMP TRIGGER full BEFORE INSERT ON spans WHEN new.device = 1 BEGIN SELECT raise(ABORT, 'full'); END",
  )
  assert.throws(() => sealer.seal(), /full/)
  sealer.db.exec('DROP TRIGGER full')
  journal.row([{ point: 1, time: 3, value: 8 }])
  assert.equal(sealer.seal()?.readings, 4)
  assert.deepEqual(all(journal), [...before, [1, 3, 8, 0]])
})

test('a query of more devices than are listed at once has them all', () => {
  const devices = 6000
  using journal = new WrittenJournal()
  journal.define(...Array.from({ length: devices }, (_, device) => `m${device}/p`))
  for (let second = 0; second < 60; second += 20) {
    const time = second * 1_000_000
    for (let first = 0; first < devices; first += 1000) {
      journal.row(Array.from({ length: 1000 }, (_, at) => ({ point: first + at, time })))
    }
  }
  using sealer = new Sealer(journal.directory)
  assert.equal(sealer.seal()?.readings, 3 * devices)
  assert.equal(all(journal).length, 3 * devices)
})
