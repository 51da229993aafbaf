import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { allocateAccounts } from '../../core/accounts.ts'
import { assert } from '../../core/assert.ts'
import { type Slot, allocateSlots, slotsOf } from '../../core/batch.ts'
import { limits } from '../../core/limits.ts'
import { BatchWriter } from '../../store/batch-writer.ts'
import { allocateGauges } from '../../store/gauges.ts'
import { historyPath } from '../../store/history/history-file.ts'
import type { Definitions } from '../../store/names.ts'
import { EdgeProcess } from './edge-process.ts'
import { allocateLatest } from '../../store/latest.ts'

export interface StartUp {
  readonly gigabytes: number
  readonly points: number
  /** In the journal. */
  readonly readings: number
  readonly spans: number
  /** From the start of the process to the line that says it accepts connections: the median of five starts. */
  readonly startMs: number
}

const DEVICES = 1000
const POINTS = 100_000
const STARTS = 5
/** A million readings, which is when an edge would begin to seal them. */
const COMMITS = 64
/** Of a span: ten points of 8,192 rows. */
const SPAN_BYTES = 40_000
const SPAN_SECONDS = 8192

/** Fills a folder with a history of this size and a journal that is not sealed, then starts an edge on it, again and again. */
export async function measureStartUp(gigabytes: number): Promise<StartUp> {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-start-'))
  try {
    const readings = fillJournal(directory)
    const spans = Math.round((gigabytes * 1e9) / SPAN_BYTES)
    fillHistory(directory, spans)
    const times: number[] = []
    for (let start = 0; start < STARTS; start++) {
      const edge = await EdgeProcess.start({ directory })
      times.push(edge.startMs)
      await edge.stop()
    }
    const startMs = times.sort((a, b) => a - b)[Math.floor(STARTS / 2)] ?? 0
    return { gigabytes, points: POINTS, readings, spans, startMs }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** As if devices had sent them: through the writer, a slot at a time. */
function fillJournal(directory: string): number {
  const memory = allocateSlots()
  const accounts = allocateAccounts()
  const writer = new BatchWriter({
    directory,
    slots: memory,
    accounts,
    gauges: allocateGauges(),
    latest: allocateLatest(),
  })
  const [slot] = slotsOf(memory)
  assert(slot !== undefined, 'there is a slot')
  let readings = 0
  for (let commits = 0; commits < COMMITS; commits++) {
    fillSlot(slot, readings)
    const definitions = commits === 0 ? everyName() : undefined
    const nothing = { evidence: [], audit: [], kept: undefined }
    const batch = writer.prepare(slot, definitions && { definitions, ...nothing })
    writer.write(batch)
    writer.settle(batch)
    readings += limits.slotReadings
  }
  writer.close()
  return readings
}

/** Every point in turn, once a second each: in order, so nothing has to be looked up. */
function fillSlot(slot: Slot, from: number): void {
  const start = Date.UTC(2025, 0, 1) * 1000
  for (let row = 0; row < limits.slotReadings; row++) {
    const reading = from + row
    slot.points[row] = reading % POINTS
    slot.times[row] = start + Math.floor((reading / POINTS) * 1e6)
    slot.values[row] = 230 + (reading % 97) / 10
    slot.qualities[row] = 0
  }
  slot.counts.set([limits.slotReadings, 0])
}

function everyName(): Definitions {
  const perDevice = POINTS / DEVICES
  return {
    devices: Array.from({ length: DEVICES }, (_, number) => ({ number, name: `bench-${number}` })),
    points: Array.from({ length: POINTS }, (_, number) => {
      const device = Math.floor(number / perDevice)
      return { number, device, quantity: `quantity.${number % perDevice}`, unit: '' }
    }),
  }
}

/** Straight into the table, without a log: what is in the bodies does not matter to a start, how many bytes they have could. */
function fillHistory(directory: string, spans: number): void {
  const db = new DatabaseSync(historyPath(directory))
  db.exec('PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN')
  db.prepare(
    `WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < :spans)
     INSERT INTO spans (device, first_time, last_time, rows, readings, since, body)
     SELECT number % :devices, time, time + :length - 1, 8192, 81920, 1, zeroblob(${SPAN_BYTES})
     FROM (SELECT number, :start + :length * (number / :devices) AS time FROM numbers)`,
  ).run({ spans, devices: DEVICES, length: SPAN_SECONDS * 1e6, start: Date.UTC(2024, 0, 1) * 1000 })
  db.exec('COMMIT; PRAGMA journal_mode=WAL')
  db.close()
}
