/** Bits into bytes, the highest first. Numbers of 64 bits come as two halves. */
export class BitWriter {
  #bytes = new Uint8Array(256)
  #bits = 0

  /** The lowest `count` bits, at most 32, of `value`. */
  write(value: number, count: number): void {
    this.#reserve(count)
    for (let left = count; left > 0;) {
      const free = 8 - (this.#bits & 7)
      const step = Math.min(free, left)
      const part = (value >>> (left - step)) & ((1 << step) - 1)
      const at = this.#bits >>> 3
      this.#bytes[at] = (this.#bytes[at] as number) | (part << (free - step))
      this.#bits += step
      left -= step
    }
  }

  /** The lowest `count` bits, at most 64. */
  write64(high: number, low: number, count: number): void {
    if (count > 32) this.write(high, count - 32)
    this.write(low, Math.min(count, 32))
  }

  /** A copy of what was written, the last byte filled up with zeros. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, (this.#bits + 7) >>> 3)
  }

  #reserve(count: number): void {
    if (this.#bytes.length * 8 - this.#bits >= count) return
    const longer = new Uint8Array(this.#bytes.length * 2)
    longer.set(this.#bytes)
    this.#bytes = longer
  }
}
