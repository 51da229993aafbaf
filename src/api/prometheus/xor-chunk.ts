import { BitWriter } from './bit-writer.ts'
import { SampleValue } from './sample-value.ts'

/** What readers of the format expect at most, though there is room for 65,535. */
export const CHUNK_SAMPLES = 120

/**
 * Samples as Prometheus compresses them, after Facebook's Gorilla:
 *
 *     u16 count | varint time, 64 bits value | uvarint time delta, value xor | (time delta of delta, value xor) ...
 *
 *     delta of delta   0 -> 0   10 and 14 bits   110 and 17   1110 and 20   1111 and 64
 *     value xor        0 -> 0   10 and the bits of the last window   11, 5 bits leading zeros, 6 bits count, that many bits
 *
 * `times` are whole milliseconds in order.
 */
export function encodeXorChunk(times: ArrayLike<number>, values: ArrayLike<number>): Uint8Array {
  const bits = new BitWriter()
  const xors = new ValueXors(bits)
  bits.write(times.length, 16)
  let last = times[0] as number
  writeVarint(bits, last < 0 ? -2 * last - 1 : 2 * last)
  xors.first(values[0] as number)
  let lastDelta = 0
  for (let at = 1; at < times.length; at++) {
    const delta = (times[at] as number) - last
    if (at === 1) writeVarint(bits, delta)
    else writeDeltaOfDelta(bits, delta - lastDelta)
    xors.next(values[at] as number)
    last += delta
    lastDelta = delta
  }
  return bits.bytes()
}

function writeVarint(bits: BitWriter, value: number): void {
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bits.write((rest % 128) | 0x80, 8)
  bits.write(rest, 8)
}

function writeDeltaOfDelta(bits: BitWriter, value: number): void {
  if (value === 0) {
    bits.write(0, 1)
    return
  }
  for (const { prefix, prefixBits, count } of DELTA_FORMS) {
    if (!fits(value, count)) continue
    bits.write(prefix, prefixBits)
    bits.write(value, count)
    return
  }
  bits.write(0b1111, 4)
  bits.write64(Math.floor(value / 2 ** 32), value, 64)
}

const DELTA_FORMS = [
  { prefix: 0b10, prefixBits: 2, count: 14 },
  { prefix: 0b110, prefixBits: 3, count: 17 },
  { prefix: 0b1110, prefixBits: 4, count: 20 },
] as const

/** Not two's complement: the range is shifted by one, as in the original. */
function fits(value: number, count: number): boolean {
  const half = 2 ** (count - 1)
  return value > -half && value <= half
}

class ValueXors {
  readonly #bits: BitWriter
  readonly #value = new SampleValue()
  #high = 0
  #low = 0
  #leading = -1
  #trailing = 0

  constructor(bits: BitWriter) {
    this.#bits = bits
  }

  first(value: number): void {
    this.#take(value)
    this.#bits.write64(this.#high, this.#low, 64)
  }

  next(value: number): void {
    const [lastHigh, lastLow] = [this.#high, this.#low]
    this.#take(value)
    const high = this.#high ^ lastHigh
    const low = this.#low ^ lastLow
    if (high === 0 && low === 0) {
      this.#bits.write(0, 1)
      return
    }
    // Five bits hold no more than 31.
    const leading = Math.min(high === 0 ? 32 + Math.clz32(low) : Math.clz32(high), 31)
    const trailing = low === 0 ? 32 + trailingZeros(high) : trailingZeros(low)
    const isInside = leading >= this.#leading && trailing >= this.#trailing
    if (this.#leading >= 0 && isInside) this.#bits.write(0b10, 2)
    else {
      this.#leading = leading
      this.#trailing = trailing
      this.#bits.write(0b11, 2)
      this.#bits.write(leading, 5)
      // 64 does not fit and comes as 0, which cannot happen otherwise.
      this.#bits.write((64 - leading - trailing) & 63, 6)
    }
    this.#window(high, low)
  }

  #take(value: number): void {
    this.#value.set(value)
    this.#high = this.#value.high
    this.#low = this.#value.low
  }

  /** What lies between the zeros. */
  #window(high: number, low: number): void {
    const shift = this.#trailing
    const count = 64 - this.#leading - shift
    if (shift === 0) this.#bits.write64(high, low, count)
    else if (shift < 32) {
      this.#bits.write64(high >>> shift, (low >>> shift) | (high << (32 - shift)), count)
    } else this.#bits.write64(0, high >>> (shift - 32), count)
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word)
}
