import { limits } from '../../core/limits.ts'
import type { BlockReader } from './block-reader.ts'
import { damaged } from './damaged.ts'
import { RANGE, RANGE_BITS, normalise, readWeights } from './frequencies.ts'
import { STATE_LOW } from './number-encoder.ts'
import { MANTISSA_MOST, extraBitsOf, leastOf, tokensOf } from './token.ts'

const ROWS = limits.historySpanRows
const TOKENS = tokensOf(MANTISSA_MOST)
const STATE_WORDS = 4

const frequencies = new Uint32Array(TOKENS)
/** For each place of the range: the token that it stands for, and what a state loses and gains there. */
const tokenAt = new Uint16Array(RANGE)
const frequencyAt = new Uint16Array(RANGE)
const offsetAt = new Uint16Array(RANGE)
const least = new Float64Array(TOKENS)
const extraBits = new Uint8Array(TOKENS)
const tokens = new Uint16Array(ROWS)
const words = new Uint16Array(ROWS + STATE_WORDS)

/** Reads so many numbers into `numbers`. */
export function readNumbers(reader: BlockReader, numbers: Float64Array, count: number): void {
  reader.startBits()
  const mantissa = 1 + reader.bits(2)
  readWeights(reader, frequencies, tokensOf(mantissa))
  const kinds = fillTables(mantissa)
  if (kinds > 1) {
    reader.endBits()
    readTokens(reader, count)
    reader.startBits()
  }
  const only = kinds > 1 ? undefined : tokenAt[0]
  if (only !== undefined) tokens.fill(only, 0, count)
  for (let row = 0; row < count; row++) {
    const token = tokens[row] as number
    const extra = extraBits[token] as number
    numbers[row] =
      extra === 0 ? (least[token] as number) : (least[token] as number) + reader.bits(extra)
  }
  reader.endBits()
}

function fillTables(mantissa: number): number {
  const kinds = normalise(frequencies)
  if (kinds === 0) throw damaged('numbers without tokens')
  let at = 0
  for (let token = 0; token < TOKENS; token++) {
    const frequency = frequencies[token] as number
    if (frequency === 0) continue
    least[token] = leastOf(token, mantissa)
    extraBits[token] = extraBitsOf(token, mantissa)
    tokenAt.fill(token, at, at + frequency)
    frequencyAt.fill(frequency, at, at + frequency)
    for (let offset = 0; offset < frequency; offset++) offsetAt[at++] = offset
  }
  return kinds
}

function readTokens(reader: BlockReader, count: number): void {
  const length = reader.count(count + STATE_WORDS)
  const bytes = reader.take(length * 2)
  if (length < STATE_WORDS) throw damaged('no states')
  for (let word = 0; word < length; word++)
    words[word] = (bytes[word * 2] as number) | ((bytes[word * 2 + 1] as number) << 8)
  // The states lie in the order in which they are used.
  let state = ((words[0] as number) | ((words[1] as number) << 16)) & 0x7fffffff
  let other = ((words[2] as number) | ((words[3] as number) << 16)) & 0x7fffffff
  let at = STATE_WORDS
  for (let row = 0; row < count; row++) {
    const place = state & (RANGE - 1)
    tokens[row] = tokenAt[place] as number
    let next = (frequencyAt[place] as number) * (state >>> RANGE_BITS) + (offsetAt[place] as number)
    if (next < STATE_LOW) {
      if (at === length) throw damaged('it ends too early')
      next = next * 65_536 + (words[at++] as number)
    }
    state = other
    other = next
  }
  if (at !== length || state !== STATE_LOW || other !== STATE_LOW)
    throw damaged('tokens that do not come out even')
}
