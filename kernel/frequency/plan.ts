import { Limit } from './crossing.ts'
import { FREQUENCY_HIGH, FREQUENCY_LOW, FREQUENCY_ROCOF } from './names.ts'
import { Settings } from './settings.ts'

const ROCOF_SEVERITY = 3

/** The settings as numbers that a reading can be compared with, the same for every device. */
export class Plan {
  readonly limits: Array<Limit> = []
  /** From this one on they are about the rate of change, before it about the frequency. */
  readonly rocofAt: i32
  /** At or beyond these a frequency is what an analyser prints when it has nothing to measure. */
  readonly lowestHz: f64
  readonly highestHz: f64
  /** Between the innermost thresholds, these included: nothing begins there. */
  calmFromHz: f64 = 0
  calmToHz: f64 = Infinity
  readonly calmSlope: f64

  constructor(public readonly settings: Settings) {
    const nominalHz = settings.nominalHz
    this.lowestHz = nominalHz - (nominalHz * settings.rangePercent) / 100
    this.highestHz = nominalHz + (nominalHz * settings.rangePercent) / 100
    const thresholds = settings.thresholds
    for (let index = 0; index < thresholds.length; index++) {
      const threshold = thresholds[index]
      const value = decimal(nominalHz + threshold.deviationHz)
      const isLow = threshold.deviationHz < 0
      if (isLow && value > this.calmFromHz) this.calmFromHz = value
      if (!isLow && value < this.calmToHz) this.calmToHz = value
      const kind = isLow ? FREQUENCY_LOW : FREQUENCY_HIGH
      const limit = new Limit(kind, <u32>index, value, isLow)
      limit.severity = threshold.severity
      limit.holdUs = threshold.holdUs
      const back = isLow ? value + settings.hysteresisHz : value - settings.hysteresisHz
      limit.back = decimal(back)
      this.limits.push(limit)
    }
    this.rocofAt = this.limits.length
    this.calmSlope = settings.rocofLimit > 0 ? settings.rocofLimit : Infinity
    if (settings.rocofLimit > 0) {
      this.addRocof(0, -settings.rocofLimit)
      this.addRocof(1, settings.rocofLimit)
    }
  }

  /** A fall and a rise are two limits: a swing that goes from one to the other is two events. */
  private addRocof(key: u32, value: f64): void {
    const limit = new Limit(FREQUENCY_ROCOF, key, value, value < 0)
    limit.severity = ROCOF_SEVERITY
    limit.holdUs = this.settings.rocofHoldUs
    limit.back = value * (1 - this.settings.rocofHysteresis)
    this.limits.push(limit)
  }
}

/** The sum of two decimals as a person would write it: 49.8 + 0.02 is 49.82 and not a little more, which 49.82 would not reach. */
function decimal(value: f64): f64 {
  return Math.round(value * 1e9) / 1e9
}
