import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Micros } from '../../core/time.ts'
import { openHistory } from '../history/history-file.ts'
import { Sealer } from '../history/sealer.ts'
import { StoreReader } from '../reader/store-reader.ts'
import { WrittenJournal } from '../reader/written-journal.test.ts'
import { RollupKeeper } from './rollup-keeper.ts'

const SECOND = 1_000_000
const DAY = 86_400 * SECOND

function means(journal: WrittenJournal, minutes: number): number[] {
  const windows = { step: minutes * 60 * SECOND, aggregate: 'mean' } as const
  const range = { from: Micros(0), to: Micros(DAY) }
  const reader = StoreReader.open(journal.directory)
  const query = { ...range, device: 'm1', quantity: undefined, windows }
  const found = [...reader.readings(query)].flatMap(({ values }) => [...values])
  reader.close()
  return found
}

function keepAll(journal: WrittenJournal): void {
  using keeper = new RollupKeeper(journal.directory)
  while (keeper.step(2 * DAY));
}

test('a chunk answers in the stead of its readings, and not before its time is over', () => {
  using journal = new WrittenJournal().define('m1/p')
  const seconds = Array.from({ length: 7200 }, (_, second) => second)
  for (const second of seconds) {
    journal.row([{ point: 0, time: second * SECOND, value: second % 60 }])
  }
  using sealer = new Sealer(journal.directory)
  sealer.seal()
  {
    using keeper = new RollupKeeper(journal.directory)
    assert.equal(keeper.step(DAY - 1), false)
  }
  keepAll(journal)
  const history = openHistory(journal.directory)
  const states = history.prepare('SELECT width, state, windows FROM rollups ORDER BY width').all()
  // The other chunks have not come to their end.
  assert.deepEqual(
    states.map((row) => Object.values(row)),
    [
      [60 * SECOND, 2, 120],
      [900 * SECOND, 0, 0],
      [DAY, 0, 0],
    ],
  )
  history.exec('DELETE FROM spans')
  history.close()
  assert.deepEqual(means(journal, 60), [29.5, 29.5])
  assert.deepEqual(means(journal, 1).length, 120)
})

test('a chunk that would hold as much as its readings is not kept', () => {
  using journal = new WrittenJournal().define('m1/p')
  const minutes = Array.from({ length: 60 }, (_, minute) => minute)
  for (const minute of minutes) {
    journal.row([{ point: 0, time: minute * 60 * SECOND, value: minute }])
  }
  using sealer = new Sealer(journal.directory)
  sealer.seal()
  keepAll(journal)
  const history = openHistory(journal.directory)
  const kept = history.prepare('SELECT count(*) AS kept FROM rollups WHERE state = 2').get()
  history.close()
  assert.equal(kept?.['kept'], 0)
  assert.deepEqual(means(journal, 15), [7, 22, 37, 52])
})

test('a late reading makes its chunk stale in the commit that brings it', () => {
  using journal = new WrittenJournal().define('m1/p')
  const seconds = Array.from({ length: 60 }, (_, second) => second)
  journal.row(seconds.map((second) => ({ point: 0, time: second * SECOND, value: 1 })))
  using sealer = new Sealer(journal.directory)
  sealer.seal()
  keepAll(journal)
  journal.row([{ point: 0, time: 1, value: 62 }])
  assert.deepEqual(means(journal, 1), [2])
  sealer.seal()
  assert.deepEqual(means(journal, 1), [2])
  keepAll(journal)
  assert.deepEqual(means(journal, 1), [2])
})

test('a chunk that lacks readings which the disk lost is not kept: a query tells of the damage', () => {
  using journal = new WrittenJournal().define('m1/p')
  const seconds = Array.from({ length: 60 }, (_, second) => second)
  journal.row(seconds.map((second) => ({ point: 0, time: second * SECOND, value: 1 })))
  {
    using sealer = new Sealer(journal.directory)
    sealer.seal()
  }
  const history = openHistory(journal.directory)
  history.exec('UPDATE spans SET body = zeroblob(length(body))')
  history.close()
  keepAll(journal)
  const windows = { step: 60 * SECOND, aggregate: undefined }
  const range = { device: 'm1', quantity: undefined, from: Micros(0), to: Micros(DAY) }
  const reader = StoreReader.open(journal.directory)
  const damaged = [...reader.readings({ ...range, windows })].map(({ damagedRows }) => damagedRows)
  reader.close()
  assert.deepEqual(damaged, [1])
})
