import { openPacket } from './packet-reader.ts'
import { ENDED, receive } from './tcp.ts'

/**
 * What has come from the broker, packet behind packet:
 *
 *     head      the first that is not dealt with
 *     ahead     up to here, while results wait for the broker, acknowledgements were taken out of the middle; they have type 0 since
 *     tail      where the next byte goes
 *
 * It grows only while results wait: their acknowledgements lie behind the messages that are to be read after them.
 */
export const PACKET_BYTES: u32 = 256 * 1024
const CAPACITY: usize = 512 * 1024
const CAPACITY_MAX: usize = 32 * 1024 * 1024
/** A name is compared in full before it is known where the text ends. */
const SLACK: usize = 256
let capacity: usize = CAPACITY
let memoryAt: usize = heap.alloc(CAPACITY + SLACK)
let head: usize = 0
let ahead: usize = 0
let tail: usize = 0

export const WHOLE = 1
export const UNFINISHED = 0
export const BROKEN = -1

let first: u32 = 0
let packetBytes: usize = 0

export function startInput(): void {
  head = 0
  ahead = 0
  tail = 0
}

/** Byte 1 of the packet that was opened: type and flags. */
export function firstByte(): u32 {
  return first
}

/** Takes what the system has. False: the connection is no more. */
export function fill(): bool {
  // Seldom, for what waits while results find no room may be long.
  if (head >= capacity / 2 || (head > 0 && tail == capacity)) compact()
  while (tail < capacity) {
    const received = receive(memoryAt + tail, capacity - tail)
    if (received == ENDED) return false
    if (received == 0) return true
    tail += <usize>received
  }
  return true
}

export function isFull(): bool {
  return tail - head >= capacity
}

/** False: it is as large as it may become. */
export function grow(): bool {
  if (capacity >= CAPACITY_MAX) return false
  capacity *= 2
  memoryAt = heap.realloc(memoryAt, capacity + SLACK)
  return true
}

/** Opens the packet at the head. */
export function peek(): i32 {
  const found = open(head)
  // Type 0 is no packet, unless it was one that is dealt with.
  return found == WHOLE && first == 0 && head >= ahead ? BROKEN : found
}

export function consume(): void {
  head += packetBytes
  if (ahead < head) ahead = head
  if (head == tail) startInput()
}

/** Opens the next packet that was not looked at yet; what is at the head stays there. */
export function peekAhead(): i32 {
  const found = open(ahead)
  return found == WHOLE && first == 0 ? BROKEN : found
}

export function passAhead(): void {
  ahead += packetBytes
}

/** The packet ahead is dealt with. */
export function consumeAhead(): void {
  store<u8>(memoryAt + ahead, 0)
  ahead += packetBytes
}

function open(offset: usize): i32 {
  const left = tail - offset
  if (left < 2) return UNFINISHED
  const at = memoryAt + offset
  let bytes: u32 = 0
  let front: usize = 1
  for (let shift: u32 = 0; ; shift += 7) {
    if (front >= left) return UNFINISHED
    const byte = load<u8>(at + front++)
    bytes |= (<u32>byte & 127) << shift
    if (byte < 128) break
    if (shift == 21) return BROKEN
  }
  if (bytes + <u32>front > PACKET_BYTES) return BROKEN
  if (left < front + <usize>bytes) return UNFINISHED
  first = load<u8>(at)
  packetBytes = front + <usize>bytes
  openPacket(at + front, <usize>bytes)
  return WHOLE
}

function compact(): void {
  memory.copy(memoryAt, memoryAt + head, tail - head)
  tail -= head
  ahead -= head
  head = 0
}
