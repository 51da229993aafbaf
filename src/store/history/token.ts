/**
 * A number below 2^51 as a token and some bits behind it. With m mantissa bits all numbers below 2^(m+1) are tokens of their own;
 * above, a token stands for the bits from the highest one on, 1 + m of them, and the rest follows as it is:
 *
 *     extra = max(0, bits of the number − m − 1),  token = extra × 2^m + floor(number / 2^extra)
 */
export const NUMBER_BITS = 51
/** Few mantissa bits: a short table. Many: each number nearly has its own frequency. */
export const MANTISSA_MOST = 4

const WORD = 2 ** 32

export function tokensOf(mantissa: number): number {
  return (NUMBER_BITS - mantissa + 1) << mantissa
}

export function tokenOf(value: number, mantissa: number): number {
  if (value >= WORD) {
    const extra = 63 - Math.clz32(Math.floor(value / WORD)) - mantissa
    return (extra << mantissa) + Math.floor(value / 2 ** extra)
  }
  const extra = 31 - Math.clz32(value) - mantissa
  return extra <= 0 ? value : (extra << mantissa) + (value >>> extra)
}

/** Bits that follow a token. */
export function extraBitsOf(token: number, mantissa: number): number {
  return Math.max(0, (token >> mantissa) - 1)
}

/** The least number of a token. */
export function leastOf(token: number, mantissa: number): number {
  const extra = extraBitsOf(token, mantissa)
  return (token - (extra << mantissa)) * 2 ** extra
}
