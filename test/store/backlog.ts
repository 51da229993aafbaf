import { mkdirSync } from 'node:fs'
import { allocateAccounts } from '../../src/core/accounts.ts'
import { allocateSlots, slotsOf } from '../../src/core/batch.ts'
import { Micros } from '../../src/core/time.ts'
import { BatchWriter } from '../../src/store/batch-writer.ts'
import { allocateGauges } from '../../src/store/gauges.ts'
import { allocateLatest } from '../../src/store/latest.ts'
import { StoreReader } from '../../src/store/reader/store-reader.ts'

export const DEVICES = 10
export const QUANTITIES = 10
/** One commit a second, a reading of every point in each. */
export const READINGS_PER_COMMIT: number = DEVICES * QUANTITIES
const START = Micros(1_764_000_000_000_000)

export const EVER = {
  device: undefined,
  quantity: undefined,
  from: Micros(-1e15),
  to: Micros(4e15),
}

/** Fills a data folder through the writer itself, a commit for each second in the range, so that every reading is known. */
export function writeBacklog(
  directory: string,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  mkdirSync(directory, { recursive: true })
  const memory = allocateSlots()
  const [slot] = slotsOf(memory)
  if (slot === undefined) throw new Error('there is a slot')
  const shared = {
    slots: memory,
    accounts: allocateAccounts(),
    gauges: allocateGauges(),
    latest: allocateLatest(),
  }
  const writer = new BatchWriter({ directory, ...shared })
  for (let second = from; second < to; second++) {
    for (let point = 0; point < READINGS_PER_COMMIT; point++) {
      slot.points[point] = point
      slot.times[point] = timeOf(second)
      slot.values[point] = valueOf(point, second)
      slot.qualities[point] = 0
    }
    slot.counts.set([READINGS_PER_COMMIT, 0])
    const definitions = second === 0 ? DEFINITIONS : undefined
    const batch = writer.prepare(slot, { definitions, evidence: [], kept: undefined, audit: [] })
    writer.write(batch)
    writer.settle(batch)
  }
  writer.close()
}

/** How many of the backlog a folder has, once each and with their values; anything else is an error. */
export function countBacklog(directory: string): { readings: number; damagedRows: number } {
  const reader = StoreReader.open(directory)
  const seen = new Set<number>()
  let damagedRows = 0
  try {
    for (const chunk of reader.readings(EVER)) {
      damagedRows += chunk.damagedRows
      for (const [row, point] of chunk.points.entries()) {
        const second = ((chunk.times[row] as number) - START) / 1_000_000
        if (chunk.values[row] !== valueOf(point, second)) throw new Error(`${point} at ${second}`)
        const key = second * READINGS_PER_COMMIT + point
        if (seen.has(key)) throw new Error(`${point} at ${second} is there twice`)
        seen.add(key)
      }
    }
  } finally {
    reader.close()
  }
  return { readings: seen.size, damagedRows }
}

export function timeOf(second: number): Micros {
  return Micros(START + second * 1_000_000)
}

function valueOf(point: number, second: number): number {
  return Math.round(2300 + 50 * Math.sin(second / 60 + point) + (second % 7)) / 10
}

const DEFINITIONS = {
  devices: Array.from({ length: DEVICES }, (_, number) => ({ number, name: `m${number}` })),
  points: Array.from({ length: READINGS_PER_COMMIT }, (_, number) => ({
    number,
    device: Math.floor(number / QUANTITIES),
    quantity: `q${number % QUANTITIES}`,
    unit: 'V',
  })),
}
