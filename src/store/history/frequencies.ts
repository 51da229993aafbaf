import type { BlockReader } from './block-reader.ts'
import type { BlockWriter } from './block-writer.ts'
import { damaged } from './damaged.ts'

/** Frequencies of tokens add up to this: a table of 4,096 places says which token a state stands for. */
export const RANGE_BITS = 12
export const RANGE: number = 1 << RANGE_BITS

const CLASS_BITS = 4
const ABSENT = 0
const END = 15
/** A weight keeps so many bits behind its highest. More are nearer to the truth and cost more than that is worth: 0.8 % in spans of 1,024. */
const WEIGHT_BITS = 1

/** Writes how often each token comes, coarsely, and leaves in `weights` what the reader will find. */
export function writeWeights(writer: BlockWriter, counts: Uint32Array, weights: Uint32Array): void {
  let total = 0
  let last = 0
  for (let token = 0; token < counts.length; token++) {
    const count = counts[token] as number
    total += count
    if (count > 0) last = token
  }
  weights.fill(0)
  for (let token = 0; token <= last; token++) {
    if (counts[token] === 0) {
      const first = token
      while (counts[token + 1] === 0) token++
      const more = token - first
      const length = 32 - Math.clz32(more)
      writer.bits(ABSENT, CLASS_BITS)
      writer.bits(length, CLASS_BITS)
      writer.bits(more, length)
      continue
    }
    const weight = Math.max(1, Math.round(((counts[token] as number) * RANGE) / total))
    weights[token] = writeWeight(writer, weight)
  }
  writer.bits(END, CLASS_BITS)
}

function writeWeight(writer: BlockWriter, weight: number): number {
  let exponent = 31 - Math.clz32(weight)
  let kept = Math.min(exponent, WEIGHT_BITS)
  let mantissa = Math.round(weight / 2 ** (exponent - kept))
  if (mantissa === 2 << kept) {
    exponent++
    kept = Math.min(exponent, WEIGHT_BITS)
    mantissa = 1 << kept
  }
  writer.bits(exponent + 1, CLASS_BITS)
  writer.bits(mantissa - (1 << kept), kept)
  return mantissa * 2 ** (exponent - kept)
}

/** The tokens that there are, all below `end`, and how often each comes, into `weights`. */
export function readWeights(reader: BlockReader, weights: Uint32Array, end: number): void {
  weights.fill(0)
  for (let token = 0; ; token++) {
    const kind = reader.bits(CLASS_BITS)
    if (kind === END) return
    if (token >= end) throw damaged('a token that does not exist')
    if (kind === ABSENT) {
      token += reader.bits(reader.bits(CLASS_BITS))
      continue
    }
    const exponent = kind - 1
    if (exponent > RANGE_BITS) throw damaged('a weight that no token has')
    const kept = Math.min(exponent, WEIGHT_BITS)
    weights[token] = ((1 << kept) + reader.bits(kept)) * 2 ** (exponent - kept)
  }
}

/**
 * Turns weights into frequencies that add up to `RANGE`, every token that there is having one at least. Integers only, so that whoever
 * reads comes to the same. Returns how many tokens there are.
 */
export function normalise(weights: Uint32Array): number {
  let total = 0
  let tokens = 0
  let heaviest = 0
  for (let token = 0; token < weights.length; token++) {
    const weight = weights[token] as number
    if (weight === 0) continue
    tokens++
    total += weight
    if (weight > (weights[heaviest] as number)) heaviest = token
  }
  const share = RANGE - tokens
  let left = RANGE
  for (let token = 0; token < weights.length; token++) {
    const weight = weights[token] as number
    if (weight === 0) continue
    const frequency = 1 + Math.floor((weight * share) / total)
    weights[token] = frequency
    left -= frequency
  }
  weights[heaviest] = (weights[heaviest] as number) + left
  return tokens
}
