import { STATE_END, STATE_START, STATE_UPDATE, StateReader, StateWriter } from '../sdk/index.ts'
import { Day } from './day.ts'
import { Meter } from './meter.ts'
import { Persistence } from './persistence.ts'
import { Reports } from './reports.ts'
import { DAY, Settings } from './settings.ts'
import { suspectsOf } from './suspects.ts'

/** What a day that is over means: whether loss persists, which meters it goes with, on which phase they hang. */
export class Suspicion {
  private readonly persistence: Persistence
  /** Hints that wait for a tick are of this day. */
  private hintDay: i64 = 0
  private waiting: i32 = 0

  constructor(
    private readonly settings: Settings,
    private readonly reports: Reports,
  ) {
    this.persistence = new Persistence(settings.days, settings.daysOver)
  }

  judge(day: Day, meters: Array<Meter>): void {
    const start = day.number * DAY
    const expected = <f64>(DAY / this.settings.intervalMicros)
    const coverage = (100 * <f64>day.complete) / expected
    if (coverage >= this.settings.coveragePercent && day.suppliedWh > 0) {
      const percent = day.percent(day.nonTechnicalWh)
      this.persistence.judge(percent > this.settings.excessPercent)
      this.alarm(start, percent)
    }
    if (this.persistence.since > 0) this.tellSuspects(meters, start + DAY)
    this.guessPhases(meters, day.number)
    // So that a meter that was put right is forgotten in as many days as are looked at.
    const share = 1 - 1 / <f64>(this.settings.days + 1)
    for (let index = 0; index < meters.length; index++) meters[index].fade(share)
  }

  private alarm(start: i64, percent: f64): void {
    const persistence = this.persistence
    if (persistence.isOver) {
      const state = persistence.since == 0 ? STATE_START : STATE_UPDATE
      if (persistence.since == 0) persistence.since = start
      this.reports.alarm(persistence, state, 0, percent)
    } else if (persistence.since > 0) {
      this.reports.alarm(persistence, STATE_END, start, percent)
      persistence.since = 0
    }
  }

  private tellSuspects(meters: Array<Meter>, end: i64): void {
    const found = suspectsOf(meters, this.settings.suspects)
    for (let index = 0; index < found.length; index++) {
      this.reports.suspect(found[index], index + 1, end)
    }
  }

  private guessPhases(meters: Array<Meter>, day: i64): void {
    this.hintDay = day
    for (let index = 0; index < meters.length; index++) {
      const guess = meters[index].guess
      if (guess == null) continue
      guess.guess(this.settings.phaseMargin)
      if (guess.phase < 0 || guess.phase == guess.told || guess.isWaiting) continue
      guess.isWaiting = true
      this.waiting++
    }
  }

  tellHints(meters: Array<Meter>, most: i32): i32 {
    let told = 0
    for (let index = 0; index < meters.length && told < most && this.waiting > 0; index++) {
      const guess = meters[index].guess
      if (guess == null || !guess.isWaiting) continue
      guess.isWaiting = false
      this.waiting--
      if (guess.phase < 0 || guess.phase == guess.told) continue
      guess.told = guess.phase
      const start = this.hintDay * DAY
      this.reports.hint(meters[index], guess, start, start + DAY)
      told++
    }
    return told
  }

  save(state: StateWriter): void {
    this.persistence.save(state)
    state.i64(this.hintDay)
    state.u32(<u32>this.waiting)
  }

  load(state: StateReader): void {
    this.persistence.load(state)
    this.hintDay = state.i64()
    this.waiting = <i32>state.u32()
  }
}
