import { StateReader, StateWriter } from '../sdk/index.ts'
import { Constants } from './constants.ts'

/** Hours: the normal life of well-dried upgraded paper (IEEE C57.91, table 2; IEC 60076-7 has the same figure). */
export const NORMAL_LIFE_HOURS: f64 = 180000

const LN_2: f64 = 0.6931471805599453

/**
 * Relative ageing rate at a hot-spot temperature. Paper that is not upgraded: twice as fast every 6 K above 98 Cel. Upgraded: Arrhenius'
 * law around 110 Cel, which is also FAA of IEEE C57.91.
 */
export function ageingRate(constants: Constants, hotSpotC: f64): f64 {
  if (constants.isUpgraded) return Math.exp(15000.0 / 383.0 - 15000.0 / (hotSpotC + 273))
  return Math.exp(((hotSpotC - 98) / 6) * LN_2)
}

/** What one window of time, an hour or a day, adds up. */
export class Ageing {
  /** Microseconds. */
  start: i64 = 0
  /** Hours of life. */
  lossHours: f64 = 0
  coveredSeconds: f64 = 0
  heldSeconds: f64 = 0
  rateMax: f64 = 0
  hotSpotMaxC: f64 = -1000
  loadMax: f64 = 0
  samples: u32 = 0
  flagged: u32 = 0
  quality: u16 = 0

  begin(start: i64): void {
    this.start = start
    this.lossHours = 0
    this.coveredSeconds = 0
    this.heldSeconds = 0
    this.rateMax = 0
    this.hotSpotMaxC = -1000
    this.loadMax = 0
    this.samples = 0
    this.flagged = 0
    this.quality = 0
  }

  /** A step of the model over which the rate was this on average. */
  add(seconds: f64, rate: f64, isHeld: bool): void {
    this.lossHours += (rate * seconds) / 3600
    this.coveredSeconds += seconds
    if (isHeld) this.heldSeconds += seconds
  }

  /** The state at the end of a step. */
  see(rate: f64, hotSpotC: f64, load: f64): void {
    if (rate > this.rateMax) this.rateMax = rate
    if (hotSpotC > this.hotSpotMaxC) this.hotSpotMaxC = hotSpotC
    if (load > this.loadMax) this.loadMax = load
  }

  count(quality: u16): void {
    this.samples++
    if (quality != 0) this.flagged++
    this.quality |= quality
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    state.f64(this.lossHours)
    state.f64(this.coveredSeconds)
    state.f64(this.heldSeconds)
    state.f64(this.rateMax)
    state.f64(this.hotSpotMaxC)
    state.f64(this.loadMax)
    state.u32(this.samples)
    state.u32(this.flagged)
    state.u32(this.quality)
  }

  load(state: StateReader): void {
    this.start = state.i64()
    this.lossHours = state.f64()
    this.coveredSeconds = state.f64()
    this.heldSeconds = state.f64()
    this.rateMax = state.f64()
    this.hotSpotMaxC = state.f64()
    this.loadMax = state.f64()
    this.samples = state.u32()
    this.flagged = state.u32()
    this.quality = <u16>state.u32()
  }
}
