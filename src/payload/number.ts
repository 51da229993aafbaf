import { divide } from './decimal.ts'

/**
 * A JSON number straight from its bytes, equal to what `JSON.parse` makes of it. Nine digits are read as one integer and
 * divided once, twenty by `divide`; the rest goes through `Number`, except what is too large for a double. The caller
 * vouches that a byte which is of no number follows.
 */
export class NumberScanner {
  value = 0

  /** The offset after the number at `start`, whose worth is then in `value`; -1 where there is none. */
  scan(bytes: Uint8Array, start: number): number {
    const negative = bytes[start] === MINUS
    const first = negative ? start + 1 : start
    let at = first
    let mantissa = 0
    let next = (bytes[at] as number) ^ ZERO
    // Nine digits fit into 32 bits; a mantissa that lost some to overflow is not used.
    while (next <= 9) {
      mantissa = (Math.imul(mantissa, 10) + next) | 0
      next = (bytes[++at] as number) ^ ZERO
    }
    const whole = at - first
    let decimals = 0
    if (next === DOT) {
      const from = at + 1
      next = (bytes[++at] as number) ^ ZERO
      while (next <= 9) {
        mantissa = (Math.imul(mantissa, 10) + next) | 0
        next = (bytes[++at] as number) ^ ZERO
      }
      decimals = at - from
      if (decimals === 0) return -1
    }
    if (whole !== 1 && (whole === 0 || bytes[first] === ZERO)) return -1
    if (whole + decimals > 9 || (next | CASE) === E) return this.#long(bytes, start)
    const magnitude = decimals === 0 ? mantissa : mantissa / (POWERS[decimals] as number)
    this.value = negative ? -magnitude : magnitude
    return at
  }

  /** Ten digits and more, or an exponent; `scan` has seen that the form is right up to there. */
  #long(bytes: Uint8Array, start: number): number {
    const first = bytes[start] === MINUS ? start + 1 : start
    let at = first
    let head = 0
    let tail = 0
    let digits = 0
    let whole = -1
    for (;;) {
      const next = (bytes[at] as number) ^ ZERO
      if (next <= 9) {
        if (digits < HEAD_DIGITS) head = head * 10 + next
        else tail = tail * 10 + next
        digits++
      } else if (next === DOT && whole < 0) whole = digits
      else if ((next | CASE) === E) return this.#text(bytes, start)
      else break
      at++
    }
    if (digits > DIGITS_MAX) return this.#text(bytes, start)
    const tailDigits = digits > HEAD_DIGITS ? digits - HEAD_DIGITS : 0
    const magnitude = divide(head, tail, tailDigits, whole < 0 ? 0 : digits - whole)
    if (Number.isNaN(magnitude)) return this.#text(bytes, start)
    this.value = first > start ? -magnitude : magnitude
    return at
  }

  #text(bytes: Uint8Array, start: number): number {
    let at = start
    while (OF_NUMBER[bytes[at] as number] === 1) at++
    if (at - start > TEXT_MAX) return -1
    const text = String.fromCharCode(...bytes.subarray(start, at))
    const value = Number(text)
    if (!JSON_NUMBER.test(text) || !Number.isFinite(value)) return -1
    this.value = value
    return at
  }
}

/** The number of thirteen digits at `at`, -1 where there is none: every epoch millisecond from 2001 to 2286. */
export function thirteenDigits(bytes: Uint8Array, at: number): number {
  const first = (bytes[at] as number) ^ ZERO
  const second = fourDigits(bytes, at + 1)
  const third = fourDigits(bytes, at + 5)
  const fourth = fourDigits(bytes, at + 9)
  if (first > 9 || first === 0 || (second | third | fourth) < 0) return -1
  return (first * 1e4 + second) * 1e8 + (third * 1e4 + fourth)
}

function fourDigits(bytes: Uint8Array, at: number): number {
  const a = (bytes[at] as number) ^ ZERO
  const b = (bytes[at + 1] as number) ^ ZERO
  const c = (bytes[at + 2] as number) ^ ZERO
  const d = (bytes[at + 3] as number) ^ ZERO
  // One branch for four digits: 9 minus a digit is never negative.
  return ((9 - a) | (9 - b) | (9 - c) | (9 - d)) < 0 ? -1 : a * 1000 + b * 100 + c * 10 + d
}

const POWERS = Float64Array.from({ length: 10 }, (_, exponent) => 10 ** exponent)
const HEAD_DIGITS = 15
const DIGITS_MAX = 20
/** Longer ones are read at leisure. */
const TEXT_MAX = 64
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const OF_NUMBER = new Uint8Array(256)
for (const char of '0123456789+-.eE') OF_NUMBER[char.charCodeAt(0)] = 1
const MINUS = 0x2d
const ZERO = 0x30
// These two as they look after `^ ZERO`, which makes digits their own worth.
const DOT = 0x2e ^ ZERO
const E = (0x65 ^ ZERO) | 0x20
const CASE = 0x20
