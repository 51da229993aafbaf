import { Json, refuse } from '../sdk/index.ts'
import { DAYS_MAX, OPEN_INTERVALS_MIN, SUSPECTS_MAX } from './limits.ts'

export const SECOND: i64 = 1000000
export const MINUTE: i64 = 60 * SECOND
export const DAY: i64 = 24 * 60 * MINUTE

/** What the site file says under `processors.feeder`; src/edge/site/processors/feeder.ts describes each. */
export class Settings {
  intervalMicros: i64 = 15 * MINUTE
  latenessMicros: i64 = 30 * MINUTE
  memberKinds: Set<string> = new Set<string>()
  excessPercent: f64 = 3
  days: i32 = 7
  daysOver: i32 = 5
  coveragePercent: f64 = 80
  suspects: i32 = 5
  phaseMargin: f64 = 0.1

  take(settings: Json): void {
    this.intervalMicros = <i64>settings.get('intervalMinutes').number(15) * MINUTE
    this.latenessMicros = <i64>settings.get('latenessMinutes').number(30) * MINUTE
    this.excessPercent = settings.get('excessPercent').number(3)
    this.days = <i32>settings.get('days').number(7)
    this.daysOver = <i32>settings.get('daysOver').number(5)
    this.coveragePercent = settings.get('coveragePercent').number(80)
    this.suspects = <i32>settings.get('suspects').number(5)
    this.phaseMargin = settings.get('phaseMargin').number(0.1)
    const kinds = settings.get('memberKinds')
    for (let index = 0; index < kinds.length; index++) {
      this.memberKinds.add(kinds.at(index).text(''))
    }
    if (!kinds.isPresent) this.memberKinds.add('meter')
    this.refuseOdd()
  }

  private refuseOdd(): void {
    if (this.intervalMicros <= 0 || DAY % this.intervalMicros != 0) {
      refuse('intervalMinutes has to divide a day')
      this.intervalMicros = 15 * MINUTE
    }
    if (this.latenessMicros > (OPEN_INTERVALS_MIN - 2) * this.intervalMicros) {
      refuse('latenessMinutes has to be less than 14 intervals')
    }
    if (this.days < 1 || this.days > DAYS_MAX) refuse('days has to be 1 to 31')
    if (this.daysOver < 1 || this.daysOver > this.days) refuse('daysOver has to be 1 to days')
    if (this.suspects < 0 || this.suspects > SUSPECTS_MAX) refuse('suspects has to be 0 to 50')
  }
}
