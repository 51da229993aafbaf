import { Json } from '../sdk/index.ts'
import { SILENCE_MS } from './limits.ts'

export const DEADBAND: u8 = 0
export const SWINGING_DOOR: u8 = 1
export const DECIMATION: u8 = 2
export const EXCEPTION: u8 = 3

/** One entry of the setting `rules`: for which quantities, what to leave out, and how far that may be off. */
export class Rule {
  method: u8 = EXCEPTION
  /** Largest error, in the unit of the quantity; the greater of this and `share` of the reading passed last. */
  error: f64 = 0
  /** A fraction, not %. */
  share: f64 = 0
  silenceUs: i64 = 0
  /** Of decimation: every so many readings, 0 where `intervalUs` says it. */
  every: u32 = 0
  intervalUs: i64 = 0
  private patterns: string[] = []

  /** False: the method is none that is known. */
  read(entry: Json): bool {
    const quantities = entry.get('quantities')
    for (let at = 0; at < quantities.length; at++) {
      this.patterns.push(quantities.at(at).text(''))
    }
    this.error = entry.get('error').number(0)
    this.share = entry.get('percent').number(0) / 100
    this.silenceUs = <i64>entry.get('maximumSilenceMs').number(SILENCE_MS) * 1000
    this.every = <u32>entry.get('every').number(0)
    this.intervalUs = <i64>entry.get('intervalMs').number(0) * 1000
    const method = entry.get('method').text('')
    if (method == 'deadband') this.method = DEADBAND
    else if (method == 'swinging-door') this.method = SWINGING_DOOR
    else if (method == 'decimation') this.method = DECIMATION
    else if (method == 'exception') this.method = EXCEPTION
    else return false
    if (this.method == EXCEPTION) {
      this.error = 0
      this.share = 0
    }
    if (this.method == DECIMATION && this.every == 0 && this.intervalUs <= 0) return false
    return this.error >= 0 && this.share >= 0 && this.silenceUs > 0
  }

  fits(quantity: string): bool {
    for (let at = 0; at < this.patterns.length; at++) {
      const pattern = this.patterns[at]
      if (pattern.endsWith('*')) {
        if (quantity.startsWith(pattern.slice(0, pattern.length - 1))) return true
      } else if (quantity == pattern) return true
    }
    return false
  }

  /** How far a reading may be from what stands for it, when `value` was passed last. */
  band(value: f64): f64 {
    const relative = this.share * Math.abs(value)
    return relative > this.error ? relative : this.error
  }
}
