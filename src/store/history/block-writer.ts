import { crc32 } from 'node:zlib'

const FIRST_BYTES = 65_536
const CRC_BYTES = 4
const LOW_BITS = 24
const LOW_RANGE = 2 ** LOW_BITS

/** Bytes, variable-length numbers and bits into one buffer that grows once to the largest block and is kept. */
export class BlockWriter {
  #bytes = new Uint8Array(FIRST_BYTES)
  #at = 0
  /** Bits of the byte that is not full. */
  #held = 0
  #heldBits = 0

  get length(): number {
    return this.#at
  }

  start(format: number): void {
    this.#at = 0
    this.byte(format)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  /** LEB128 of an integer from 0 to 2^53. */
  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  /** The sign is bit 0, so that small numbers of either sign are short. */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value)
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** So many low bits of an integer below 2^49, lowest first. */
  bits(value: number, count: number): void {
    if (count > LOW_BITS) {
      this.#few(value % LOW_RANGE, LOW_BITS)
      this.#few(Math.floor(value / LOW_RANGE), count - LOW_BITS)
    } else this.#few(value, count)
  }

  /** At most 25 bits, which fit into 32 with the 7 that may be held. */
  #few(value: number, count: number): void {
    this.#held |= value << this.#heldBits
    this.#heldBits += count
    if (this.#heldBits < 8) return
    this.#reserve(4)
    while (this.#heldBits >= 8) {
      this.#bytes[this.#at++] = this.#held
      this.#held >>>= 8
      this.#heldBits -= 8
    }
  }

  /** Fills the last byte with zeros. */
  endBits(): void {
    if (this.#heldBits > 0) this.byte(this.#held)
    this.#held = 0
    this.#heldBits = 0
  }

  /** A copy of the block with its checksum behind it. */
  finish(): Uint8Array {
    const block = new Uint8Array(this.#at + CRC_BYTES)
    block.set(this.#bytes.subarray(0, this.#at))
    const sum = crc32(block.subarray(0, this.#at))
    new DataView(block.buffer).setUint32(this.#at, sum, true)
    return block
  }

  #reserve(more: number): void {
    if (this.#at + more <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#at + more))
    larger.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = larger
  }
}
