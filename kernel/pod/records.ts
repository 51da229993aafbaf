import {
  CONTENT_AT,
  DROPPED_AT,
  KIND_NAME,
  KIND_REFUSAL,
  LENGTH_AT,
  RECORD_KIND_AT,
  RECORD_LENGTH_AT,
} from '../sdk/layout.ts'
import { outputs } from '../sdk/abi.ts'
import { counts } from './counts.ts'
import { sayRecords } from './log.ts'
import { learnName } from './result-names.ts'
import { add, packetId, place } from './results-queue.ts'
import { packetStart, writeMessage } from './result-message.ts'

/**
 * The records of the last call of a processor, which lie where it put them until each has become a packet; before that nothing of the
 * processor's may be called.
 */
let at: usize = 0
let end: usize = 0
let isTraced = false
let packetMax: u32 = u32.MAX_VALUE

/** Writes every record to the log, in hexadecimal: to hold it against what another runtime makes of the same readings. */
export function traceRecords(): void {
  isTraced = true
}

/** The largest packet that the broker takes. */
export function limitPackets(bytes: u32): void {
  packetMax = bytes
}

export function takeRecords(): void {
  assert(at == end)
  const start = outputs()
  at = start + CONTENT_AT
  end = at + load<u32>(start + LENGTH_AT)
  counts.dropped += load<u32>(start + DROPPED_AT)
  if (isTraced && end > at) sayRecords(at, end - at)
}

/** Makes packets of records. False: the queue has no room for the next one, the broker has to acknowledge some first. */
export function queueRecords(): bool {
  while (at < end) {
    const kind = load<u8>(at + RECORD_KIND_AT)
    if (kind == KIND_NAME) learnName(at)
    else if (kind != KIND_REFUSAL && !queueRecord(at)) return false
    at += load<u32>(at + RECORD_LENGTH_AT)
  }
  return true
}

function queueRecord(record: usize): bool {
  const room = place()
  if (room == 0) return false
  const bytes = writeMessage(record, room, packetId())
  if (bytes == 0 || <u32>bytes > packetMax) counts.dropped++
  else {
    add(packetStart(), bytes)
    counts.results++
  }
  return true
}
