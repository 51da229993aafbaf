import { malformed } from '../reasons.ts'

/**
 * Variable Byte Integer (section 1.5.5): seven bits a byte, lowest first, bit 7 says that another byte follows.
 *
 *     0 .. 127                    0xxxxxxx
 *     128 .. 16 383               1xxxxxxx 0xxxxxxx
 *     16 384 .. 2 097 151         1xxxxxxx 1xxxxxxx 0xxxxxxx
 *     2 097 152 .. 268 435 455    1xxxxxxx 1xxxxxxx 1xxxxxxx 0xxxxxxx
 */
export const VARINT_MAX = 268_435_455

/** The integer at `at`; -1 if its last byte is not before `end`. A fifth byte and a needless byte [MQTT-1.5.5-1] are malformed. */
export function readVarint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  for (let index = 0; index < 4; index++) {
    if (at + index >= end) return -1
    const byte = bytes[at + index] as number
    value |= (byte & 0x7f) << (7 * index)
    if (byte < 0x80) {
      if (byte === 0 && index > 0) throw malformed('variable byte integer is longer than needed')
      return value
    }
  }
  throw malformed('variable byte integer has more than four bytes')
}

/** Bytes that the integer takes: the standard leaves no choice, so a reader finds its end from its value. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  return value < 0x20_0000 ? 3 : 4
}

/** Writes the integer at `at` and returns the offset after it. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value
  let offset = at
  while (rest >= 0x80) {
    bytes[offset++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[offset++] = rest
  return offset
}
