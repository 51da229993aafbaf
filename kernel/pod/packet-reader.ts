/** Reads the body of one packet, never past its end: what is not there makes the packet broken, and reads as 0. */
let at: usize = 0
let end: usize = 0
let isWhole = true

export function openPacket(start: usize, bytes: usize): void {
  at = start
  end = start + bytes
  isWhole = true
}

/** False: something was read that is not there, or is not well-formed. */
export function isSound(): bool {
  return isWhole
}

export function markBroken(): void {
  isWhole = false
}

export function position(): usize {
  return at
}

export function bytesLeft(): usize {
  return end - at
}

export function readByte(): u32 {
  const start = take(1)
  return start == 0 ? 0 : load<u8>(start)
}

export function readUint16(): u32 {
  const start = take(2)
  return start == 0 ? 0 : bswap<u16>(load<u16>(start))
}

export function readUint32(): u32 {
  const start = take(4)
  return start == 0 ? 0 : bswap<u32>(load<u32>(start))
}

/** A variable byte integer has four bytes at most [MQTT-1.5.5-1]. */
export function readVariable(): u32 {
  let value: u32 = 0
  for (let shift: u32 = 0; shift < 28; shift += 7) {
    const byte = readByte()
    value |= (byte & 127) << shift
    if (byte < 128) return value
  }
  isWhole = false
  return 0
}

/** Where so many bytes begin, which then are read; 0: they are not there. */
export function take(bytes: u32): usize {
  if (<usize>bytes > end - at) {
    isWhole = false
    return 0
  }
  const start = at
  at += <usize>bytes
  return start
}
