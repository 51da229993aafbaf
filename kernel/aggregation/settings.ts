import { Json, refuse } from '../sdk/index.ts'
import { STEPS, STEPS_MIN, WIDTHS } from './limits.ts'

const SECOND_US: f64 = 1_000_000
const MILLISECOND_US: f64 = 1000
const WIDTH_SECONDS_MAX: f64 = 86_400

/** Windows that some quantities have. */
export class Rule {
  quantities: Array<string> = []
  widthUs: i64 = 0
  /** Width of the windows whose values it takes instead of readings; 0: readings. */
  fromUs: i64 = 0
  law: string = ''
}

/** What `processors.aggregation` of the site file says; src/edge/site/processors/aggregation.ts describes every key. */
export class Settings {
  readonly rules: Array<Rule> = []
  latenessUs: i64 = 10_000_000
  /** With the one that is being filled. */
  windows: i32 = 2
  lowShare: f64 = 0.9
  highShare: f64 = 1.1
  hysteresisShare: f64 = 0.02
  groupQuantities: Array<string> = []
  groupWidthUs: i64 = 0
  demandUs: i64 = 900_000_000
  isDemandWanted: bool = true
  isEveryDemandTold: bool = false
  isSlidingPeak: bool = false
  completeShare: f64 = 0.8

  read(given: Json): void {
    this.latenessUs = <i64>(given.get('allowedLatenessMs').number(10_000) * MILLISECOND_US)
    this.windows = 1 + <i32>given.get('keptWindows').number(1)
    if (this.latenessUs < 0) refuse('allowedLatenessMs cannot be negative')
    if (this.windows < 2 || this.windows > 97) refuse('keptWindows has to be 1 to 96')
    this.readWindows(given.get('windows'))
    this.readFlags(given.get('flags'))
    this.readGroups(given.get('groups'))
    this.readDemand(given.get('demand'))
  }

  private readWindows(given: Json): void {
    if (!given.isPresent) {
      this.add(['power.*', 'energy.*', 'current.*', 'temperature.*', 'level.*', 'demand.*'], 900, 0)
      this.add(['frequency', 'rocof'], 900, 0)
      const quality = ['voltage.*', 'unbalance.*', 'thd.*', 'harmonic.*']
      this.add(quality, 600, 0)
      this.add(quality, 7200, 600)
      return
    }
    for (let index = 0; index < given.length; index++) {
      const one = given.at(index)
      const rule = this.add(
        textsOf(one.get('quantities')),
        one.get('seconds').number(0),
        one.get('from').number(0),
      )
      rule.law = one.get('law').text('')
    }
    if (given.length > WIDTHS) refuse(`windows has more than ${WIDTHS} entries`)
  }

  private add(quantities: Array<string>, seconds: f64, from: f64): Rule {
    const rule = new Rule()
    rule.quantities = quantities
    rule.widthUs = <i64>(seconds * SECOND_US)
    rule.fromUs = <i64>(from * SECOND_US)
    if (seconds < 1 || seconds > WIDTH_SECONDS_MAX || seconds != Math.floor(seconds)) {
      refuse('windows[].seconds has to be a whole number of 1 to 86400')
      rule.widthUs = 1_000_000
    } else if (<i64>86_400 % <i64>seconds != 0) {
      refuse('windows[].seconds has to divide a day, so that windows begin at midnight')
    }
    if (rule.fromUs > 0 && rule.widthUs % rule.fromUs != 0) {
      refuse('windows[].from has to divide windows[].seconds')
    }
    this.rules.push(rule)
    return rule
  }

  private readFlags(given: Json): void {
    this.lowShare = given.get('dipPercent').number(90) / 100
    this.highShare = given.get('swellPercent').number(110) / 100
    this.hysteresisShare = given.get('hysteresisPercent').number(2) / 100
    if (this.lowShare + this.hysteresisShare >= this.highShare - this.hysteresisShare) {
      refuse('flags.dipPercent and flags.swellPercent leave no room for the hysteresis')
    }
  }

  private readGroups(given: Json): void {
    const quantities = given.get('quantities')
    this.groupQuantities = quantities.isPresent
      ? textsOf(quantities)
      : ['power.active', 'power.reactive', 'energy.*']
    this.groupWidthUs = <i64>(given.get('seconds').number(900) * SECOND_US)
  }

  private readDemand(given: Json): void {
    this.isDemandWanted = given.get('enabled').flag(true)
    this.demandUs = <i64>(given.get('seconds').number(900) * SECOND_US)
    this.isEveryDemandTold = given.get('every').text('day') == 'step'
    this.isSlidingPeak = given.get('peak').text('block') == 'sliding'
    this.completeShare = given.get('completePercent').number(80) / 100
    const steps = this.demandUs / 60_000_000
    if (steps < STEPS_MIN || steps > STEPS || this.demandUs % 60_000_000 != 0 || 60 % steps != 0) {
      refuse('demand.seconds has to be 900, 1200, 1800 or 3600')
    }
    if (this.completeShare <= 0 || this.completeShare > 1) {
      refuse('demand.completePercent has to be above 0 and at most 100')
    }
  }
}

function textsOf(given: Json): Array<string> {
  const texts = new Array<string>()
  for (let index = 0; index < given.length; index++) texts.push(given.at(index).text(''))
  return texts
}
