import { StateReader, StateWriter } from '../sdk/index.ts'
import { NEVER, TEN_SECONDS_US, WEEK_GRACE_US } from './limits.ts'
import { Nameplate, Plan } from './plan.ts'
import { Role, keyOf } from './role.ts'
import { makeWeek } from './topics.ts'
import { Week } from './week.ts'

/** The frequency of a device as means of ten seconds (IEC 61000-4-30, 5.1, as far as readings can give them), and their week. */
export class FrequencyMeans {
  private start: i64 = NEVER
  private sum: f64 = 0
  private samples: u32 = 0
  private readonly week: Week

  constructor(
    plate: Nameplate,
    private readonly plan: Plan,
  ) {
    this.week = makeWeek(keyOf(Role.Frequency, 0, 0), plate, plan)
  }

  /** Whether a reading of `time` begins another ten seconds, so that those before want to be closed first. */
  isOver(time: i64): bool {
    return this.samples > 0 && time >= this.start + TEN_SECONDS_US
  }

  get startsAt(): i64 {
    return this.start
  }

  /** False: its ten seconds are over. */
  add(time: i64, value: f64): bool {
    if (this.samples == 0) {
      const start = time - (time % TEN_SECONDS_US)
      if (start <= this.start) return false
      this.start = start
      this.sum = 0
    }
    if (time < this.start) return false
    this.sum += value
    this.samples++
    return true
  }

  close(isFlagged: bool): void {
    if (this.samples == 0) return
    const mean = this.sum / <f64>this.samples
    this.samples = 0
    this.week.turn(this.start)
    if (isFlagged) this.week.flag()
    else this.week.add(mean, mean)
  }

  tick(time: i64): void {
    if (!this.week.isNews || time < this.week.end + WEEK_GRACE_US) return
    this.week.tell()
    this.plan.told++
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    state.f64(this.sum)
    state.u32(this.samples)
    this.week.save(state)
  }

  load(state: StateReader): void {
    this.start = state.i64()
    this.sum = state.f64()
    this.samples = state.u32()
    this.week.load(state, this.plan.percentiles)
  }
}
