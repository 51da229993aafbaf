import { crc32 } from 'node:zlib'
import { damaged } from './damaged.ts'

const CRC_BYTES = 4
const VARINT_BYTES = 8
const LOW_BITS = 24
const LOW_RANGE = 2 ** LOW_BITS

/** Reads what `BlockWriter` wrote. Every read is checked against the end of the block. */
export class BlockReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at = 1
  #bit = 0

  constructor(block: Uint8Array, format: number) {
    this.#bytes = block
    this.#end = block.length - CRC_BYTES
    if (this.#end < 1) throw damaged(`${block.length} bytes are too few`)
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
    if (crc32(block.subarray(0, this.#end)) !== view.getUint32(this.#end, true))
      throw damaged(`the checksum of ${block.length} bytes is wrong`)
    if (block[0] !== format) throw damaged(`format ${block[0]} where ${format} is due`)
  }

  byte(): number {
    return this.take(1)[0] as number
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let count = 0; count < VARINT_BYTES; count++) {
      const byte = this.byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
      scale *= 128
    }
    throw damaged('a number is too long')
  }

  /** A count, which a reader allocates by: at most what it knows to be possible. */
  count(most: number): number {
    const value = this.varint()
    if (value > most) throw damaged(`a count of ${value} where ${most} are possible`)
    return value
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#end) throw damaged('it ends too early')
    const start = this.#at
    this.#at += length
    return this.#bytes.subarray(start, this.#at)
  }

  startBits(): void {
    this.#bit = this.#at * 8
  }

  /** Up to 49 bits. Past the end of the block zeros come; `endBits` finds that out. */
  bits(count: number): number {
    if (count <= LOW_BITS) return this.#few(count)
    const low = this.#few(LOW_BITS)
    return low + this.#few(count - LOW_BITS) * LOW_RANGE
  }

  /** At most 25 bits: with the 7 before them they lie in four bytes. Three bytes past the last bit still belong to the checksum. */
  #few(count: number): number {
    const bytes = this.#bytes
    const at = this.#bit >>> 3
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)
    const value = (word >>> (this.#bit & 7)) & ((1 << count) - 1)
    this.#bit += count
    return value
  }

  endBits(): void {
    this.#at = (this.#bit + 7) >>> 3
    if (this.#at > this.#end) throw damaged('it ends too early')
  }

  finish(): void {
    if (this.#at !== this.#end) throw damaged(`${this.#end - this.#at} bytes are left over`)
  }
}
