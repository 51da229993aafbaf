import { limits } from '../../core/limits.ts'
import type { BlockReader } from './block-reader.ts'
import type { BlockWriter } from './block-writer.ts'
import { damaged } from './damaged.ts'
import { rank } from './dictionary.ts'
import { planIntegers, readIntegers, writeIntegers } from './integers.ts'
import { readRawDoubles, writeRawDoubles } from './raw-doubles.ts'
import { RAW, fromIntegers, scaleOf, toIntegers } from './scale.ts'

const ROWS = limits.historySpanRows
const RANKED = 64
const DIVIDED = 128

const integers = new Float64Array(ROWS)
const ranks = new Float64Array(ROWS)
const listed = new Float64Array(ROWS)

/**
 *     scale + 64 where ranked + 128 where divided, u8
 *     divided: divisor varint, remainder signed | ranked: how many kinds varint, the kinds, integers | integers
 */
export function writeValues(writer: BlockWriter, values: Float64Array): void {
  const count = values.length
  if (count === 0) return
  const scale = scaleOf(values)
  if (scale === RAW) {
    writer.byte(RAW)
    writeRawDoubles(writer, values)
    return
  }
  toIntegers(values, scale, integers)
  const first = integers[0] as number
  const divisor = divisorOf(integers, count)
  const divided = divisor > 1 ? DIVIDED : 0
  if (divisor > 1)
    for (let row = 0; row < count; row++)
      integers[row] = ((integers[row] as number) - first) / divisor
  const plan = planIntegers(integers, count)
  const kinds = rank(integers, count, ranks)
  const kindsPlan = kinds === undefined ? undefined : planIntegers(kinds, kinds.length)
  const ranksPlan = kinds === undefined ? undefined : planIntegers(ranks, count)
  const isRanked =
    kindsPlan !== undefined &&
    ranksPlan !== undefined &&
    kindsPlan.bits + ranksPlan.bits < plan.bits
  writer.byte(scale + divided + (isRanked ? RANKED : 0))
  if (divisor > 1) {
    writer.varint(divisor)
    writer.signed(first)
  }
  if (!isRanked || kinds === undefined) return writeIntegers(writer, integers, { count, plan })
  writer.varint(kinds.length)
  writeIntegers(writer, kinds, { count: kinds.length, plan: kindsPlan })
  writeIntegers(writer, ranks, { count, plan: ranksPlan })
}

/** The largest number that all distances from the first integer are multiples of; 0 where there are none. */
function divisorOf(all: Float64Array, count: number): number {
  const first = all[0] as number
  let divisor = 0
  for (let row = 1; row < count && divisor !== 1; row++) {
    let rest = Math.abs((all[row] as number) - first)
    while (rest !== 0) {
      const next = divisor % rest
      divisor = rest
      rest = next
    }
  }
  return divisor
}

/** Fills `values`, whose length is known beforehand. */
export function readValues(reader: BlockReader, values: Float64Array): void {
  const count = values.length
  if (count === 0) return
  const kind = reader.byte()
  const scale = kind % RANKED
  if (kind === RAW) return values.set(readRawDoubles(reader, count))
  if (scale >= RAW) throw damaged(`values of scale ${scale}`)
  const isDivided = kind >= DIVIDED
  const divisor = isDivided ? reader.varint() : 1
  const first = isDivided ? reader.signed() : 0
  if ((kind & RANKED) === 0) readIntegers(reader, integers, count)
  else readRanked(reader, count)
  if (isDivided)
    for (let row = 0; row < count; row++)
      integers[row] = (integers[row] as number) * divisor + first
  fromIntegers(integers, scale, values)
}

function readRanked(reader: BlockReader, count: number): void {
  const kinds = reader.count(count)
  readIntegers(reader, listed, kinds)
  readIntegers(reader, integers, count)
  for (let row = 0; row < count; row++) {
    const place = integers[row] as number
    if (!(place >= 0 && place < kinds)) throw damaged('a rank that no value has')
    integers[row] = listed[place] as number
  }
}
