import { limits } from '../../core/limits.ts'
import type { BlockReader } from './block-reader.ts'
import type { BlockWriter } from './block-writer.ts'
import { damaged } from './damaged.ts'
import { readNumbers } from './number-decoder.ts'
import { costOf, writeNumbers } from './number-encoder.ts'

/** Integers must lie within this distance of 0: then even second differences with a sign are below 2^51. */
export const INTEGER_MOST: number = 2 ** 47
/** What is written of each integer: how far above the least it is, its difference from the last, or how that one differs. */
const ORDERS = [0, 1, 2] as const
type Order = (typeof ORDERS)[number]

const ROWS = limits.historySpanRows
const trials = [new Float64Array(ROWS), new Float64Array(ROWS), new Float64Array(ROWS)] as const

export interface Plan {
  readonly order: Order
  readonly mantissa: number
  readonly bits: number
}

/** What these integers take at best. They stay as they are. */
export function planIntegers(integers: Float64Array, count: number): Plan {
  let best: Plan = { order: 0, mantissa: 1, bits: Infinity }
  for (const order of ORDERS) {
    const numbers = trials[order]
    const { mantissa, bits } = costOf(numbers, difference(integers, count, { order, numbers }))
    if (bits < best.bits) best = { order, mantissa, bits }
  }
  return best
}

/** `order, u8 | the first `order` integers, or the least one, signed varint | numbers`, nothing for no integers. */
export function writeIntegers(
  writer: BlockWriter,
  integers: Float64Array,
  { count, plan: { order, mantissa } }: { readonly count: number; readonly plan: Plan },
): void {
  if (count === 0) return
  const numbers = trials[order]
  const differences = difference(integers, count, { order, numbers })
  writer.byte(order)
  if (order === 0) writer.signed(leastIn(integers, count))
  if (order > 0) writer.signed(integers[0] as number)
  if (order === 2) writer.signed((integers[1] ?? 0) - (integers[0] as number))
  if (differences > 0) writeNumbers(writer, numbers, { count: differences, mantissa })
}

interface Trial {
  readonly order: Order
  readonly numbers: Float64Array
}

/** Fills `numbers`; returns how many there are. */
function difference(integers: Float64Array, count: number, { order, numbers }: Trial): number {
  if (count <= order) return 0
  if (order === 0) {
    const least = leastIn(integers, count)
    for (let row = 0; row < count; row++) numbers[row] = (integers[row] as number) - least
    return count
  }
  let last = integers[order - 1] as number
  let step = order === 2 ? last - (integers[0] as number) : 0
  for (let row = order; row < count; row++) {
    const value = integers[row] as number
    const change = value - last - step
    numbers[row - order] = change < 0 ? -2 * change - 1 : 2 * change
    if (order === 2) step = value - last
    last = value
  }
  return count - order
}

function leastIn(integers: Float64Array, count: number): number {
  let least = Infinity
  for (let row = 0; row < count; row++) least = Math.min(least, integers[row] as number)
  return least
}

export function readIntegers(reader: BlockReader, integers: Float64Array, count: number): void {
  if (count === 0) return
  const order = reader.byte()
  if (order > 2) throw damaged(`differences of order ${order}`)
  const first = reader.signed()
  if (order === 0) {
    readNumbers(reader, integers, count)
    for (let row = 0; row < count; row++) integers[row] = (integers[row] as number) + first
    return
  }
  const numbers = trials[0]
  let last = (integers[0] = first)
  let step = order === 2 ? reader.signed() : 0
  if (order === 2 && count > 1) last = integers[1] = first + step
  if (count > order) readNumbers(reader, numbers, count - order)
  // One loop for each order: a test within costs a third of the speed.
  if (order === 1)
    for (let row = 1; row < count; row++) {
      last += signedOf(numbers[row - 1] as number)
      integers[row] = last
    }
  else
    for (let row = 2; row < count; row++) {
      step += signedOf(numbers[row - 2] as number)
      last += step
      integers[row] = last
    }
}

function signedOf(number: number): number {
  const word = number | 0
  if (word === number) return (word >>> 1) ^ -(word & 1)
  return number % 2 === 1 ? -(number + 1) / 2 : number / 2
}
