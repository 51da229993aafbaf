import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'
import { BlockReader } from './block-reader.ts'
import { BlockWriter } from './block-writer.ts'
import type { Column } from './column.ts'
import { damaged } from './damaged.ts'
import { readRawDoubles, writeRawDoubles } from './raw-doubles.ts'
import { readRuns, writeRuns } from './runs.ts'
import { readValues, writeValues } from './values.ts'

const FORMAT = 1
const SOME_ROWS = 1
const MIXED_QUALITIES = 2
const SPECIAL_VALUES = 4

const writer = new BlockWriter()
const NOTHING = new Float64Array(0)
const marks = new Uint16Array(limits.historySpanRows)

/**
 *     format u8 | flags u8 | presence, runs of 0 and 1 | quality varint, or runs
 *     | specials: runs of 0 and 1, raw doubles | values | crc-32 u32
 */
export function encodeColumn(column: Column, rows: number): Uint8Array {
  const { values, qualities, rows: present } = column
  const count = values.length
  assert(rows > 0 && rows <= limits.historySpanRows, 'a span has rows, up to its limit')
  assert(
    count === (present?.length ?? rows) && count > 0,
    'a column has a value for each of its rows',
  )
  const quality = qualities[0] as number
  const isMixed = differs(qualities)
  const specials = allPlain(values) ? NOTHING : values.filter(isSpecial)
  writer.start(FORMAT)
  writer.byte(
    (present === undefined ? 0 : SOME_ROWS) |
      (isMixed ? MIXED_QUALITIES : 0) |
      (specials.length > 0 ? SPECIAL_VALUES : 0),
  )
  if (present !== undefined) {
    writer.varint(count)
    marks.fill(0, 0, rows)
    for (const row of present) marks[row] = 1
    writeRuns(writer, marks.subarray(0, rows))
  }
  if (isMixed) writeRuns(writer, qualities)
  else writer.varint(quality)
  if (specials.length === 0) writeValues(writer, values)
  else {
    for (let row = 0; row < count; row++) marks[row] = isSpecial(values[row] as number) ? 1 : 0
    writeRuns(writer, marks.subarray(0, count))
    writeRawDoubles(writer, specials)
    writeValues(writer, values.filter(isPlain))
  }
  return writer.finish()
}

function differs(qualities: Uint16Array): boolean {
  const first = qualities[0] as number
  for (let row = 1; row < qualities.length; row++) if (qualities[row] !== first) return true
  return false
}

function allPlain(values: Float64Array): boolean {
  for (let row = 0; row < values.length; row++) if (!isPlain(values[row] as number)) return false
  return true
}

/** What no multiple of anything is: NaN, the infinities, and −0. */
function isSpecial(value: number): boolean {
  return !isPlain(value)
}

function isPlain(value: number): boolean {
  return value - value === 0 && (value !== 0 || 1 / value > 0)
}

/** `rows` is how many times the span has. Throws `corrupt`. */
export function decodeColumn(block: Uint8Array, rows: number): Column {
  assert(rows > 0 && rows <= limits.historySpanRows, 'a span has rows, up to its limit')
  const reader = new BlockReader(block, FORMAT)
  const flags = reader.byte()
  if (flags > 7) throw damaged(`flags ${flags}`)
  const present = (flags & SOME_ROWS) === 0 ? undefined : readRows(reader, rows)
  const count = present?.length ?? rows
  const qualities = new Uint16Array(count)
  if ((flags & MIXED_QUALITIES) === 0) qualities.fill(reader.count(65_535))
  else readRuns(reader, qualities)
  const values = new Float64Array(count)
  if ((flags & SPECIAL_VALUES) === 0) readValues(reader, values)
  else readWithSpecials(reader, values)
  reader.finish()
  return { values, qualities, rows: present }
}

function readRows(reader: BlockReader, rows: number): Uint16Array {
  const present = new Uint16Array(reader.count(rows))
  if (present.length === 0) throw damaged('a column without a value')
  readRuns(reader, marks.subarray(0, rows))
  let at = 0
  for (let row = 0; row < rows; row++) if (marks[row] === 1) present[at++] = row
  if (at !== present.length) throw damaged('as many rows as it does not say')
  return present
}

function readWithSpecials(reader: BlockReader, values: Float64Array): void {
  const special = new Uint16Array(values.length)
  readRuns(reader, special)
  let count = 0
  for (const mark of special) count += mark === 0 ? 0 : 1
  const specials = readRawDoubles(reader, count)
  const plain = new Float64Array(values.length - count)
  readValues(reader, plain)
  let nextSpecial = 0
  let nextPlain = 0
  for (let row = 0; row < values.length; row++)
    values[row] = (special[row] === 0 ? plain[nextPlain++] : specials[nextSpecial++]) as number
}
