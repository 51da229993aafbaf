/**
 * `(head · 10^tailDigits + tail) / 10^decimals`, rounded once; NaN where that needs more than doubles. `head` and `tail` are whole
 * numbers of at most 15 and 5 digits, `decimals` at most 22.
 *
 * Up to 2^53 dividend and divisor are exact doubles, and the division rounds once (Clinger 1990, "How to read floating point
 * numbers accurately"). Past it (a device that prints a float32 as a double sends 16 digits) the quotient is at most
 * two units off. What is left of the dividend then follows from exact products, and corrects the quotient: rightly unless
 * the truth lies so close to the middle of two doubles that the rounding of the correction itself decides.
 */
export function divide(head: number, tail: number, tailDigits: number, decimals: number): number {
  const scale = POWERS[tailDigits] as number
  const divisor = POWERS[decimals] as number
  const dividend = head * scale + tail
  const quotient = dividend / divisor
  if (dividend < 2 ** 53) return quotient
  const scaled = head * scale
  const taken = quotient * divisor
  const errors = productError(head, scale, scaled) - productError(quotient, divisor, taken)
  const correction = (scaled - taken + (errors + tail)) / divisor
  const low = quotient + correction * (1 - DOUBT)
  const high = quotient + correction * (1 + DOUBT)
  return low === high ? low : NaN
}

/** `a · b - product`, exactly (Dekker 1971), for a product that is the rounded one. */
function productError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a)
  const bHigh = upperHalf(b)
  const aLow = a - aHigh
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** The upper 26 bits of the 53. */
function upperHalf(value: number): number {
  const shifted = value * (2 ** 27 + 1)
  return shifted - (shifted - value)
}

const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`))
/** Far above the error of the correction (2^-44 of half a unit), far below what would often send us to `Number`. */
const DOUBT = 2 ** -30
