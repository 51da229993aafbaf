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

/** RFC 3339 in UTC: milliseconds always, microseconds only where there are some; as `formatTime` of src/core/time.ts. */
export function writeTime(micros: i64): void {
  const day = micros >= 0 ? micros / DAY : (micros - DAY + 1) / DAY
  const ofDay = <u64>(micros - day * DAY)
  writeByte(QUOTE)
  writeDate(day)
  write('T')
  writeDigits(ofDay / 3600000000, 2)
  write(':')
  writeDigits((ofDay / 60000000) % 60, 2)
  write(':')
  writeDigits((ofDay / 1000000) % 60, 2)
  writeByte(DOT)
  const fraction = ofDay % 1000000
  if (fraction % 1000 == 0) writeDigits(fraction / 1000, 3)
  else writeDigits(fraction, 6)
  write('Z"')
}

/** Years begin in March here, so that the day which some have comes last; 400 of them have 146,097 days. */
function writeDate(day: i64): void {
  const shifted = day + 719468
  const era = (shifted >= 0 ? shifted : shifted - 146096) / 146097
  const dayOfEra = shifted - era * 146097
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  const monthFromMarch = (5 * dayOfYear + 2) / 153
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  writeDigits(<u64>(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), 4)
  write('-')
  writeDigits(<u64>month, 2)
  write('-')
  writeDigits(<u64>(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1), 2)
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
const DAY: i64 = 86400000000
const DIGITS: usize = memory.data(20)
const QUOTE: u8 = 0x22
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
