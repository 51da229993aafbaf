import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { crc32 } from 'node:zlib'
import { Sealer } from './history/sealer.ts'
import { recallLatest } from './latest-recall.ts'
import { WrittenJournal } from './reader/written-journal.test.ts'
import { encodeSnapshot } from './snapshot.ts'

/** Points 0 and 1 in a row that is sealed and gone, 1 again and 2 in one that is not. */
function journalOf(): WrittenJournal {
  const journal = new WrittenJournal().define('m1/p', 'm1/q', 'm2/p')
  journal.row([
    { point: 0, time: 1, value: 5 },
    { point: 0, time: 3, value: 7, quality: 3 },
    { point: 1, time: 3, value: 6 },
  ])
  using sealer = new Sealer(journal.directory)
  sealer.seal()
  journal.database.exec('DELETE FROM journal')
  journal.row([
    { point: 2, time: 2, value: 8 },
    { point: 1, time: 2, value: 9 },
  ])
  return journal
}

function latestOf(journal: WrittenJournal): unknown[] {
  const latest = recallLatest(journal.database, journal.directory)
  return [0, 1, 2].map((point) => latest.read(point))
}

const EXPECTED = [
  { time: 3, value: 7, quality: 3 },
  { time: 3, value: 6, quality: 0 },
  { time: 2, value: 8, quality: 0 },
]
const SNAPSHOT = {
  latest: Float64Array.of(3, 3),
  accounts: new Float64Array(0),
  deviceOf: Uint16Array.of(0, 0),
  values: Float64Array.of(7, 6),
  qualities: Uint16Array.of(3, 0),
}

function store(journal: WrittenJournal, body: Uint8Array, row: number): void {
  journal.database.prepare('INSERT INTO snapshot VALUES (0, ?, ?)').run(row, body)
}

describe('the latest reading of each point', () => {
  test('is looked up in history where nothing else knows it', () => {
    using journal = journalOf()
    assert.deepEqual(latestOf(journal), EXPECTED)
  })

  test('is in the snapshot, or in the rows after it', () => {
    using journal = journalOf()
    journal.database.exec('UPDATE journal SET number = 2')
    store(journal, encodeSnapshot(SNAPSHOT), 1)
    assert.deepEqual(latestOf(journal), EXPECTED)
  })

  test('is looked up where the snapshot is of the shape that had no values', () => {
    using journal = journalOf()
    journal.database.exec('UPDATE journal SET number = 2')
    const earlier = Buffer.alloc(8 + 3 * 10 + 4)
    earlier.writeUInt32LE(3)
    for (const [point, time] of [3, 3, 2].entries()) earlier.writeDoubleLE(time, 8 + point * 8)
    earlier.writeUInt32LE(crc32(earlier.subarray(0, -4)), earlier.length - 4)
    store(journal, earlier, 2)
    assert.deepEqual(latestOf(journal), EXPECTED)
  })
})
