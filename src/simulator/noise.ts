import { type Random, seededRandom } from '../core/random.ts'

/**
 * Randomness that belongs to a device and an instant, not to an order of events: whichever device is asked first, and
 * however often, the answer is the same.
 */
export function randomOf(seed: number, name: string, step = 0): Random {
  let hash = mix(seed, 0x9e3779b9)
  for (let index = 0; index < name.length; index++) hash = mix(hash, name.charCodeAt(index))
  hash = mix(hash, step)
  return seededRandom(mix(hash, Math.floor(step / 4_294_967_296)))
}

function mix(hash: number, word: number): number {
  let mixed = Math.imul(hash ^ word, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** The nearest number that a display with so many decimals can show; -3 shows thousands. */
export function printed(value: number, decimals: number): number {
  const shown = cut(value, decimals, Math.round)
  return shown === 0 ? 0 : shown
}

/** A register shows only what is complete, so that it never runs ahead of what it counts. */
export function registered(value: number, decimals: number): number {
  return cut(value, decimals, Math.floor)
}

function cut(value: number, decimals: number, whole: (value: number) => number): number {
  const factor = 10 ** Math.abs(decimals)
  return decimals < 0 ? whole(value / factor) * factor : whole(value * factor) / factor
}

/** What an instrument of a class shows: the truth, off by at most `accuracy` (a share), in its decimals. */
export interface Display {
  readonly decimals: number
  readonly accuracy: number
}

export function measured(truth: number, display: Display, random: Random): number {
  return printed(truth * (1 + display.accuracy * (2 * random() - 1)), display.decimals)
}
