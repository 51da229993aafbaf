import { limits } from '../core/limits.ts'
import type { PointNames } from './decoder.ts'

/**
 * The keys one device has sent, found by their bytes. A device sends the same keys in the same order again and again, so
 * each key remembers which one followed it last time: mostly one comparison finds the point.
 *
 *     text     "voltage.a":"current.a":…          quotes and colon included
 *     entries  u32: start | end | point | next    four for each key, in the order of their first appearance
 *     slots    u16: entry + 1, by hash; 0 is free
 *
 * Only plain names come in here: no escapes, and no digit in front, because JSON.parse moves numbers to the front of an
 * object. Bytes are read up to the first `}` or `]` at most.
 */
export class KeyTable {
  readonly #names: PointNames
  #text = new Uint8Array(48)
  #entries = new Uint32Array(4 * STRIDE)
  #slots = new Uint16Array(16)
  #count = 0
  /** The key matched last. */
  entry = 0
  point = 0

  constructor(names: PointNames) {
    this.#names = names
  }

  /** The offset after the `"name":` at `at`; -1 where none of plain form stands, or the device has too many. */
  match(bytes: Uint8Array, at: number): number {
    const expected = this.#entries[this.entry * STRIDE + NEXT] as number
    const end = this.#compare(expected, bytes, at)
    if (end < 0) return this.#search(bytes, at)
    this.entry = expected
    this.point = this.#entries[expected * STRIDE + POINT] as number
    return end
  }

  /** The offset after the key of `entry` if that stands at `at`, else -1. The closing `":` makes a prefix no match. */
  #compare(entry: number, bytes: Uint8Array, at: number): number {
    const text = this.#text
    const start = this.#entries[entry * STRIDE] as number
    const end = this.#entries[entry * STRIDE + END] as number
    const shift = at - start
    for (let index = start; index < end; index++) {
      if (text[index] !== bytes[index + shift]) return -1
    }
    return start === end ? -1 : end + shift
  }

  #search(bytes: Uint8Array, at: number): number {
    const end = endOfKey(bytes, at)
    if (end < 0) return -1
    const mask = this.#slots.length - 1
    let slot = hashOf(bytes, at, end) & mask
    while (this.#slots[slot] !== 0) {
      const entry = (this.#slots[slot] as number) - 1
      if (this.#compare(entry, bytes, at) === end) return this.#found(entry, end)
      slot = (slot + 1) & mask
    }
    return this.#learn(bytes.subarray(at, end)) ? this.#found(this.#count - 1, end) : -1
  }

  #found(entry: number, end: number): number {
    this.#entries[this.entry * STRIDE + NEXT] = entry
    this.entry = entry
    this.point = this.#entries[entry * STRIDE + POINT] as number
    return end
  }

  #learn(key: Uint8Array): boolean {
    const entry = this.#count
    if (entry === KEYS_MAX) return false
    const point = this.#names.number(String.fromCharCode(...key.subarray(1, -2)), '')
    if (point < 0) return false
    const start = entry === 0 ? 0 : (this.#entries[(entry - 1) * STRIDE + END] as number)
    const end = start + key.length
    this.#text = withRoom(this.#text, end)
    this.#text.set(key, start)
    this.#entries = withRoom(this.#entries, (entry + 1) * STRIDE)
    this.#entries.set([start, end, point, 0], entry * STRIDE)
    this.#count = entry + 1
    if (this.#count * 2 <= this.#slots.length) this.#place(entry)
    else {
      this.#slots = new Uint16Array(this.#slots.length * 2)
      for (let each = 0; each <= entry; each++) this.#place(each)
    }
    return true
  }

  #place(entry: number): void {
    const start = this.#entries[entry * STRIDE] as number
    const end = this.#entries[entry * STRIDE + END] as number
    const mask = this.#slots.length - 1
    let slot = hashOf(this.#text, start, end) & mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask
    this.#slots[slot] = entry + 1
  }
}

/** The offset after `"name":`, or -1 where a name is not plain or too long. */
function endOfKey(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== QUOTE || isDigit(bytes[at + 1] as number)) return -1
  let close = at + 1
  while (PLAIN[bytes[close] as number] === 1) close++
  const length = close - at - 1
  if (length === 0 || length > limits.quantityBytes || bytes[close] !== QUOTE) return -1
  return bytes[close + 1] === COLON ? close + 2 : -1
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let index = start; index < end; index++) {
    hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193)
  }
  return hash ^ (hash >>> 15)
}

function isDigit(byte: number): boolean {
  return (byte ^ 0x30) <= 9
}

function withRoom<T extends Uint8Array | Uint32Array>(column: T, length: number): T {
  if (length <= column.length) return column
  const larger = (
    column instanceof Uint8Array ? new Uint8Array(length * 2) : new Uint32Array(length * 2)
  ) as T
  larger.set(column)
  return larger
}

const STRIDE = 4
const END = 1
const POINT = 2
const NEXT = 3
/** Past this many a device's other keys are read at leisure: it bounds the memory of a device and the search for twins. */
const KEYS_MAX = 512
const QUOTE = 0x22
const COLON = 0x3a
const PLAIN = new Uint8Array(256)
for (const char of 'abcdefghijklmnopqrstuvwxyz') {
  PLAIN[char.charCodeAt(0)] = 1
  PLAIN[char.toUpperCase().charCodeAt(0)] = 1
}
for (const char of '0123456789_.:/-') PLAIN[char.charCodeAt(0)] = 1
