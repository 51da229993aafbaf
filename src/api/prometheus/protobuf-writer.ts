/** Fields of protobuf messages, one behind the other. */
export class ProtobufWriter {
  #bytes: Uint8Array
  #view: DataView
  length = 0

  constructor(capacityBytes: number) {
    this.#bytes = new Uint8Array(capacityBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** A view until something more is written. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  /** A copy of the first bytes, at most `count`, which then are no longer here. */
  take(count: number): Uint8Array {
    const taken = this.#bytes.slice(0, Math.min(count, this.length))
    this.#bytes.copyWithin(0, taken.length, this.length)
    this.length -= taken.length
    return taken
  }

  /** Head of a field whose `length` bytes come next: a message, a text or bytes. */
  delimited(field: number, length: number): void {
    this.varint((field << 3) | DELIMITED)
    this.varint(length)
  }

  put(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  integer(field: number, value: number): void {
    this.varint(field << 3)
    this.varint(value)
  }

  double(field: number, { high, low }: { readonly high: number; readonly low: number }): void {
    this.varint((field << 3) | FIXED64)
    this.#reserve(8)
    this.#view.setUint32(this.length, low, true)
    this.#view.setUint32(this.length + 4, high, true)
    this.length += 8
  }

  /** A whole number; one below zero in the 64 bits of two's complement. */
  varint(value: number): void {
    this.#reserve(10)
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value))
      for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.length++] = Number(rest & 0x7fn) | 0x80
      this.#bytes[this.length++] = Number(rest)
      return
    }
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) {
      this.#bytes[this.length++] = (rest % 128) | 0x80
    }
    this.#bytes[this.length++] = rest
  }

  uint32BigEndian(value: number): void {
    this.#reserve(4)
    this.#view.setUint32(this.length, value)
    this.length += 4
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return
    const longer = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count))
    longer.set(this.bytes)
    this.#bytes = longer
    this.#view = new DataView(longer.buffer)
  }
}

/** Bytes that `varint` takes. */
export function varintBytes(value: number): number {
  if (value < 0) return 10
  let count = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) count++
  return count
}

const FIXED64 = 1
const DELIMITED = 2
