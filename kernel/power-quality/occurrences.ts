import {
  StateReader,
  StateWriter,
  emitAggregate,
  withField,
  withRevision,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { DISTURBANCE_US, NEVER, WEEK_GRACE_US, WEEK_US } from './limits.ts'
import {
  COMPLIANCE_EVENTS,
  COUNTED,
  DIPS,
  FUTURE,
  LATE,
  LONG_INTERRUPTIONS,
  METHOD,
  OVERVOLTAGES,
  SHORT_INTERRUPTIONS,
  SWELLS,
  UNDERVOLTAGES,
} from './names.ts'
import { Nameplate, Plan } from './plan.ts'
import { weekStart } from './week.ts'

/** EN 50160:2010: up to 3 min an interruption is short. */
const SHORT_US: i64 = 180_000_000

/** What happened in a week, by the time at which it was over, and which readings could not be used. There are no limits for it. */
export class Occurrences {
  private start: i64 = NEVER
  private revision: u32 = 0
  private isNews: bool = false
  private dips: u32 = 0
  private swells: u32 = 0
  private undervoltages: u32 = 0
  private overvoltages: u32 = 0
  private shortOnes: u32 = 0
  private longOnes: u32 = 0
  private late: u32 = 0
  private future: u32 = 0

  constructor(
    private readonly plate: Nameplate,
    private readonly plan: Plan,
  ) {}

  addDip(start: i64, end: i64): void {
    this.turn(end)
    if (end - start <= DISTURBANCE_US) this.dips++
    else this.undervoltages++
  }

  addSwell(start: i64, end: i64): void {
    this.turn(end)
    if (end - start <= DISTURBANCE_US) this.swells++
    else this.overvoltages++
  }

  addInterruption(start: i64, end: i64): void {
    this.turn(end)
    if (end - start <= SHORT_US) this.shortOnes++
    else this.longOnes++
  }

  /** `time`: of the newest reading. */
  addLate(time: i64): void {
    this.turn(time)
    this.late++
  }

  addFuture(time: i64): void {
    this.turn(time)
    this.future++
  }

  tick(time: i64): void {
    if (!this.isNews || time < this.start + WEEK_US + WEEK_GRACE_US) return
    this.tell()
    this.plan.told++
  }

  private turn(time: i64): void {
    if (this.start == NEVER || time >= this.start + WEEK_US) {
      if (this.isNews) this.tell()
      this.start = weekStart(time, this.plan.settings)
      this.revision = 0
      this.dips = 0
      this.swells = 0
      this.undervoltages = 0
      this.overvoltages = 0
      this.shortOnes = 0
      this.longOnes = 0
      this.late = 0
      this.future = 0
    }
    this.isNews = true
  }

  private tell(): void {
    emitAggregate(COMPLIANCE_EVENTS, this.plate.device, this.start, this.start + WEEK_US)
    withRevision(this.revision++)
    const short = this.dips + this.swells + this.shortOnes
    withValue(<f64>(short + this.undervoltages + this.overvoltages + this.longOnes))
    withWord(METHOD, COUNTED)
    withField(DIPS, this.dips)
    withField(SWELLS, this.swells)
    withField(UNDERVOLTAGES, this.undervoltages)
    withField(OVERVOLTAGES, this.overvoltages)
    withField(SHORT_INTERRUPTIONS, this.shortOnes)
    withField(LONG_INTERRUPTIONS, this.longOnes)
    withField(LATE, this.late)
    withField(FUTURE, this.future)
    this.isNews = false
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    if (this.start == NEVER) return
    state.u32(this.revision)
    state.u8(this.isNews ? 1 : 0)
    state.u32(this.dips)
    state.u32(this.swells)
    state.u32(this.undervoltages)
    state.u32(this.overvoltages)
    state.u32(this.shortOnes)
    state.u32(this.longOnes)
    state.u32(this.late)
    state.u32(this.future)
  }

  load(state: StateReader): void {
    this.start = state.i64()
    if (this.start == NEVER) return
    this.revision = state.u32()
    this.isNews = state.u8() != 0
    this.dips = state.u32()
    this.swells = state.u32()
    this.undervoltages = state.u32()
    this.overvoltages = state.u32()
    this.shortOnes = state.u32()
    this.longOnes = state.u32()
    this.late = state.u32()
    this.future = state.u32()
  }
}
