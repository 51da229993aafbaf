import { ENDED, send } from './tcp.ts'

/**
 * What is on its way to the broker, in one piece: there is no TCP_NODELAY under WASI, so a turn ends in one `send`. A packet is only
 * begun where `hasRoom` said yes.
 */
const CAPACITY: usize = 512 * 1024
const MEMORY: usize = heap.alloc(CAPACITY)
let from: usize = 0
let to: usize = 0

export function hasRoom(bytes: usize): bool {
  if (to + bytes <= CAPACITY) return true
  memory.copy(MEMORY, MEMORY + from, to - from)
  to -= from
  from = 0
  return to + bytes <= CAPACITY
}

export function isPending(): bool {
  return to > from
}

export function putByte(value: u32): void {
  store<u8>(place(1), <u8>value)
}

/** Numbers of MQTT have their high byte first. */
export function putUint16(value: u32): void {
  store<u16>(place(2), bswap<u16>(<u16>value))
}

export function putUint32(value: u32): void {
  store<u32>(place(4), bswap<u32>(value))
}

export function putBytes(at: usize, bytes: usize): void {
  memory.copy(place(bytes), at, bytes)
}

/** In UTF-8, its length in front. */
export function putString(text: string): void {
  const bytes = String.UTF8.byteLength(text)
  putUint16(<u32>bytes)
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, place(<usize>bytes))
}

/** Sends what the system takes. False: the connection is no more. */
export function flush(): bool {
  while (to > from) {
    const sent = send(MEMORY + from, to - from)
    if (sent == ENDED) return false
    if (sent == 0) return true
    from += <usize>sent
  }
  discard()
  return true
}

/** What was on its way on a connection that is no more. */
export function discard(): void {
  from = 0
  to = 0
}

function place(bytes: usize): usize {
  assert(to + bytes <= CAPACITY)
  const at = MEMORY + to
  to += bytes
  return at
}
