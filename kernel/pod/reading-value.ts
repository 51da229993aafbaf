import { numberRead, readNumber } from './decimal.ts'
import { QUOTE, afterWord, closingQuote } from './json-text.ts'

let value: f64 = 0

/** What `afterReadingValue` has passed over; NaN for null. */
export function valueRead(): f64 {
  return value
}

/** A number, `true` or `false`, null, or a string that is a decimal; 0 for anything else. */
export function afterReadingValue(start: usize): usize {
  const byte = load<u8>(start)
  if (byte == QUOTE) return afterDecimalText(start + 1)
  if (byte == 0x74) return afterLiteral(start, 'true', 1)
  if (byte == 0x66) return afterLiteral(start, 'false', 0)
  if (byte == 0x6e) return afterLiteral(start, 'null', NaN)
  const end = readNumber(start)
  value = numberRead()
  return end
}

function afterLiteral(start: usize, word: string, worth: f64): usize {
  value = worth
  return afterWord(start, word)
}

/** Strings may do what JSON numerals may not: a plus, zeros in front, no digit on one side of the point. Such are read at leisure. */
function afterDecimalText(start: usize): usize {
  const close = closingQuote(start)
  if (close == 0) return 0
  if (readNumber(start) == close) {
    value = numberRead()
    return close + 1
  }
  const text = String.UTF8.decodeUnsafe(start, close - start).trim()
  if (!isDecimal(text)) return 0
  const copy = String.UTF8.encode(plain(text), true)
  const end = readNumber(changetype<usize>(copy))
  value = numberRead()
  return end == 0 ? 0 : close + 1
}

/** As JSON would have it. */
function plain(text: string): string {
  let at = 0
  let sign = ''
  if (text.charCodeAt(0) == 0x2d) sign = '-'
  if (sign.length > 0 || text.charCodeAt(0) == 0x2b) at++
  while (isDigitAt(text, at + 1) && text.charCodeAt(at) == 0x30) at++
  let rest = text.substring(at)
  if (rest.startsWith('.')) rest = '0' + rest
  const point = rest.indexOf('.')
  if (point >= 0 && !isDigitAt(rest, point + 1))
    rest = rest.substring(0, point) + rest.substring(point + 1)
  return sign + rest
}

/** `[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?` */
function isDecimal(text: string): bool {
  let at = afterSign(text, 0)
  const whole = afterDigits(text, at)
  let count = whole - at
  at = whole
  if (at < text.length && text.charCodeAt(at) == 0x2e) {
    at = afterDigits(text, at + 1)
    count += at - whole - 1
  }
  if (count == 0) return false
  if (at < text.length && (text.charCodeAt(at) | 0x20) == 0x65) {
    const from = afterSign(text, at + 1)
    at = afterDigits(text, from)
    if (at == from) return false
  }
  return at == text.length
}

function afterSign(text: string, at: i32): i32 {
  if (at >= text.length) return at
  const code = text.charCodeAt(at)
  return code == 0x2b || code == 0x2d ? at + 1 : at
}

function afterDigits(text: string, from: i32): i32 {
  let at = from
  while (isDigitAt(text, at)) at++
  return at
}

function isDigitAt(text: string, at: i32): bool {
  return at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39
}
