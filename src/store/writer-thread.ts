import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { assert } from '../core/assert.ts'
import { slotState, slotStates, slotsOf } from '../core/batch.ts'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { BatchWriter } from './batch-writer.ts'
import { damagedFile, isCorrupt, markDamaged } from './damage/corrupt.ts'
import { isDiskFull } from './disk-room.ts'
import { gauge } from './gauges.ts'
import {
  type Accompaniment,
  HAS_ACCOMPANIMENT,
  IS_PROBE,
  type WriterMessage,
  type WriterSettings,
} from './writer-protocol.ts'

/** The writer thread: takes slots in turn, makes each durable, and says so. It sleeps on the word of the next slot. */
function run(settings: WriterSettings): void {
  const writer = new BatchWriter(settings)
  post({ kind: 'ready' })
  const slots = slotsOf(settings.slots)
  const states = slotStates(settings.slots)
  for (let serial = 1; ; serial++) {
    const index = serial % slots.length
    Atomics.wait(states, index, slotState.free)
    if (Atomics.load(states, index) === slotState.stop) break
    const slot = slots[index]
    assert(slot !== undefined, 'a slot for every index')
    const marks = slot.counts[2] as number
    const accompaniment = (marks & HAS_ACCOMPANIMENT) === 0 ? undefined : receiveAccompaniment()
    const batch = writer.prepare(slot, accompaniment)
    // What was on its way when the disk became full is refused with the batch before it: it may repeat what was refused.
    let outcome: Outcome =
      settings.gauges[gauge.diskFull] === 1 && (marks & IS_PROBE) === 0 ? 'full' : 'later'
    while (outcome === 'later') {
      outcome = tryWrite(writer, batch, settings)
      if (outcome === 'later') Atomics.wait(states, index, slotState.filled, limits.diskRetryMs)
    }
    if (outcome === 'written') writer.settle(batch)
    const notes = outcome === 'full' ? writer.refuse(batch) : undefined
    Atomics.store(states, index, slotState.free)
    if (notes === undefined) post(serial)
    else post({ kind: 'full', serial, notes, accompaniment })
  }
  writer.close()
}

type Outcome = 'written' | 'full' | 'later'

/**
 * `later`: the disk refuses for now; nothing is acknowledged meanwhile, and the same batch is tried again. A damaged file refuses for
 * ever: the next start salvages it.
 */
function tryWrite(
  writer: BatchWriter,
  batch: ReturnType<BatchWriter['prepare']>,
  { directory, gauges }: WriterSettings,
): Outcome {
  try {
    writer.write(batch)
    gauges[gauge.diskRefuses] = 0
    gauges[gauge.diskFull] = 0
    return 'written'
  } catch (cause) {
    if (isCorrupt(cause) && markDamaged(directory, cause)) throw cause
    if (gauges[gauge.diskRefuses] === 0) post({ kind: 'refused', text: errorText(cause) })
    gauges[gauge.diskRefuses] = 1
    if (!isDiskFull(cause)) return 'later'
    gauges[gauge.diskFull] = 1
    return 'full'
  }
}

function receiveAccompaniment(): Accompaniment | undefined {
  const received: { message: Accompaniment } | undefined =
    parentPort === null ? undefined : receiveMessageOnPort(parentPort)
  return received?.message
}

function post(message: WriterMessage): void {
  parentPort?.postMessage(message)
}

const settings = workerData as WriterSettings
try {
  run(settings)
} catch (cause) {
  const fault = isCorrupt(cause) ? damagedFile(settings.directory, cause) : cause
  const known = fault instanceof GridError
  const code = known ? fault.code : 'disk'
  post({ kind: 'failed', code, text: errorText(fault), hint: known ? (fault.hint ?? '') : '' })
}
