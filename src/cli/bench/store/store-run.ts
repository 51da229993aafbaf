import { statSync } from 'node:fs'
import { allocateAccounts } from '../../../core/accounts.ts'
import { assert } from '../../../core/assert.ts'
import { allocateSlots, slotsOf } from '../../../core/batch.ts'
import { BatchWriter } from '../../../store/batch-writer.ts'
import { allocateGauges, gauge } from '../../../store/gauges.ts'
import { allocateLatest } from '../../../store/latest.ts'
import { historyPath } from '../../../store/history/history-file.ts'
import { sealDueReadings } from '../../../store/history/seal-due.ts'
import { Sealer } from '../../../store/history/sealer.ts'
import { journalPath } from '../../../store/journal.ts'
import { type DataSet, arrivals, definitionsOf } from './data-set.ts'

/** What became of a data set in the store, after everything was sealed and both files were closed. */
export interface StoreRun {
  readonly readings: number
  readonly historyBytes: number
  readonly journalBytes: number
  /** Processor time of all threads. */
  readonly ingestSeconds: number
  readonly sealSeconds: number
  /** How many times a reading was written to history on average. */
  readonly writes: number
}

/** Through the writer and the sealer of an edge, in turns, so that the processor time of each can be told. */
export function runStore(directory: string, dataSet: DataSet): StoreRun {
  const memory = allocateSlots()
  const gauges = allocateGauges()
  const shared = { slots: memory, latest: allocateLatest(), accounts: allocateAccounts(), gauges }
  const writer = new BatchWriter({ directory, ...shared })
  const sealer = new Sealer(directory)
  const [slot] = slotsOf(memory)
  assert(slot !== undefined, 'there is a slot')
  const nothing = { evidence: [], audit: [], kept: undefined }
  const definitions = definitionsOf(dataSet)
  let accompaniment: Parameters<typeof writer.prepare>[1] = { definitions, ...nothing }
  const commit = (count: number): void => {
    slot.counts.set([count, 0, 0])
    const batch = writer.prepare(slot, accompaniment)
    accompaniment = undefined
    writer.write(batch)
    writer.settle(batch)
  }
  let written = 0
  let sealSeconds = 0
  const seal = (): boolean => {
    const before = process.cpuUsage()
    const sealed = sealer.seal()
    sealSeconds += secondsSince(before)
    if (sealed === undefined) return false
    gauges[gauge.sealedJournal] = sealed.journal
    written += sealed.written
    return true
  }
  const start = process.cpuUsage()
  const due = sealDueReadings(definitions.points.length)
  let unsealed = 0
  for (const count of arrivals(dataSet, slot)) {
    commit(count)
    unsealed += count
    if (unsealed < due) continue
    seal()
    unsealed = 0
  }
  while (seal());
  const ingestSeconds = secondsSince(start) - sealSeconds
  sealer[Symbol.dispose]()
  writer.close()
  const { readings } = dataSet
  return {
    readings,
    historyBytes: bytesOf(historyPath(directory)),
    journalBytes: bytesOf(journalPath(directory)),
    ingestSeconds,
    sealSeconds,
    writes: written / readings,
  }
}

/** With what SQLite may have left in the log. */
function bytesOf(path: string): number {
  return [path, `${path}-wal`].reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
