import { counts } from './counts.ts'
import { isRead } from './hosted.ts'
import { QUOTE, closingQuote } from './json-text.ts'
import { NameTable, isSame } from './name-table.ts'
import { addPoint, subjectOf } from './subjects.ts'

/** Devices whose messages are read, and quantities of all of them. */
const DEVICES: u32 = 20000
const POINTS: u32 = 200000
const QUANTITY_BYTES: usize = 64
/** Of a name that is no point: nobody reads it, or there is no room. */
export const NOBODY: u32 = u32.MAX_VALUE
const devices: NameTable = new NameTable(DEVICES)
const names: NameTable = new NameTable(POINTS)
/** By the number of a name, u32 each: the point's number for the processors, and the name that followed it last. */
const NUMBERS: usize = heap.alloc(<usize>POINTS * 4)
const FOLLOWERS: usize = heap.alloc(<usize>POINTS * 4)
/** By the point's number, u32 each: the object that it stood in last, and its row there. */
const OBJECTS: usize = heap.alloc(<usize>POINTS * 4)
const ROWS: usize = heap.alloc(<usize>POINTS * 4)
memory.fill(OBJECTS, 0, <usize>POINTS * 4)
let pointCount: u32 = 0
let last: u32 = 0
let point: u32 = NOBODY
let lastDevice: u32 = 0

/** The number of the device; -1: there is no room. Devices send in bursts, so the last is tried first. */
export function deviceNumber(at: usize, bytes: u32): i32 {
  if (
    lastDevice < devices.count &&
    devices.bytes(lastDevice) == bytes &&
    isSame(devices.at(lastDevice), at, bytes)
  ) {
    return lastDevice
  }
  let number = devices.find(0, at, bytes)
  if (number < 0) number = devices.add(0, at, bytes)
  if (number < 0) {
    counts.crowded++
    return number
  }
  lastDevice = number
  return number
}

/** What `readName` has read. */
export function pointRead(): u32 {
  return point
}

/**
 * Reads the name whose first character is at `start`, and answers where its closing quote is; 0: it does not end. A device sends the same
 * names in the same order again and again, so each remembers which followed: mostly one comparison finds the point.
 */
export function readName(device: u32, start: usize): usize {
  if (names.count > 0) {
    const expected = load<u32>(FOLLOWERS + ((<usize>last) << 2))
    const bytes = names.bytes(expected)
    if (names.owner(expected) == device && isSame(names.at(expected), start, bytes)) {
      const close = start + <usize>bytes
      if (load<u8>(close) == QUOTE) {
        last = expected
        point = load<u32>(NUMBERS + ((<usize>expected) << 2))
        return close
      }
    }
  }
  return search(device, start)
}

/** The row of the point in this object, which then is `row`; NOBODY: it has none yet. */
export function rowOf(number: u32, object: u32, row: u32): u32 {
  const at = (<usize>number) << 2
  if (load<u32>(OBJECTS + at) == object) return load<u32>(ROWS + at)
  store<u32>(OBJECTS + at, object)
  store<u32>(ROWS + at, row)
  return NOBODY
}

/** The row that the point has in this object; NOBODY: none. */
export function knownRow(number: u32, object: u32): u32 {
  const at = (<usize>number) << 2
  return load<u32>(OBJECTS + at) == object ? load<u32>(ROWS + at) : NOBODY
}

function search(device: u32, start: usize): usize {
  const close = closingQuote(start)
  point = NOBODY
  if (close == 0) return 0
  if (!isPlain(start, close)) return close
  const bytes = <u32>(close - start)
  let name = names.find(device, start, bytes)
  if (name < 0) name = learn(device, start, bytes)
  if (name < 0) return close
  store<u32>(FOLLOWERS + ((<usize>last) << 2), name)
  last = name
  point = load<u32>(NUMBERS + ((<usize>name) << 2))
  return close
}

/** Points get their numbers in the order of their first reading; the subject is told of where a processor reads something of it. */
function learn(device: u32, start: usize, bytes: u32): i32 {
  const name = names.add(device, start, bytes)
  if (name < 0) {
    counts.crowded++
    return name
  }
  const quantity = names.text(name)
  let number = NOBODY
  if (isRead(quantity)) {
    const subject = subjectOf(devices.at(device), devices.bytes(device))
    if (subject < 0) counts.crowded++
    else {
      number = pointCount++
      addPoint(number, subject, quantity)
    }
  }
  store<u32>(NUMBERS + ((<usize>name) << 2), number)
  store<u32>(FOLLOWERS + ((<usize>name) << 2), name)
  return name
}

/** Quantities that processors read are; any other name is passed over. */
function isPlain(start: usize, end: usize): bool {
  if (end == start || end - start > QUANTITY_BYTES) return false
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at)
    if (byte < 0x20 || byte > 0x7e || byte == 0x5c) return false
  }
  return true
}
