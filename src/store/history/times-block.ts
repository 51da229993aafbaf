import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'
import { BlockReader } from './block-reader.ts'
import { BlockWriter } from './block-writer.ts'
import { damaged } from './damaged.ts'
import { INTEGER_MOST, planIntegers, readIntegers, writeIntegers } from './integers.ts'
import { readRawDoubles, writeRawDoubles } from './raw-doubles.ts'

const FORMAT = 2
const RAW = 0

const writer = new BlockWriter()
const units = new Float64Array(limits.historySpanRows)

/**
 *     format u8 | unit varint, 0: raw doubles follow | first time signed | interval varint
 *     | how many units each time is off the first one plus row × interval, integers | crc-32 u32
 */
export function encodeTimes(times: Float64Array): Uint8Array {
  const count = times.length
  assert(count > 0 && count <= limits.historySpanRows, 'a span has rows, up to its limit')
  const first = times[0] as number
  const unit = unitOf(times)
  const interval = middleInterval(times) / unit
  writer.start(FORMAT)
  // Half a millennium in microseconds, or rows so many that a clock was set between them.
  const range = Math.max((times[count - 1] as number) - first, interval * unit * count) / unit
  if (range > INTEGER_MOST) {
    writer.varint(RAW)
    writeRawDoubles(writer, times)
    return writer.finish()
  }
  writer.varint(unit)
  writer.signed(first)
  writer.varint(interval)
  for (let row = 0; row < count; row++)
    units[row] = ((times[row] as number) - first) / unit - row * interval
  writeIntegers(writer, units, { count, plan: planIntegers(units, count) })
  return writer.finish()
}

/** The largest number of microseconds of which all intervals are multiples. */
function unitOf(times: Float64Array): number {
  const first = times[0] as number
  let unit = 0
  for (let row = 1; row < times.length && unit !== 1; row++) {
    let rest = (times[row] as number) - first
    while (rest !== 0) {
      const next = unit % rest
      unit = rest
      rest = next
    }
  }
  return Math.max(1, unit)
}

/** So that a time that is late by chance is a small number, whatever the interval. */
function middleInterval(times: Float64Array): number {
  const intervals = new Float64Array(times.length - 1)
  for (let row = 0; row < intervals.length; row++)
    intervals[row] = (times[row + 1] as number) - (times[row] as number)
  return intervals.sort()[intervals.length >> 1] ?? 0
}

/** Throws `corrupt` where the bytes are damaged, are of another number of rows, or do not ascend. */
export function decodeTimes(block: Uint8Array, rows: number): Float64Array {
  assert(rows > 0 && rows <= limits.historySpanRows, 'a span has rows, up to its limit')
  const reader = new BlockReader(block, FORMAT)
  const unit = reader.varint()
  const times = unit === RAW ? readRawDoubles(reader, rows) : readUnits(reader, rows, unit)
  reader.finish()
  for (let row = 1; row < rows; row++)
    if (!((times[row] as number) > (times[row - 1] as number))) throw damaged('times do not ascend')
  return times
}

function readUnits(reader: BlockReader, rows: number, unit: number): Float64Array {
  const first = reader.signed()
  const interval = reader.varint()
  readIntegers(reader, units, rows)
  const times = new Float64Array(rows)
  for (let row = 0; row < rows; row++)
    times[row] = first + unit * ((units[row] as number) + row * interval)
  return times
}
