import { LINE_TO_PHASE } from '../sdk/index.ts'
import { NEVER } from './limits.ts'
import { PercentileBudget } from './week.ts'
import { Settings } from './settings.ts'

/** What all devices share: the settings as numbers to compare with, and what there may be only so much of. */
export class Plan {
  readonly percentiles: PercentileBudget = new PercentileBudget()
  /** Where a dip and an interruption end, and where a swell does: the hysteresis on the good side. */
  readonly dipEndPercent: f64
  readonly aliveEndPercent: f64
  readonly swellEndPercent: f64
  /** Of the newest tick. */
  now: i64 = NEVER
  /** Parameters that there are, and points that found no room. */
  parameters: i32 = 0
  dropped: i32 = 0
  /** Aggregates, and events told again, since the tick began. */
  told: i32 = 0

  constructor(public readonly settings: Settings) {
    this.dipEndPercent = settings.dipPercent + settings.hysteresisPercent
    this.aliveEndPercent = settings.interruptionPercent + settings.hysteresisPercent
    this.swellEndPercent = settings.swellPercent - settings.hysteresisPercent
  }
}

/** What is known of a device from the site file. */
export class Nameplate {
  /** Nominal, between phases. */
  readonly lineV: f64

  constructor(
    public readonly device: u32,
    /** Nominal, to neutral; 0: nobody says. */
    public readonly phaseV: f64,
    public readonly isSinglePhase: bool,
    /** Between two readings; 0: nobody says. */
    public readonly intervalUs: i64,
  ) {
    this.lineV = phaseV * LINE_TO_PHASE
  }
}
