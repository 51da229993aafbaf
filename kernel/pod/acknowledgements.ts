import { hasRoom, putByte, putUint16 } from './output.ts'

/**
 * Messages that are not acknowledged yet, in the order in which they came [MQTT-4.6.0-2]. Each waits until the results of its batch are
 * with the broker: until every result before the number that is stamped on it is acknowledged.
 *
 *     packet identifier u16 | reason u8 | 0 | stamp u32
 */
export const UNACKNOWLEDGED: u32 = 1024
const ENTRY_BYTES: usize = 8
const ENTRIES: usize = heap.alloc(<usize>UNACKNOWLEDGED * ENTRY_BYTES)
const PUBACK = 0x40
/** Counts that only grow; an entry lies at its number modulo UNACKNOWLEDGED. */
let first: u32 = 0
let stamped: u32 = 0
let next: u32 = 0

export function isFull(): bool {
  return next - first >= UNACKNOWLEDGED
}

export function owe(packetId: u32, reason: u32): void {
  assert(!isFull())
  const at = entry(next++)
  store<u16>(at, <u16>packetId)
  store<u8>(at + 2, <u8>reason)
}

/** Results up to here, exclusive, are of the messages that came so far. */
export function stamp(results: u32): void {
  while (stamped != next) store<u32>(entry(stamped++) + 4, results)
}

/** Writes the PUBACK of each message whose results are all below `acknowledged`. */
export function pay(acknowledged: u32): void {
  while (first != stamped && hasRoom(6)) {
    const at = entry(first)
    if (<i32>(load<u32>(at + 4) - acknowledged) > 0) return
    const reason = load<u8>(at + 2)
    putByte(PUBACK)
    putByte(reason == 0 ? 2 : 3)
    putUint16(load<u16>(at))
    if (reason != 0) putByte(reason)
    first++
  }
}

/** With the connection goes the debt: the broker sends again what was not acknowledged, to us or to another. */
export function forget(): void {
  first = 0
  stamped = 0
  next = 0
}

function entry(number: u32): usize {
  return ENTRIES + <usize>(number % UNACKNOWLEDGED) * ENTRY_BYTES
}
