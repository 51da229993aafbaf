import { BIG_BYTES, compareBig, multiplyBig, scaleBig, setBig } from './big-number.ts'

const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const DIGITS_KEPT = 19
/** Longer numerals are refused: the exact decimal of any double that a device has a use for is shorter. */
const NUMERAL_BYTES: usize = 400
const EXACT: u64 = (<u64>1) << 53
const EXPONENT_MAX = 99999
const HIDDEN: u64 = (<u64>1) << 52
const INFINITE: u64 = (<u64>0x7ff) << 52
const POWERS: usize = heap.alloc(23 * 8)
const LEFT: usize = heap.alloc(BIG_BYTES)
const RIGHT: usize = heap.alloc(BIG_BYTES)

for (let exponent = 0, worth = 1.0; exponent <= 22; exponent++, worth *= 10) {
  store<f64>(POWERS + ((<usize>exponent) << 3), worth)
}

let number: f64 = 0

/** What `readNumber` has read; infinite where no double is so large. */
export function numberRead(): f64 {
  return number
}

/**
 * The offset after the JSON numeral at `start`; 0 where there is none. The same double as `JSON.parse`: up to 2^53 and 10^22 one operation
 * on exact doubles rounds once (Clinger 1990); past that the nearest is found by comparing whole numbers. The caller vouches that a
 * byte which is of no number follows.
 */
export function readNumber(start: usize): usize {
  const first = load<u8>(start) == MINUS ? start + 1 : start
  let at = first
  let mantissa: u64 = 0
  let kept = 0
  let exponent = 0
  while (isDigit(at)) {
    if (kept < DIGITS_KEPT) {
      mantissa = mantissa * 10 + (load<u8>(at) - ZERO)
      if (mantissa != 0) kept++
    } else {
      kept++
      exponent++
    }
    at++
  }
  const whole = at - first
  if (whole == 0 || (whole > 1 && load<u8>(first) == ZERO)) return 0
  if (load<u8>(at) == DOT) {
    const point = ++at
    for (; isDigit(at); at++) {
      if (kept >= DIGITS_KEPT) kept++
      else {
        mantissa = mantissa * 10 + (load<u8>(at) - ZERO)
        if (mantissa != 0) kept++
        exponent--
      }
    }
    if (at == point) return 0
  }
  const digitsEnd = at
  if ((load<u8>(at) | 0x20) == 0x65) {
    at = afterExponent(at + 1)
    if (at == 0) return 0
    exponent += exponentRead
  }
  if (at - start > NUMERAL_BYTES) return 0
  const isExact = kept <= DIGITS_KEPT && mantissa <= EXACT && exponent >= -22 && exponent <= 22
  const magnitude = isExact
    ? scale(mantissa, exponent)
    : nearest(<f64>mantissa, first, digitsEnd, exponent)
  number = first > start ? -magnitude : magnitude
  return at
}

let exponentRead = 0

function afterExponent(start: usize): usize {
  let at = start
  const sign = load<u8>(at)
  if (sign == MINUS || sign == 0x2b) at++
  if (!isDigit(at)) return 0
  let value = 0
  for (; isDigit(at); at++) {
    if (value < EXPONENT_MAX) value = value * 10 + <i32>(load<u8>(at) - ZERO)
  }
  exponentRead = sign == MINUS ? -value : value
  return at
}

function isDigit(at: usize): bool {
  return (load<u8>(at) ^ ZERO) <= 9
}

function power(exponent: i32): f64 {
  return load<f64>(POWERS + ((<usize>exponent) << 3))
}

function scale(mantissa: u64, exponent: i32): f64 {
  return exponent < 0 ? <f64>mantissa / power(-exponent) : <f64>mantissa * power(exponent)
}

/** Of all doubles, from an approximation that is a few steps away at most. `exponent` is that of the digits kept. */
function nearest(approximate: f64, first: usize, end: usize, exponent: i32): f64 {
  if (approximate == 0 || exponent < -400) return 0
  if (exponent > 400) return Infinity
  let value = approximate
  for (let left = exponent; left != 0;) {
    const step = left > 22 ? 22 : left < -22 ? -22 : left
    value = step < 0 ? value / power(-step) : value * power(step)
    left -= step
  }
  let bits = reinterpret<u64>(value)
  if (bits >= INFINITE) bits = INFINITE - 1
  while (true) {
    const above = compareToMiddle(first, end, exponent, bits)
    if (above > 0 || (above == 0 && (bits & 1) != 0)) bits++
    else if (bits == 0) return 0
    else {
      const below = compareToMiddle(first, end, exponent, bits - 1)
      if (below > 0 || (below == 0 && (bits & 1) == 0)) return reinterpret<f64>(bits)
      bits--
    }
    if (bits >= INFINITE) return Infinity
  }
}

/** How the numeral lies to the middle between the double of these bits and the next larger one. */
function compareToMiddle(first: usize, end: usize, exponent: i32, bits: u64): i32 {
  let dropped = 0
  let kept = 0
  setBig(LEFT, 0)
  for (let at = first; at < end; at++) {
    const byte = load<u8>(at)
    if (byte == DOT) continue
    multiplyBig(LEFT, 10, byte - ZERO)
    if (kept > 0 || byte != ZERO) kept++
    if (kept > DIGITS_KEPT) dropped++
  }
  const isNormal = bits >= HIDDEN
  const mantissa = isNormal ? (bits & (HIDDEN - 1)) | HIDDEN : bits
  const binary = (isNormal ? <i32>(bits >> 52) : 1) - 1076
  setBig(RIGHT, 2 * mantissa + 1)
  const decimal = exponent - dropped
  scaleBig(LEFT, decimal, -binary)
  scaleBig(RIGHT, -decimal, binary)
  return compareBig(LEFT, RIGHT)
}
