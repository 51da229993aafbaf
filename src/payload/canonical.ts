import { quality } from '../core/quality.ts'
import type { Micros } from '../core/time.ts'
import type { Decoder, Draft, Outcome, PointNames } from './decoder.ts'
import { readDocument } from './document.ts'
import { KeyTable } from './key-table.ts'
import { NumberScanner, thirteenDigits } from './number.ts'

/**
 * The canonical payload, read from its bytes without building an object:
 *
 *     {"ts":1764000000000,"values":{"voltage.a":231.2,"current.a":12.05}}
 *     {"ts": 1764000000000, "values": {"voltage.a": 231.2, "current.a": 12.05}}
 *     {"values":{…}}                                     stamped with the time of arrival
 *     [{…},{…}]
 *
 * Whatever does not look like this (other white space, `quality`, RFC 3339 times, strings, SenML) goes to `readDocument`,
 * which knows every form at twenty times the price. One decoder serves one device.
 *
 * No read checks the end of the payload. Its last byte is `}` or `]`, which stops every comparison and every loop of digits
 * below; only past a bracket that could be this last one the end is compared.
 */
export class CanonicalDecoder implements Decoder {
  readonly #names: PointNames
  readonly #draft: Draft
  readonly #device: string
  readonly #keys: KeyTable

  constructor(names: PointNames, draft: Draft, device: string) {
    this.#names = names
    this.#draft = draft
    this.#device = device
    this.#keys = new KeyTable(names)
  }

  decode(bytes: Uint8Array, start: number, end: number, now: Micros): Outcome {
    const draft = this.#draft
    draft.count = 0
    if (end - start >= BYTES_MIN && this.#scan(bytes, start, end, now)) return 'ok'
    draft.count = 0
    const context = { names: this.#names, draft, device: this.#device, now }
    return readDocument(bytes.subarray(start, end), context)
  }

  #scan(bytes: Uint8Array, start: number, limit: number, now: Micros): boolean {
    const end = bytes[limit - 1] === NEWLINE ? limit - 1 : limit
    const last = bytes[end - 1]
    if (bytes[start] === OPEN) return last === CLOSE && this.#object(bytes, start, end, now) === end
    if (bytes[start] !== OPEN_LIST || last !== CLOSE_LIST) return false
    let at = start
    do {
      at = this.#object(bytes, afterSpace(bytes, at + 1), end, now)
      if (at < 0) return false
    } while (bytes[at] === COMMA)
    return bytes[at] === CLOSE_LIST && at + 1 === end
  }

  /** The offset after one object, or -1 where it is not in the plain form. */
  #object(bytes: Uint8Array, start: number, end: number, now: Micros): number {
    if (bytes[start] !== OPEN) return -1
    let at = start + 1
    let time: number = now
    let bits: number = quality.timeOfArrival
    const afterTs = afterKeyTs(bytes, at)
    if (afterTs > 0) {
      at = afterSpace(bytes, afterTs)
      if (at + 13 >= end) return -1
      time = thirteenDigits(bytes, at) * 1000
      at += 13
      if (time < 0 || bytes[at] !== COMMA) {
        at = scanner.scan(bytes, at - 13)
        time = Math.round(scanner.value * 1000) + 0
        if (at < 0 || bytes[at] !== COMMA || !Number.isSafeInteger(time)) return -1
      }
      bits = quality.good
      at = afterSpace(bytes, at + 1)
    }
    at = afterKeyValues(bytes, at)
    if (at < 0) return -1
    at = afterSpace(bytes, at)
    if (bytes[at] !== OPEN) return -1
    at = this.#values(bytes, at + 1, time, bits)
    return at < 0 || at === end || bytes[at] !== CLOSE ? -1 : at + 1
  }

  /** The offset after the `}` of an object of values, or -1. */
  #values(bytes: Uint8Array, start: number, time: number, bits: number): number {
    const draft = this.#draft
    const keys = this.#keys
    const { points, times, values, qualities } = draft.columns
    const first = draft.base + draft.count
    let row = first
    let at = start
    let highest = -1
    for (;;) {
      if (row >= points.length) return -1
      at = keys.match(bytes, at)
      if (at < 0) return -1
      const point = keys.point
      // Of two values under one name JSON keeps the later; names in the order of the table cannot repeat.
      if (keys.entry > highest) highest = keys.entry
      else if (points.subarray(first, row).includes(point)) return -1
      at = scanner.scan(bytes, afterSpace(bytes, at))
      if (at < 0) return -1
      points[row] = point
      times[row] = time
      values[row] = scanner.value
      qualities[row] = bits
      row++
      if (bytes[at] !== COMMA) break
      at = afterSpace(bytes, at + 1)
    }
    draft.count += row - first
    return bytes[at] === CLOSE ? at + 1 : -1
  }
}

function afterSpace(bytes: Uint8Array, at: number): number {
  return bytes[at] === SPACE ? at + 1 : at
}

/** The offset after `"ts":`, or -1. */
function afterKeyTs(bytes: Uint8Array, at: number): number {
  return bytes[at] === QUOTE &&
    bytes[at + 1] === T &&
    bytes[at + 2] === S &&
    bytes[at + 3] === QUOTE &&
    bytes[at + 4] === COLON
    ? at + 5
    : -1
}

/** The offset after `"values":`, or -1. */
function afterKeyValues(bytes: Uint8Array, at: number): number {
  return bytes[at] === QUOTE &&
    bytes[at + 1] === V &&
    bytes[at + 2] === A &&
    bytes[at + 3] === L &&
    bytes[at + 4] === U &&
    bytes[at + 5] === E &&
    bytes[at + 6] === S &&
    bytes[at + 7] === QUOTE &&
    bytes[at + 8] === COLON
    ? at + 9
    : -1
}

const scanner = new NumberScanner()
/** `{"values":{}}` is the shortest. */
const BYTES_MIN = 13
const NEWLINE = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const A = 0x61
const E = 0x65
const L = 0x6c
const S = 0x73
const T = 0x74
const U = 0x75
const V = 0x76
const OPEN = 0x7b
const CLOSE = 0x7d
