import { Json, refuse } from '../sdk/index.ts'
import { THRESHOLDS } from './limits.ts'

/** A frequency that is not to be passed, as its distance from nominal: below for a negative one, above for a positive one. */
export class Threshold {
  constructor(
    public readonly deviationHz: f64,
    public readonly severity: i32,
    public readonly holdUs: i64,
  ) {}
}

/** `processors.frequency` of the site file; src/edge/site/processors/frequency.ts describes each. */
export class Settings {
  nominalHz: f64 = 50
  thresholds: Array<Threshold> = []
  hysteresisHz: f64 = 0.02
  rangePercent: f64 = 10
  lostVoltagePercent: f64 = 10
  settleUs: i64 = 3_000_000
  windowUs: i64 = 1_000_000
  spanUs: i64 = 10_000_000
  everyUs: i64 = 1_000_000
  readings: i32 = 5
  rocofLimit: f64 = 1
  rocofHysteresis: f64 = 0.2
  rocofHoldUs: i64 = 500_000

  read(settings: Json, site: Json): void {
    this.nominalHz = site.get('frequencyHz').number(50)
    const holdUs = micros(settings.get('holdMs'), 500)
    this.readThresholds(settings.get('thresholds'), holdUs)
    this.hysteresisHz = settings.get('hysteresisHz').number(0.02)
    this.rangePercent = settings.get('rangePercent').number(10)
    this.lostVoltagePercent = settings.get('lostVoltagePercent').number(10)
    this.settleUs = micros(settings.get('settleMs'), 3000)
    const rocof = settings.get('rocof')
    this.windowUs = micros(rocof.get('windowMs'), 1000)
    this.spanUs = micros(rocof.get('spanMs'), 10_000)
    this.everyUs = micros(rocof.get('everyMs'), 1000)
    this.readings = <i32>rocof.get('readings').number(5)
    this.rocofLimit = rocof.get('limitHzPerSecond').number(1)
    this.rocofHysteresis = rocof.get('hysteresisPercent').number(20) / 100
    this.rocofHoldUs = micros(rocof.get('holdMs'), 500)
    if (this.readings < 3) refuse('rocof.readings has to be 3 or more: no slope from two readings')
    if (this.spanUs < this.windowUs) refuse('rocof.spanMs has to be rocof.windowMs or more')
  }

  private readThresholds(given: Json, holdUs: i64): void {
    if (given.length > THRESHOLDS) refuse('there are more than 16 thresholds')
    for (let index = 0; index < given.length && index < THRESHOLDS; index++) {
      const one = given.at(index)
      const deviationHz = one.get('deviationHz').number(0)
      if (deviationHz == 0) refuse('a threshold needs a deviationHz other than 0')
      const hold = one.get('holdMs')
      const severity = severityOf(one.get('severity').text('warning'))
      this.thresholds.push(
        new Threshold(deviationHz, severity, hold.isPresent ? micros(hold, 0) : holdUs),
      )
    }
    if (given.isPresent) return
    // The bands of GB/T 15945 (0.2, small systems 0.5) and the first round of load shedding in most networks.
    this.thresholds.push(new Threshold(-0.2, 1, holdUs))
    this.thresholds.push(new Threshold(-0.5, 2, holdUs))
    this.thresholds.push(new Threshold(-1, 4, holdUs))
    this.thresholds.push(new Threshold(0.2, 1, holdUs))
    this.thresholds.push(new Threshold(0.5, 2, holdUs))
    this.thresholds.push(new Threshold(1, 4, holdUs))
  }
}

function micros(milliseconds: Json, otherwise: f64): i64 {
  return <i64>(milliseconds.number(otherwise) * 1000)
}

function severityOf(word: string): i32 {
  if (word == 'critical') return 4
  if (word == 'major') return 3
  if (word == 'minor') return 2
  return word == 'information' ? 0 : 1
}
