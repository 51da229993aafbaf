/**
 * Reads the fields of one protobuf message (proto2 wire format). It never throws and never reads past its end: what cannot be
 * read sets `isBroken`, after which `next` is false and every value is zero or empty.
 *
 *     while (reader.next()) if (reader.field === 1) … else reader.skip()
 *
 * Integers come as two halves: there are 64 bits of them, and a double holds 53.
 */
export class ProtobufReader {
  readonly #bytes: Uint8Array
  #at = 0
  #wire = 0
  field = 0
  /** Of the last integer: 32 bits each, without a sign. */
  low = 0
  high = 0
  isBroken = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Goes on to the next field; every field must then be read or skipped. */
  next(): boolean {
    if (this.isBroken || this.#at === this.#bytes.length) return false
    this.#varint()
    this.field = this.low >>> 3
    this.#wire = this.low & 7
    if (this.high !== 0 || this.field === 0) this.isBroken = true
    return !this.isBroken
  }

  /** The integer without a sign; past 2^53 the nearest double. */
  integer(): number {
    if (this.#wire !== VARINT) this.isBroken = true
    else this.#varint()
    return this.isBroken ? 0 : this.high * 2 ** 32 + this.low
  }

  /** The integer in two's complement; past 2^53 the nearest double. */
  signed(): number {
    this.integer()
    return (this.high | 0) * 2 ** 32 + this.low
  }

  /** Bytes, text, a message or a packed list come next. */
  get isDelimited(): boolean {
    return this.#wire === DELIMITED
  }

  float(): number {
    const at = this.#fixed(FIXED32, 4)
    return at < 0 ? 0 : this.#view(4, at).getFloat32(0, true)
  }

  double(): number {
    const at = this.#fixed(FIXED64, 8)
    return at < 0 ? 0 : this.#view(8, at).getFloat64(0, true)
  }

  /** A view of the bytes that the reader was given. */
  bytes(): Uint8Array {
    if (this.#wire !== DELIMITED) this.isBroken = true
    else this.#varint()
    const begin = this.#at
    if (this.isBroken || this.high !== 0 || this.low > this.#bytes.length - begin) {
      this.isBroken = true
      return EMPTY
    }
    this.#at = begin + this.low
    return this.#bytes.subarray(begin, this.#at)
  }

  text(): string {
    const bytes = this.bytes()
    try {
      return utf8.decode(bytes)
    } catch {
      this.isBroken = true
      return ''
    }
  }

  /** A field nobody knows. Groups (wire types 3 and 4), which nobody has written since 2008, are refused. */
  skip(): void {
    if (this.#wire === VARINT) this.#varint()
    else if (this.#wire === FIXED64) this.#fixed(FIXED64, 8)
    else if (this.#wire === FIXED32) this.#fixed(FIXED32, 4)
    else this.bytes()
  }

  #view(length: number, at: number): DataView {
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, length)
  }

  /** Where the value begins, or -1. */
  #fixed(wire: number, length: number): number {
    const at = this.#at
    if (this.#wire !== wire || this.#bytes.length - at < length) {
      this.isBroken = true
      return -1
    }
    this.#at = at + length
    return at
  }

  /** Seven bits a byte, the lowest first, at most ten bytes. */
  #varint(): void {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) break
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else high |= bits << (shift - 32)
      if (byte < 0x80) {
        this.low = low >>> 0
        this.high = high >>> 0
        return
      }
    }
    this.isBroken = true
    this.low = 0
    this.high = 0
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const EMPTY = new Uint8Array(0)
const VARINT = 0
const FIXED64 = 1
const DELIMITED = 2
const FIXED32 = 5
