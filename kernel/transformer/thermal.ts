import { Constants } from './constants.ts'

/** What is left of a difference after a step of so many minutes, for each of the three time constants. */
export class Decay {
  oil: f64 = 1
  first: f64 = 1
  second: f64 = 1

  /** exp(-Dt/(k11 to)), exp(-Dt/(k22 tw)), exp(-Dt/(to/k22)): the exact step, stable however long it is. */
  set(constants: Constants, minutes: f64): Decay {
    this.oil = Math.exp(-minutes / (constants.k11 * constants.oilMinutes))
    this.first = Math.exp(-minutes / (constants.k22 * constants.windingMinutes))
    this.second = Math.exp(-minutes / (constants.oilMinutes / constants.k22))
    return this
  }
}

/** Where a load and an ambient temperature, kept for ever, would bring the transformer. */
export class Drive {
  oil: f64 = 0
  first: f64 = 0
  second: f64 = 0

  set(constants: Constants, load: f64, ambientC: f64): Drive {
    const losses = (1 + constants.lossRatio * load * load) / (1 + constants.lossRatio)
    const rise = Math.pow(losses, constants.oilExponent) * constants.topOilRiseK
    const gradient = Math.pow(load, constants.windingExponent) * constants.hotSpotRiseK
    this.oil = constants.isIeee ? rise : rise + ambientC
    this.first = constants.k21 * gradient
    this.second = (constants.k21 - 1) * gradient
    return this
  }
}

/**
 * The state of IEC 60076-7:2018, 8.2.3: top oil, and the two parts of the rise of the hot spot over it. With IEEE C57.91, clause 7, `oil`
 * is the rise over ambient and the second part is always zero.
 */
export class Thermal {
  oil: f64 = 0
  first: f64 = 0
  second: f64 = 0

  /** As if it had been so for ever. */
  begin(drive: Drive): void {
    this.oil = drive.oil
    this.first = drive.first
    this.second = drive.second
  }

  step(drive: Drive, decay: Decay): void {
    this.oil = approach(this.oil, drive.oil, decay.oil)
    this.first = approach(this.first, drive.first, decay.first)
    this.second = approach(this.second, drive.second, decay.second)
  }

  copy(other: Thermal): void {
    this.oil = other.oil
    this.first = other.first
    this.second = other.second
  }

  topOilC(constants: Constants, ambientC: f64): f64 {
    return constants.isIeee ? this.oil + ambientC : this.oil
  }

  hotSpotC(constants: Constants, ambientC: f64): f64 {
    return this.topOilC(constants, ambientC) + this.first - this.second
  }

  /** A measured top oil takes the place of the computed one. */
  correct(constants: Constants, measuredC: f64, ambientC: f64): void {
    this.oil = constants.isIeee ? measuredC - ambientC : measuredC
  }
}

export function approach(from: f64, to: f64, left: f64): f64 {
  return to + (from - to) * left
}
