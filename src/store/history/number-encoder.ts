import { limits } from '../../core/limits.ts'
import type { BlockWriter } from './block-writer.ts'
import { RANGE, RANGE_BITS, normalise, writeWeights } from './frequencies.ts'
import { MANTISSA_MOST, extraBitsOf, leastOf, tokenOf, tokensOf } from './token.ts'

/** The lowest state: a state keeps at least 15 bits, and 16 go out when it would pass 2^31. */
export const STATE_LOW = 1 << 15
const ROWS = limits.historySpanRows
const TOKENS = tokensOf(MANTISSA_MOST)
/** What a token costs in the table, in bits, with its share of what says which ones do not come. */
const TABLE_BITS = 7

export interface Cost {
  readonly mantissa: number
  readonly bits: number
}

/** For each number of mantissa bits: which token a finest one is part of. */
const coarser = Array.from({ length: MANTISSA_MOST + 1 }, (_, mantissa) =>
  Uint16Array.from({ length: TOKENS }, (_item, token) =>
    tokenOf(leastOf(token, MANTISSA_MOST), mantissa),
  ),
)
const logs = Float64Array.from({ length: ROWS + 1 }, (_, number) => Math.log2(number))
const finest = new Uint32Array(TOKENS)
const counts = new Uint32Array(TOKENS)
const frequencies = new Uint32Array(TOKENS)
const begins = new Uint32Array(TOKENS)
const tokens = new Uint16Array(ROWS)
/** Every number adds one word at most; the states are four more. */
const words = new Uint16Array(ROWS + 4)

/** What the first `count` numbers will take, and with how many mantissa bits that is least. From their counts alone. */
export function costOf(numbers: Float64Array, count: number): Cost {
  finest.fill(0)
  let last = 0
  for (let row = 0; row < count; row++) {
    const token = tokenOf(numbers[row] as number, MANTISSA_MOST)
    finest[token] = (finest[token] as number) + 1
    if (token > last) last = token
  }
  let best = { mantissa: 0, bits: Infinity }
  for (let mantissa = MANTISSA_MOST; mantissa > 0; mantissa--) {
    const bits = bitsWith(mantissa, count, last)
    if (bits < best.bits) best = { mantissa, bits }
  }
  return best
}

/** A token of fewer mantissa bits holds a run of finer ones. */
function bitsWith(mantissa: number, count: number, last: number): number {
  const coarse = coarser[mantissa] as Uint16Array
  const all = logs[count] as number
  let bits = 0
  let token = 0
  let held = 0
  for (let at = 0; at <= last; at++) {
    const found = finest[at] as number
    if (found === 0) continue
    const next = coarse[at] as number
    if (next !== token && held > 0) {
      bits += held * (all - (logs[held] as number) + extraBitsOf(token, mantissa)) + TABLE_BITS
      held = 0
    }
    token = next
    held += found
  }
  if (held === 0) return bits
  return bits + held * (all - (logs[held] as number) + extraBitsOf(token, mantissa)) + TABLE_BITS
}

/**
 * The first `count` numbers, each from 0 to 2^51: tokens through two interleaved range-ANS states, which take turns, and behind them the
 * bits that belong to the tokens.
 *
 *     words of 16 bits: how many, varint | words u16[] | mantissa − 1, 2 bits | table | extra bits | zeros up to a byte
 */
export function writeNumbers(
  writer: BlockWriter,
  numbers: Float64Array,
  { count, mantissa }: { readonly count: number; readonly mantissa: number },
): void {
  counts.fill(0)
  for (let row = 0; row < count; row++) {
    const token = tokenOf(numbers[row] as number, mantissa)
    tokens[row] = token
    counts[token] = (counts[token] as number) + 1
  }
  writer.bits(mantissa - 1, 2)
  writeWeights(writer, counts, frequencies)
  if (normalise(frequencies) > 1) {
    writer.endBits()
    const first = pushWords(count)
    writer.varint(words.length - first)
    writer.append(new Uint8Array(words.buffer, first * 2))
  }
  for (let row = 0; row < count; row++) {
    const extra = extraBitsOf(tokens[row] as number, mantissa)
    if (extra > 0) writer.bits(lowBits(numbers[row] as number, extra), extra)
  }
  writer.endBits()
}

function lowBits(value: number, count: number): number {
  return value < 2 ** 32 ? value & ((1 << count) - 1) : value % 2 ** count
}

/** Last number first, so that the reader meets the first one first. Fills `words` from its end; returns where they begin. */
function pushWords(count: number): number {
  let begin = 0
  for (let token = 0; token < TOKENS; token++) {
    begins[token] = begin
    begin += frequencies[token] as number
  }
  let at = words.length
  let state = STATE_LOW
  let other = STATE_LOW
  for (let row = count - 1; row >= 0; row--) {
    const token = tokens[row] as number
    const frequency = frequencies[token] as number
    if (state >= frequency * (1 << (31 - RANGE_BITS))) {
      words[--at] = state
      state >>>= 16
    }
    const turns = Math.floor(state / frequency)
    const next = turns * RANGE + (state - turns * frequency) + (begins[token] as number)
    state = other
    other = next
  }
  // `other` took the first number.
  for (const last of [state, other]) {
    words[--at] = last >>> 16
    words[--at] = last
  }
  return at
}
