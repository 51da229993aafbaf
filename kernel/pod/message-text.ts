/** Where the next character of a message goes, and up to where it may. */
let at: usize = 0
let end: usize = 0
let isCut = false

/** Begins a text that has so many bytes at most. */
export function openText(start: usize, bytes: usize): void {
  at = start
  end = start + bytes
  isCut = false
}

/** Where it ends; 0: it found no room. */
export function closeText(): usize {
  return isCut ? 0 : at
}

/** ASCII. */
export function write(text: string): void {
  for (let index = 0; index < text.length; index++) writeByte(<u8>text.charCodeAt(index))
}

export function writeBytes(from: usize, bytes: usize): void {
  if (at + bytes > end) {
    isCut = true
    return
  }
  memory.copy(at, from, bytes)
  at += bytes
}

/** Microseconds as milliseconds, with a fraction where they have one. */
export function writeTime(micros: i64): void {
  let left: u64 = <u64>micros
  if (micros < 0) {
    writeByte(MINUS)
    left = 0 - left
  }
  writeDigits(left / 1000, 0)
  const fraction = left % 1000
  if (fraction == 0) return
  writeByte(DOT)
  writeFraction(fraction, 3)
}

/**
 * A decimal that reads back as the same double, mostly the shortest. A quotient of whole numbers below 2^53 by a power of ten is rounded
 * once, so to divide again proves the text; what needs more is printed by AssemblyScript's own `toString`.
 */
export function writeNumber(value: f64): void {
  if (value - value != 0) {
    write('null')
    return
  }
  const magnitude = Math.abs(value)
  let scale = 1.0
  for (let decimals = 0; decimals <= 9 && magnitude * scale < EXACT; decimals++, scale *= 10) {
    const scaled = Math.round(magnitude * scale)
    if (scaled / scale != magnitude) continue
    if (value < 0) writeByte(MINUS)
    const unit = <u64>scale
    writeDigits(<u64>scaled / unit, 0)
    if (decimals == 0) return
    writeByte(DOT)
    writeFraction(<u64>scaled % unit, decimals)
    return
  }
  write(`${value}`)
}

export function writeUnsigned(value: u64): void {
  writeDigits(value, 0)
}

const EXACT: f64 = 2.0 ** 53
const DIGITS: usize = memory.data(20)
const MINUS: u8 = 0x2d
const DOT: u8 = 0x2e

/** Without the zeros at the end. */
function writeFraction(value: u64, digits: i32): void {
  let left = value
  let count = digits
  while (count > 1 && left % 10 == 0) {
    left /= 10
    count--
  }
  writeDigits(left, count)
}

/** With zeros in front up to so many digits. */
function writeDigits(value: u64, digits: i32): void {
  let left = value
  let count: usize = 0
  do {
    store<u8>(DIGITS + count++, <u8>(0x30 + (left % 10)))
    left /= 10
  } while (left != 0)
  while (<i32>count < digits) store<u8>(DIGITS + count++, 0x30)
  while (count > 0) writeByte(load<u8>(DIGITS + --count))
}

function writeByte(byte: u8): void {
  if (at >= end) {
    isCut = true
    return
  }
  store<u8>(at++, byte)
}
