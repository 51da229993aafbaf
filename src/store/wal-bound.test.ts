import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { allocateAccounts } from '../core/accounts.ts'
import { allocateSlots, slotsOf } from '../core/batch.ts'
import { limits } from '../core/limits.ts'
import { seededRandom } from '../core/random.ts'
import { Micros } from '../core/time.ts'
import { BatchWriter } from './batch-writer.ts'
import { allocateGauges, gauge } from './gauges.ts'
import { allocateLatest } from './latest.ts'
import { historyPath } from './history/history-file.ts'
import { Sealer } from './history/sealer.ts'
import { journalPath } from './journal.ts'
import { StoreReader } from './reader/store-reader.ts'

let folder: string
before(() => (folder = mkdtempSync(join(tmpdir(), 'busbar-wal-'))))
after(() => rmSync(folder, { recursive: true }))

const COMMITS = 160
const PER_COMMIT = 16_000
const COMMITS_PER_SEALING = 20
const START = Date.UTC(2025, 0, 1) * 1000
/** What is written before a checkpoint is due, and the commit that makes it due: a sealing writes 3 MB in one. */
const BOUND_BYTES = (limits.walPages + 1000) * 4096

test('beside a query that is half way for as long as it takes, the logs of both files stay bounded', () => {
  const gauges = allocateGauges()
  const accounts = allocateAccounts()
  const writer = new BatchWriter({
    directory: folder,
    slots: allocateSlots(),
    latest: allocateLatest(),
    accounts,
    gauges,
  })
  const slot = slotsOf(allocateSlots())[0]
  assert.ok(slot !== undefined)
  const random = seededRandom(3)
  const definitions = {
    devices: [{ number: 0, name: 'm' }],
    points: [{ number: 0, device: 0, quantity: 'voltage.a', unit: 'V' }],
  }
  let chunks: Iterator<{ readonly times: Float64Array }> | undefined
  let reader: StoreReader | undefined
  let read = 0
  const largest = { journal: 0, history: 0 }
  using sealer = new Sealer(folder)
  for (let commit = 0; commit < COMMITS; commit++) {
    for (let row = 0; row < PER_COMMIT; row++) {
      slot.points[row] = 0
      slot.times[row] = START + (commit * PER_COMMIT + row) * 1000
      slot.values[row] = random()
      slot.qualities[row] = 0
    }
    slot.counts.set([PER_COMMIT, 0, 0])
    const nothing = { evidence: [], audit: [], kept: undefined }
    const batch = writer.prepare(slot, commit === 0 ? { definitions, ...nothing } : undefined)
    writer.write(batch)
    writer.settle(batch)
    if (commit % COMMITS_PER_SEALING === COMMITS_PER_SEALING - 1) {
      gauges[gauge.sealedJournal] = sealer.seal()?.journal ?? 0
    }
    if (commit === COMMITS_PER_SEALING) {
      reader = StoreReader.open(folder)
      const ever = { device: undefined, quantity: undefined, from: Micros(0), to: Micros(9e15) }
      chunks = reader.readings(ever)[Symbol.iterator]()
    }
    read += chunks?.next().value?.times.length ?? 0
    largest.journal = Math.max(largest.journal, logBytes(journalPath(folder)))
    largest.history = Math.max(largest.history, logBytes(historyPath(folder)))
  }
  reader?.close()
  writer.close()
  assert.ok(read > 0 && read < COMMITS * PER_COMMIT, 'the query was half way all the time')
  assert.ok(largest.journal <= BOUND_BYTES, `journal.db-wal had ${largest.journal} bytes`)
  assert.ok(largest.history <= BOUND_BYTES, `history.db-wal had ${largest.history} bytes`)
})

function logBytes(path: string): number {
  return statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0
}
