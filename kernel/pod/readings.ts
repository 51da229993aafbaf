import { TIME_OF_ARRIVAL } from '../sdk/index.ts'
import { counts } from './counts.ts'
import { numberRead, readNumber } from './decimal.ts'
import {
  CLOSE,
  CLOSE_LIST,
  COMMA,
  OPEN,
  OPEN_LIST,
  QUOTE,
  afterColon,
  afterValue,
  afterWord,
  closingQuote,
  skipSpace,
} from './json-text.ts'
import { NOBODY, knownRow, pointRead, readName, rowOf } from './points.ts'
import { qualityOf } from './quality-text.ts'
import { addQuality, addRow, rows, setTime, setValue } from './rows.ts'
import { isTime, timeRead } from './time-text.ts'
import { afterReadingValue, valueRead } from './reading-value.ts'

/** The whole payload was read; it cannot be; or the batch has no room for it. */
export const READ = 0
export const UNREADABLE = 1
export const FULL = 2

/** A double holds every microsecond up to here. */
const MICROS_MAX: f64 = 9007199254740991
/** Of the device, and when its message came. */
let device: u32 = 0
let arrival: i64 = 0
/** Counts objects, so that a point knows whether it has been in this one. */
let object: u32 = 0
let isFull = false

/**
 * Reads `{"ts":…,"values":{…},"quality":{…}}`, or a list of them, into rows (docs/payloads.md). [start, end) is followed by a byte that
 * may be written over: a 0 lies there meanwhile.
 */
export function readPayload(start: usize, end: usize, from: u32, now: i64): i32 {
  const behind = load<u8>(end)
  store<u8>(end, 0)
  device = from
  arrival = now
  isFull = false
  const stop = document(start)
  const isWhole = stop != 0 && skipSpace(stop) == end
  store<u8>(end, behind)
  if (isFull) return FULL
  return isWhole ? READ : UNREADABLE
}

function document(start: usize): usize {
  let at = skipSpace(start)
  if (load<u8>(at) != OPEN_LIST) return readObject(at)
  at = skipSpace(at + 1)
  if (load<u8>(at) == CLOSE_LIST) return at + 1
  while (true) {
    at = readObject(at)
    if (at == 0) return 0
    at = skipSpace(at)
    const byte = load<u8>(at)
    if (byte == CLOSE_LIST) return at + 1
    if (byte != COMMA) return 0
    at = skipSpace(at + 1)
  }
}

/** Members in any order: what is said of time and quality holds for all rows of the object, and is applied when it ends. */
function readObject(start: usize): usize {
  if (load<u8>(start) != OPEN) return 0
  object++
  const first = rows()
  let time = arrival
  let bits = TIME_OF_ARRIVAL
  let hasValues = false
  let qualities: usize = 0
  let at = start
  do {
    at = skipSpace(at + 1)
    if (load<u8>(at++) != QUOTE) return 0
    if (afterWord(at, 'ts"') != 0) {
      at = afterTime(afterColon(at + 2))
      time = timeFound
      bits = 0
    } else if (afterWord(at, 'values"') != 0) {
      // Of two members of one name JSON keeps the later; no device means that.
      if (hasValues) return 0
      hasValues = true
      at = readValues(afterColon(at + 6))
    } else if (afterWord(at, 'quality"') != 0) {
      qualities = afterColon(at + 7)
      at = qualities == 0 ? 0 : afterValue(qualities, 0)
    } else return 0
    if (at == 0) return 0
    at = skipSpace(at)
  } while (load<u8>(at) == COMMA)
  if (load<u8>(at) != CLOSE || !hasValues) return 0
  for (let row = first; row < rows(); row++) {
    setTime(row, time)
    addQuality(row, bits)
  }
  return qualities == 0 || areQualities(qualities, bits) ? at + 1 : 0
}

let timeFound: i64 = 0

function afterTime(start: usize): usize {
  if (start == 0) return 0
  if (load<u8>(start) == QUOTE) {
    const close = closingQuote(start + 1)
    if (close == 0 || !isTime(start + 1, close)) return 0
    timeFound = timeRead()
    return close + 1
  }
  const end = readNumber(start)
  const micros = Math.round(numberRead() * 1000)
  if (end == 0 || !(Math.abs(micros) <= MICROS_MAX)) return 0
  timeFound = <i64>micros
  return end
}

function readValues(start: usize): usize {
  if (start == 0 || load<u8>(start) != OPEN) return 0
  let at = skipSpace(start + 1)
  if (load<u8>(at) == CLOSE) return at + 1
  while (true) {
    if (load<u8>(at) != QUOTE) return 0
    at = readName(device, at + 1)
    if (at == 0) return 0
    const point = pointRead()
    at = afterColon(at)
    if (at == 0) return 0
    at = afterReadingValue(at)
    if (at == 0) return 0
    if (point == NOBODY) counts.unread++
    else if (!putReading(point)) return 0
    at = skipSpace(at)
    const byte = load<u8>(at)
    if (byte == CLOSE) return at + 1
    if (byte != COMMA) return 0
    at = skipSpace(at + 1)
  }
}

/** Of two values under one name the later holds, in the place of the first. */
function putReading(point: u32): bool {
  let row = rowOf(point, object, rows())
  if (row == NOBODY) {
    row = rows()
    if (!addRow(point)) {
      isFull = true
      return false
    }
  }
  setValue(row, valueRead())
  return true
}

/** `{"current.a": "questionable"}`, each of a point that has a value in this object, or of a name that nobody reads. */
function areQualities(start: usize, arrivalBits: u16): bool {
  if (load<u8>(start) != OPEN) return false
  let at = skipSpace(start + 1)
  if (load<u8>(at) == CLOSE) return true
  while (true) {
    if (load<u8>(at) != QUOTE) return false
    at = afterColon(readName(device, at + 1))
    if (at == 0 || load<u8>(at) != QUOTE) return false
    const close = closingQuote(at + 1)
    const bits = close == 0 ? -1 : qualityOf(at + 1, close)
    if (bits < 0) return false
    const point = pointRead()
    if (point != NOBODY) {
      const row = knownRow(point, object)
      if (row == NOBODY) return false
      addQuality(row, <u16>bits | arrivalBits)
    }
    at = skipSpace(close + 1)
    if (load<u8>(at) != COMMA) return load<u8>(at) == CLOSE
    at = skipSpace(at + 1)
  }
}
