import { name } from '../sdk/index.ts'

export const MEAN: u8 = 0
export const RMS: u8 = 1
export const MAX: u8 = 2
export const LAST: u8 = 3
export const DIFFERENCE: u8 = 4
/** Of members of a feeder. */
export const SUM: u8 = 5

const WORDS: StaticArray<u32> = [
  name('mean'),
  name('rms'),
  name('max'),
  name('last'),
  name('difference'),
  name('sum'),
]

export function wordOf(law: u8): u32 {
  return WORDS[law]
}

/**
 * How readings of an interval become one value: `aggregation` of src/core/quantities.ts, which a test compares with this for every
 * quantity.
 */
export function lawOf(quantity: string): u8 {
  if (quantity.startsWith('voltage.') || quantity.startsWith('current.')) return RMS
  if (quantity == 'unbalance.voltage' || quantity.startsWith('thd.')) return RMS
  if (quantity.startsWith('harmonic.')) return RMS
  if (quantity.startsWith('energy.')) return DIFFERENCE
  if (quantity.startsWith('flicker.') || quantity == 'demand.active') return MAX
  if (quantity == 'outage.last-gasp') return MAX
  if (quantity == 'level.oil' || quantity == 'breaker.position') return LAST
  return MEAN
}

/** A law by its name in the settings; `quantity` is the quantity's own. */
export function lawNamed(text: string, quantity: string): u8 {
  if (text == 'mean') return MEAN
  if (text == 'rms') return RMS
  if (text == 'max') return MAX
  if (text == 'last') return LAST
  return text == 'difference' ? DIFFERENCE : lawOf(quantity)
}

/** What a dip, a swell or an interruption makes doubtful: IEC 61000-4-30, 4.7. */
export function isFlaggable(quantity: string): bool {
  return (
    quantity.startsWith('voltage.') ||
    quantity.startsWith('harmonic.') ||
    quantity.startsWith('thd.') ||
    quantity.startsWith('flicker.') ||
    quantity.startsWith('unbalance.') ||
    quantity == 'frequency' ||
    quantity == 'rocof'
  )
}

/** Whether a quantity is one of `voltage.*`, `frequency`. */
export function isAmong(patterns: Array<string>, quantity: string): bool {
  for (let index = 0; index < patterns.length; index++) {
    const pattern = patterns[index]
    const length = pattern.length - 1
    if (length < 0 || pattern.charCodeAt(length) != ASTERISK) {
      if (pattern == quantity) return true
    } else if (startsLike(quantity, pattern, length)) return true
  }
  return false
}

const ASTERISK: i32 = 0x2a

/** Without a new string, of which a site of 100,000 points would make millions. */
function startsLike(quantity: string, pattern: string, length: i32): bool {
  if (quantity.length < length) return false
  for (let at = 0; at < length; at++) {
    if (quantity.charCodeAt(at) != pattern.charCodeAt(at)) return false
  }
  return true
}
