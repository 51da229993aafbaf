import {
  NO_NAME,
  StateReader,
  StateWriter,
  VALIDITY,
  emitAggregate,
  isInvalid,
  withField,
  withKey,
  withRevision,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { DAY_US } from './limits.ts'
import {
  DAY,
  DOUBTFUL,
  ESTIMATES,
  EXPECTED,
  LATE,
  MISSING,
  QUANTITY,
  SAMPLES,
  UNUSABLE,
  VALID,
} from './marks.ts'

/** One day of UTC of one point, in counts. */
export class DayCount {
  samples: u32 = 0
  missing: u32 = 0
  private estimated: u32 = 0
  private late: u32 = 0
  private questionable: u32 = 0
  private invalid: u32 = 0
  private revision: u32 = 0
  /** Something has been counted since it was told of last. */
  isFresh: bool = false

  constructor(public readonly start: i64) {}

  count(quality: u16): void {
    this.isFresh = true
    this.samples++
    this.add(quality, 1)
  }

  /** A reading that was counted turns out to be worse. */
  recount(before: u16, after: u16): void {
    this.isFresh = true
    this.add(before, -1)
    this.add(after, 1)
  }

  private add(quality: u16, change: i32): void {
    if ((quality & VALIDITY) == 0) return
    if (isInvalid(quality)) this.invalid += change
    else this.questionable += change
  }

  comeLate(): void {
    this.isFresh = true
    this.late++
  }

  estimate(): void {
    this.isFresh = true
    this.estimated++
  }

  get isSpoilt(): bool {
    return this.invalid > 0
  }

  miss(slots: u32): void {
    this.isFresh = true
    this.missing += slots
  }

  report(subject: u32, point: u32, quantity: u32, isExpected: bool): void {
    const valid = this.samples - this.questionable - this.invalid
    emitAggregate(DAY, subject, this.start, this.start + DAY_US)
    withKey(point)
    withRevision(this.revision++)
    const all = this.samples + this.missing
    withValue(all == 0 ? 0 : <f64>valid / <f64>all)
    if (quantity != NO_NAME) withWord(QUANTITY, quantity)
    withField(SAMPLES, <f64>this.samples)
    if (isExpected) withField(EXPECTED, <f64>all)
    withField(VALID, <f64>valid)
    withField(DOUBTFUL, <f64>this.questionable)
    withField(UNUSABLE, <f64>this.invalid)
    if (isExpected) withField(MISSING, <f64>this.missing)
    withField(ESTIMATES, <f64>this.estimated)
    withField(LATE, <f64>this.late)
    this.isFresh = false
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    state.u32(this.samples)
    state.u32(this.missing)
    state.u32(this.estimated)
    state.u32(this.late)
    state.u32(this.questionable)
    state.u32(this.invalid)
    state.u32((this.revision << 1) | (this.isFresh ? 1 : 0))
  }

  static load(state: StateReader): DayCount {
    const day = new DayCount(state.i64())
    day.samples = state.u32()
    day.missing = state.u32()
    day.estimated = state.u32()
    day.late = state.u32()
    day.questionable = state.u32()
    day.invalid = state.u32()
    const packed = state.u32()
    day.revision = packed >>> 1
    day.isFresh = (packed & 1) != 0
    return day
  }
}

/** Midnight UTC before or at the time. */
export function dayOf(time: i64): i64 {
  const remainder = time % DAY_US
  return remainder < 0 ? time - remainder - DAY_US : time - remainder
}
