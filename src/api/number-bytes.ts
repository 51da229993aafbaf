/** Digits that fit are worked out as 32-bit integers, which takes a third of the time. */
const WORD_MOST = 2 ** 31 - 1
/** Below 1e-6 `String` writes an exponent. */
const DECIMALS_MOST = 6
const TENS = Float64Array.from({ length: DECIMALS_MOST + 1 }, (_, decimals) => 10 ** decimals)
const ZERO = 48
const MINUS = 45
const POINT = 46

/**
 * Writes numbers as `String` does, as bytes: values of an instrument have the same few decimals one after the other, so what held for
 * the last one is tried first. At most ten digits: such a text stands for one double only, and is the shortest that does.
 */
export class NumberBytes {
  #decimals = 0

  /** At most 24 bytes of a finite number, from `at` on; returns where they end. */
  write(out: Uint8Array, at: number, value: number): number {
    let digits = this.#digitsOf(Math.abs(value))
    if (digits < 0) return writeText(out, at, String(value))
    if (value < 0) out[at++] = MINUS
    let decimals = this.#decimals
    while (decimals > 0) {
      const next = (digits / 10) | 0
      if (next * 10 !== digits) break
      digits = next
      decimals--
    }
    let length = decimals + 1
    for (let bound = TENS[decimals] as number; digits >= bound * 10; bound *= 10) length++
    const point = decimals === 0 ? -1 : at + length - decimals
    const end = point < 0 ? at + length : at + length + 1
    for (let place = end - 1; place >= at; place--) {
      if (place === point) {
        out[place] = POINT
        continue
      }
      const next = (digits / 10) | 0
      out[place] = ZERO + digits - next * 10
      digits = next
    }
    return end
  }

  /** As a whole number of the last decimal place; -1 where that is none, or too large. */
  #digitsOf(size: number): number {
    const ten = TENS[this.#decimals] as number
    const digits = Math.round(size * ten)
    if (digits <= WORD_MOST && digits / ten === size) return digits | 0
    for (let decimals = 0; decimals <= DECIMALS_MOST; decimals++) {
      const scale = TENS[decimals] as number
      const other = Math.round(size * scale)
      if (other > WORD_MOST) return -1
      if (other / scale !== size) continue
      this.#decimals = decimals
      return other | 0
    }
    return -1
  }
}

/** ASCII only. */
function writeText(out: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) out[at + index] = text.charCodeAt(index)
  return at + text.length
}
