import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ACCOUNT_STRIDE, allocateAccounts } from '../../core/accounts.ts'
import { allocateSlots, slotsOf } from '../../core/batch.ts'
import { Micros } from '../../core/time.ts'
import { seededRandom } from '../../core/random.ts'
import { BatchWriter } from '../batch-writer.ts'
import { folderBytes } from '../folder-bytes.ts'
import { allocateGauges, gauge } from '../gauges.ts'
import { allocateLatest } from '../latest.ts'
import { StoreReader } from '../reader/store-reader.ts'
import { Sealer } from './sealer.ts'
import { type OldSpan, Thinner } from './thinner.ts'

const MB = 1024 * 1024
const BUDGET = 40 * MB
/** What is written between two looks, and while room is made: readings of one turn, in the journal and then in history. */
const SLACK = 8 * MB
const PER_COMMIT = 16_000
const COMMITS_PER_TURN = 8
const TURNS = 45
const DEVICES = 4
const START = Date.UTC(2025, 0, 1) * 1000

let folder: string
before(() => (folder = mkdtempSync(join(tmpdir(), 'busbar-thin-'))))
after(() => rmSync(folder, { recursive: true }))

const NAMES = {
  devices: Array.from({ length: DEVICES }, (_, number) => ({ number, name: `m${number}` })),
  points: Array.from({ length: DEVICES }, (_, number) => {
    return { number, device: number, quantity: 'voltage.a', unit: 'V' }
  }),
}

/** Readings per device that a query finds, and the earliest. */
function found(directory: string): { counts: number[]; earliest: number } {
  const reader = StoreReader.open(directory)
  const counts = Array.from({ length: DEVICES }, () => 0)
  let earliest = Infinity
  const all = { device: undefined, quantity: undefined, from: Micros(0), to: Micros(9e15) }
  for (const { points, times } of reader.readings(all)) {
    earliest = Math.min(earliest, times[0] as number)
    for (const point of points) (counts[point] as number)++
  }
  reader.close()
  return { counts, earliest }
}

test('a folder that is written to for months stays within its budget, and every reading is accounted for', () => {
  const accounts = allocateAccounts()
  const gauges = allocateGauges()
  const writer = new BatchWriter({
    directory: folder,
    slots: allocateSlots(),
    latest: allocateLatest(),
    accounts,
    gauges,
  })
  const slot = slotsOf(allocateSlots())[0]
  assert.ok(slot !== undefined)
  const random = seededRandom(7)
  const kept = { spans: 0 }
  const keep = (spans: readonly OldSpan[]): void => void (kept.spans += spans.length)
  const forget = (): number => 0
  const retention = { budgetBytes: BUDGET, rawMs: undefined, rollupsMs: undefined }
  let time = START
  let largest = 0
  let thinned = 0
  for (let turn = 0; turn < TURNS; turn++) {
    for (let commit = 0; commit < COMMITS_PER_TURN; commit++) {
      for (let row = 0; row < PER_COMMIT; row++) {
        slot.points[row] = row % DEVICES
        slot.times[row] = time + (row - (row % DEVICES)) * 1000
        slot.values[row] = random() * 1e9 // No two alike: it takes all of its eight bytes.
        slot.qualities[row] = 0
      }
      time += PER_COMMIT * 1000
      slot.counts.set([PER_COMMIT, 0, 0])
      const isFirst = turn + commit === 0
      const nothing = { evidence: [], audit: [], kept: undefined }
      const batch = writer.prepare(slot, isFirst ? { definitions: NAMES, ...nothing } : undefined)
      writer.write(batch)
      writer.settle(batch)
      largest = Math.max(largest, folderBytes(folder))
    }
    using sealer = new Sealer(folder)
    const thinner = new Thinner(sealer.db, { directory: folder, retention, keep, forget })
    thinned += thinner.thin(START / 1000).readings
    gauges[gauge.sealedJournal] = sealer.seal()?.journal ?? 0
    largest = Math.max(largest, folderBytes(folder))
    thinned += thinner.thin(START / 1000).readings
  }
  if (process.env['BUSBAR_TEST_FIGURES'] !== undefined) {
    console.log(
      `# at most ${Math.round(largest / MB)} MB of ${BUDGET / MB}, ${thinned} readings went`,
    )
  }
  assert.ok(largest < BUDGET + SLACK, `it took ${Math.round(largest / MB)} MB`)
  assert.ok(thinned > 1_000_000 && kept.spans > 0, `${thinned} readings went`)
  const { counts, earliest } = found(folder)
  using sealer = new Sealer(folder)
  const gone = new Map(
    sealer.db
      .prepare('SELECT device, readings FROM thinned')
      .all()
      .map((row) => [row['device'], row['readings'] as number]),
  )
  for (let device = 0; device < DEVICES; device++) {
    const stored = accounts[device * ACCOUNT_STRIDE] as number
    assert.equal(stored, (TURNS * COMMITS_PER_TURN * PER_COMMIT) / DEVICES)
    assert.equal(counts[device], stored - (gone.get(device) ?? 0))
  }
  assert.ok(earliest > START, 'the oldest went first')
  assert.ok((time - earliest) / (time - START) > 0.2, 'no more went than had to')

  const ageOnly = { budgetBytes: 1e12, rawMs: 1, rollupsMs: undefined }
  const byAge = new Thinner(sealer.db, { directory: folder, retention: ageOnly, keep, forget })
  const left = counts.reduce((sum, count) => sum + count, 0)
  assert.equal(
    byAge.thin(time / 1000 + 1000).readings + found(folder).counts.reduce((a, b) => a + b, 0),
    left,
  )
  writer.close()
})
