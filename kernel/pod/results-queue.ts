import { hasRoom, putBytes } from './output.ts'

/**
 * Results as PUBLISH packets, from when they are written until the broker has acknowledged them; over a new connection they are sent again.
 *
 *     packets   one after another in a ring of bytes, none cut at its end
 *     entries   by the number of the result modulo RESULTS: at u32 | bytes u32 | state u8 | padding
 */
export const RESULT_BYTES: usize = 16 * 1024
const RESULTS: u32 = 8192
const RING_BYTES: usize = 4 * 1024 * 1024
const RING: usize = heap.alloc(RING_BYTES)
const ENTRY_BYTES: usize = 12
const ENTRIES: usize = heap.alloc(<usize>RESULTS * ENTRY_BYTES)
const WAITING: u8 = 0
const SENT: u8 = 1
const DONE: u8 = 2
const DUPLICATE: u8 = 1 << 3
/** More than RESULTS, so that two on their way never have the same; SUBSCRIBE takes one above. */
const PACKET_IDS: u32 = 32768
/** Counts that only grow: acknowledged below `first`, sent below `unsent`, written below `next`. */
let first: u32 = 0
let unsent: u32 = 0
let next: u32 = 0
/** Where the next packet goes. */
let tail: usize = 0

/** Results so far. */
export function written(): u32 {
  return next
}

/** All below are acknowledged. */
export function acknowledged(): u32 {
  return first
}

/** Where a packet of up to RESULT_BYTES may be written; 0: no room until the broker acknowledges some. */
export function place(): usize {
  if (next - first >= RESULTS) return 0
  if (first == next) tail = 0
  const head: usize = first == next ? 0 : load<u32>(entry(first))
  if (first == next || tail > head) {
    if (tail + RESULT_BYTES <= RING_BYTES) return RING + tail
    if (head < RESULT_BYTES) return 0
    tail = 0
    return RING
  }
  // A packet is never empty, so that a tail which has come round stays behind the head.
  return tail + RESULT_BYTES < head ? RING + tail : 0
}

/** The identifier of the packet that is being written. */
export function packetId(): u32 {
  return 1 + (next % PACKET_IDS)
}

/** The packet was written, `from` on: at most what `place` gave. */
export function add(from: usize, bytes: usize): void {
  assert(bytes > 0 && from >= RING && from + bytes <= RING + RING_BYTES)
  const at = entry(next++)
  store<u32>(at, <u32>(from - RING))
  store<u32>(at + 4, <u32>bytes)
  store<u8>(at + 8, WAITING)
  tail = from - RING + bytes
}

/** Gives those that wait to the output, while the broker may have so many unacknowledged [MQTT-3.3.4-9]. */
export function forward(receiveMaximum: u32): void {
  while (unsent != next && unsent - first < receiveMaximum) {
    const at = entry(unsent)
    const bytes = <usize>load<u32>(at + 4)
    if (!hasRoom(bytes)) return
    putBytes(RING + load<u32>(at), bytes)
    store<u8>(at + 8, SENT)
    unsent++
  }
}

/** False: no packet on its way has the identifier. */
export function acknowledge(id: u32): bool {
  if (id == 0 || id > PACKET_IDS) return false
  const number = first + ((id - packetIdOf(first)) & (PACKET_IDS - 1))
  if (<i32>(unsent - number) <= 0 || load<u8>(entry(number) + 8) != SENT) return false
  store<u8>(entry(number) + 8, DONE)
  while (first != unsent && load<u8>(entry(first) + 8) == DONE) first++
  return true
}

/** For a new connection. What was sent is marked as such only where the broker knows of the first time [MQTT-4.4.0-1]. */
export function rewind(isResumed: bool): void {
  unsent = first
  for (let number = first; number != next; number++) {
    const at = entry(number)
    const packet = RING + load<u32>(at)
    const type = load<u8>(packet)
    if (isResumed && load<u8>(at + 8) == SENT) store<u8>(packet, type | DUPLICATE)
    else store<u8>(packet, type & ~DUPLICATE)
  }
}

function packetIdOf(number: u32): u32 {
  return 1 + (number % PACKET_IDS)
}

function entry(number: u32): usize {
  return ENTRIES + <usize>(number % RESULTS) * ENTRY_BYTES
}
