import { Json } from '../sdk/index.ts'
import { ruleOf } from './rules.ts'

/** As docs/processors/validation.md has them; the defaults are those of src/edge/site/processors/validation.ts. */
export class Settings {
  private off: u32 = 0
  clockUs: i64 = 0
  /** (p1 - p3) / p3 above this is a spike. */
  spikeShare: f64 = 0
  /** Of the scaled median deviation. */
  sigmas: f64 = 0
  stuckReadings: u32 = 0
  stuckUs: i64 = 0
  crossShare: f64 = 0
  crossFloor: f64 = 0
  powerFactor: f64 = 0
  registerSumShare: f64 = 0
  registerSumFloor: f64 = 0
  energisedShare: f64 = 0
  linearUs: i64 = 0
  reportUs: i64 = 0
  frequencyHz: f64 = 50
  private analog: string[] = []
  private stuck: string[] = []
  private estimated: string[] = []
  private intervals: Json = Json.absent

  read(given: Json, site: Json): void {
    const off = given.get('off')
    for (let at = 0; at < off.length; at++) {
      const rule = ruleOf(off.at(at).text(''))
      if (rule >= 0) this.off |= 1 << rule
    }
    this.frequencyHz = site.get('frequencyHz').number(50)
    this.clockUs = <i64>given.get('clockMs').number(180_000) * 1000
    const spike = given.get('spike')
    this.spikeShare = spike.get('percent').number(180) / 100
    this.sigmas = spike.get('sigmas').number(3)
    this.analog = patternsOf(spike.get('quantities'), [
      'voltage.*',
      'frequency',
      'temperature.*',
      'level.oil',
    ])
    const stuck = given.get('stuck')
    this.stuckReadings = <u32>stuck.get('readings').number(30)
    this.stuckUs = <i64>stuck.get('durationMs').number(300_000) * 1000
    this.stuck = patternsOf(stuck.get('quantities'), [
      'voltage.*',
      'current.*',
      'power.active*',
      'power.reactive*',
      'power.apparent*',
    ])
    this.readChecks(given)
    const estimation = given.get('estimation')
    this.estimated = patternsOf(estimation.get('quantities'), [])
    this.linearUs = <i64>estimation.get('linearMs').number(7_200_000) * 1000
    this.reportUs = <i64>given.get('reportMs').number(900_000) * 1000
    this.intervals = given.get('intervals')
  }

  private readChecks(given: Json): void {
    const cross = given.get('cross')
    this.crossShare = cross.get('percent').number(5) / 100
    this.crossFloor = cross.get('minimumVa').number(20)
    this.powerFactor = cross.get('powerFactor').number(0.03)
    const registerSum = given.get('registerSum')
    this.registerSumShare = registerSum.get('percent').number(10) / 100
    this.registerSumFloor = registerSum.get('minimumWh').number(2000)
    this.energisedShare = given.get('energisedPercent').number(10) / 100
  }

  isOn(rule: u8): bool {
    return (this.off & (1 << rule)) == 0
  }

  isAnalog(quantity: string): bool {
    return fits(this.analog, quantity)
  }

  mayBeStuck(quantity: string): bool {
    return fits(this.stuck, quantity)
  }

  isEstimated(quantity: string): bool {
    return fits(this.estimated, quantity)
  }

  /** Between two readings of the quantity, where it is not that of the device's messages; 0: it is. */
  intervalUs(quantity: string): i64 {
    for (let at = 0; at < this.intervals.length; at++) {
      const entry = this.intervals.at(at)
      if (fits(patternsOf(entry.get('quantities'), []), quantity))
        return <i64>entry.get('intervalMs').number(0) * 1000
    }
    return 0
  }
}

/** One for the whole module. */
export const settings = new Settings()

function patternsOf(list: Json, otherwise: string[]): string[] {
  if (!list.isPresent) return otherwise
  const patterns: string[] = []
  for (let at = 0; at < list.length; at++) patterns.push(list.at(at).text(''))
  return patterns
}

/** `voltage.*` fits what begins with `voltage.`, a name without * itself. */
function fits(patterns: string[], quantity: string): bool {
  for (let at = 0; at < patterns.length; at++) {
    const pattern = patterns[at]
    if (pattern.endsWith('*')) {
      if (quantity.startsWith(pattern.slice(0, pattern.length - 1))) return true
    } else if (quantity == pattern) return true
  }
  return false
}
