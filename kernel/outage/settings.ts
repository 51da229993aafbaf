import { Json, refuse } from '../sdk/index.ts'

const SECOND_US: f64 = 1_000_000

/** What `processors.outage` of the site file says; src/edge/site/processors/outage.ts describes every key. */
export class Settings {
  /** Shares of the nominal voltage. */
  lostShare: f64 = 0.1
  backShare: f64 = 0.12
  momentaryUs: i64 = 300_000_000
  correlationUs: i64 = 5_000_000
  membersMin: i32 = 2
  feederPercent: f64 = 90
  /** A three-phase customer is without supply as soon as one phase is lost. */
  isAnyPhase: bool = true

  read(given: Json): void {
    const lost = given.get('lossPercent').number(10)
    const hysteresis = given.get('hysteresisPercent').number(2)
    this.lostShare = lost / 100
    this.backShare = (lost + hysteresis) / 100
    this.momentaryUs = <i64>(given.get('momentarySeconds').number(300) * SECOND_US)
    this.correlationUs = <i64>(given.get('correlationSeconds').number(5) * SECOND_US)
    this.membersMin = <i32>given.get('membersMin').number(2)
    this.feederPercent = given.get('feederPercent').number(90)
    this.isAnyPhase = given.get('threePhase').text('any') == 'any'
    if (lost <= 0 || hysteresis < 0 || lost + hysteresis > 100) {
      refuse('lossPercent has to be above 0, and with hysteresisPercent at most 100')
    }
    if (this.momentaryUs < 0 || this.correlationUs < 0) {
      refuse('momentarySeconds and correlationSeconds cannot be negative')
    }
    if (this.membersMin < 1) refuse('membersMin has to be at least 1')
    if (this.feederPercent <= 0) refuse('feederPercent has to be above 0')
  }
}
