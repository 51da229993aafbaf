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

/** Of the counts of one day. */
export const DAY_BYTES: usize = 28
const REVISION_AT: usize = 4
const ESTIMATED_AT: usize = 6
const SAMPLES_AT: usize = 8
const MISSING_AT: usize = 12
const LATE_AT: usize = 16
const QUESTIONABLE_AT: usize = 20
const INVALID_AT: usize = 24
/** From samples to invalid. */
const COUNTS: i32 = 5

/**
 * One day of UTC of one point, in counts. There may be 100,000 points, so the counts lie in memory without objects, 28 bytes a day, and this is
 * a window on them:
 *
 *     0 day since 1970   4 revision * 2 + fresh   6 estimated   8 samples   12 missing   16 late   20 questionable   24 invalid
 */
export class DayCount {
  private at: usize = 0

  /** Looks at the counts that lie there. */
  of(at: usize): DayCount {
    this.at = at
    return this
  }

  begin(start: i64): void {
    memory.fill(this.at, 0, DAY_BYTES)
    store<i32>(this.at, <i32>(start / DAY_US))
  }

  get start(): i64 {
    return <i64>load<i32>(this.at) * DAY_US
  }

  /** Something has been counted since it was told of last. */
  get isFresh(): bool {
    return (load<u16>(this.at, REVISION_AT) & 1) != 0
  }

  private touch(): void {
    store<u16>(this.at, load<u16>(this.at, REVISION_AT) | 1, REVISION_AT)
  }

  private add(field: usize, change: i32): void {
    store<u32>(this.at + field, load<u32>(this.at + field) + change)
  }

  count(quality: u16): void {
    this.touch()
    this.add(SAMPLES_AT, 1)
    this.addQuality(quality, 1)
  }

  /** A reading that was counted turns out to be worse. */
  recount(before: u16, after: u16): void {
    this.touch()
    this.addQuality(before, -1)
    this.addQuality(after, 1)
  }

  private addQuality(quality: u16, change: i32): void {
    if ((quality & VALIDITY) == 0) return
    this.add(isInvalid(quality) ? INVALID_AT : QUESTIONABLE_AT, change)
  }

  comeLate(): void {
    this.touch()
    this.add(LATE_AT, 1)
  }

  /** Of an interval of a minute at least, so 1,440 a day. */
  estimate(): void {
    this.touch()
    store<u16>(this.at, load<u16>(this.at, ESTIMATED_AT) + 1, ESTIMATED_AT)
  }

  miss(slots: u32): void {
    this.touch()
    this.add(MISSING_AT, slots)
  }

  /** One that was missing has come. */
  fill(): void {
    if (load<u32>(this.at, MISSING_AT) > 0) this.add(MISSING_AT, -1)
  }

  get isSpoilt(): bool {
    return load<u32>(this.at, INVALID_AT) > 0
  }

  report(subject: u32, point: u32, quantity: u32, isExpected: bool): void {
    const samples = load<u32>(this.at, SAMPLES_AT)
    const missing = load<u32>(this.at, MISSING_AT)
    const questionable = load<u32>(this.at, QUESTIONABLE_AT)
    const invalid = load<u32>(this.at, INVALID_AT)
    const valid = samples - questionable - invalid
    const revision = load<u16>(this.at, REVISION_AT) >>> 1
    const all = samples + missing
    emitAggregate(DAY, subject, this.start, this.start + DAY_US)
    withKey(point)
    withRevision(revision)
    withValue(all == 0 ? 0 : <f64>valid / <f64>all)
    if (quantity != NO_NAME) withWord(QUANTITY, quantity)
    withField(SAMPLES, <f64>samples)
    if (isExpected) withField(EXPECTED, <f64>all)
    withField(VALID, <f64>valid)
    withField(DOUBTFUL, <f64>questionable)
    withField(UNUSABLE, <f64>invalid)
    if (isExpected) withField(MISSING, <f64>missing)
    withField(ESTIMATES, <f64>load<u16>(this.at, ESTIMATED_AT))
    withField(LATE, <f64>load<u32>(this.at, LATE_AT))
    store<u16>(this.at, <u16>((revision + 1) << 1), REVISION_AT)
  }

  /** Most counts of most days are 0: a bit for each says which are not. */
  save(state: StateWriter): void {
    state.u32(load<u32>(this.at))
    state.u32(load<u32>(this.at, REVISION_AT))
    let has: u8 = 0
    for (let field = 0; field < COUNTS; field++) {
      if (load<u32>(this.at + SAMPLES_AT + (field << 2)) != 0) has |= 1 << (<u8>field)
    }
    state.u8(has)
    for (let field = 0; field < COUNTS; field++) {
      const count = load<u32>(this.at + SAMPLES_AT + (field << 2))
      if (count != 0) state.u32(count)
    }
  }

  load(state: StateReader): void {
    store<u32>(this.at, state.u32())
    store<u32>(this.at, state.u32(), REVISION_AT)
    const has = state.u8()
    for (let field = 0; field < COUNTS; field++) {
      const count = (has & (1 << (<u8>field))) == 0 ? 0 : state.u32()
      store<u32>(this.at + SAMPLES_AT + (field << 2), count)
    }
  }
}

/** Midnight UTC before or at the time. */
export function dayOf(time: i64): i64 {
  const remainder = time % DAY_US
  return remainder < 0 ? time - remainder - DAY_US : time - remainder
}
