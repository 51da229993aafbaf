import { Json } from '../sdk/index.ts'

const MEGA: f64 = 1000000

/** Up to this a transformer of class ONAN is a distribution transformer (IEC 60076-7:2018, 3.1). */
const DISTRIBUTION_VA: f64 = 2.5 * MEGA

/** The thermal constants of one transformer. Minutes and kelvins, as the standards write them. */
export class Constants {
  /** Top oil over ambient and hot spot over top oil, at rated load. */
  topOilRiseK: f64 = 52
  hotSpotRiseK: f64 = 26
  /** R: load loss at rated current to no-load loss. */
  lossRatio: f64 = 6
  /** x of IEC 60076-7, n of IEEE C57.91. */
  oilExponent: f64 = 0.8
  /** y of IEC 60076-7, 2m of IEEE C57.91. */
  windingExponent: f64 = 1.3
  oilMinutes: f64 = 210
  windingMinutes: f64 = 10
  k11: f64 = 0.5
  k21: f64 = 2
  k22: f64 = 2
  isIeee: bool = false
  isUpgraded: bool = false
  /** What the air has where nobody measures it, degrees Celsius. */
  ambientC: f64 = 20

  /** Of IEC 60076-7, tables 4 and E.1: x, y, k11, k21, k22, both time constants, then R and the rises. */
  static ofClass(cooling: string, ratedVa: f64): Constants {
    const own = new Constants()
    if (cooling == 'ONAN' && ratedVa <= DISTRIBUTION_VA) {
      own.winding(1.6, 180, 4)
      own.shape(1, 1, 2)
      own.rises(5, 55, 23)
    } else if (cooling == 'ONAF') {
      own.winding(1.3, 150, 7)
    } else if (cooling == 'OF') {
      own.oilExponent = 1
      own.winding(1.3, 90, 7)
      own.shape(1, 1.3, 1)
      own.rises(6, 56, 22)
    } else if (cooling == 'OD') {
      own.oilExponent = 1
      own.winding(2, 90, 7)
      own.shape(1, 1, 1)
      own.rises(6, 49, 29)
    }
    return own
  }

  /**
   * IEEE C57.91, clause 7, is the same step with other exponents and without the overshoot of the winding: k11 = k21 = k22 = 1.
   * Its ambient acts at once, which `isIeee` says.
   */
  useIeee(cooling: string): void {
    this.isIeee = true
    this.isUpgraded = true
    this.shape(1, 1, 1)
    this.oilExponent = cooling == 'ONAN' ? 0.8 : cooling == 'OD' ? 1 : 0.9
    this.windingExponent = cooling == 'OD' ? 2 : 1.6
  }

  /** What the site file says of this transformer goes before what its class has. */
  take(thermal: Json): void {
    this.topOilRiseK = thermal.get('topOilRiseK').number(this.topOilRiseK)
    this.hotSpotRiseK = thermal.get('hotSpotRiseK').number(this.hotSpotRiseK)
    this.lossRatio = thermal.get('lossRatio').number(this.lossRatio)
    this.oilExponent = thermal.get('oilExponent').number(this.oilExponent)
    this.windingExponent = thermal.get('windingExponent').number(this.windingExponent)
    this.oilMinutes = thermal.get('oilTimeConstantMinutes').number(this.oilMinutes)
    this.windingMinutes = thermal.get('windingTimeConstantMinutes').number(this.windingMinutes)
    this.ambientC = thermal.get('ambientC').number(this.ambientC)
    if (this.isIeee) return
    this.k11 = thermal.get('k11').number(this.k11)
    this.k21 = thermal.get('k21').number(this.k21)
    this.k22 = thermal.get('k22').number(this.k22)
    this.isUpgraded = thermal.get('paper').text('normal') == 'upgraded'
  }

  private winding(exponent: f64, oilMinutes: f64, windingMinutes: f64): void {
    this.windingExponent = exponent
    this.oilMinutes = oilMinutes
    this.windingMinutes = windingMinutes
  }

  private shape(k11: f64, k21: f64, k22: f64): void {
    this.k11 = k11
    this.k21 = k21
    this.k22 = k22
  }

  private rises(lossRatio: f64, topOilRiseK: f64, hotSpotRiseK: f64): void {
    this.lossRatio = lossRatio
    this.topOilRiseK = topOilRiseK
    this.hotSpotRiseK = hotSpotRiseK
  }
}
