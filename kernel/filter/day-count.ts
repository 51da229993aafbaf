import {
  StateReader,
  StateWriter,
  emitAggregate,
  name,
  withField,
  withKey,
  withRevision,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { DAY_GRACE_US, DAY_US } from './limits.ts'
import { DECIMATION, SWINGING_DOOR } from './rule.ts'

const DAY = name('filter.day')
const QUANTITY = name('quantity')
const SAMPLES = name('samples')
const PASSED = name('passed')
const LATE = name('late')
const LIMIT = name('limit')
const MAX = name('max')

/** What a filter did in one day of UTC: an aggregate once the day is over, and again if more of the day comes after that. */
export class DayCount {
  passed: u32 = 0
  late: u32 = 0
  private start: i64 = i64.MIN_VALUE
  private samples: u32 = 0
  /** The largest error that was allowed, and the largest that is known to have come up. */
  private limit: f64 = 0
  private largest: f64 = 0
  private revision: u32 = 0
  private isReported: bool = true

  constructor(
    private readonly subject: u32,
    private readonly point: u32,
    private readonly quantity: u32,
    private readonly method: u8,
  ) {}

  /** A reading in order, so a day that is left does not come back. */
  count(time: i64): void {
    if (time - this.start >= DAY_US || this.start == i64.MIN_VALUE) this.begin(time)
    this.samples++
    this.isReported = false
  }

  leaveOut(error: f64, limit: f64): void {
    if (error > this.largest) this.largest = error
    if (limit > this.limit) this.limit = limit
  }

  close(now: i64): void {
    if (!this.isReported && now - this.start >= DAY_US + DAY_GRACE_US) this.report()
  }

  private begin(time: i64): void {
    if (!this.isReported) this.report()
    this.start = floorDivide(time, DAY_US) * DAY_US
    this.samples = 0
    this.passed = 0
    this.late = 0
    this.limit = 0
    this.largest = 0
    this.revision = 0
  }

  /** What a line leaves out is known to be within the limit, not by how much; decimation promises no limit. */
  private report(): void {
    emitAggregate(DAY, this.subject, this.start, this.start + DAY_US)
    withKey(this.point)
    withRevision(this.revision)
    withValue(<f64>this.passed / <f64>this.samples)
    withWord(QUANTITY, this.quantity)
    withField(SAMPLES, <f64>this.samples)
    withField(PASSED, <f64>this.passed)
    withField(LATE, <f64>this.late)
    if (this.method != DECIMATION) withField(LIMIT, this.limit)
    if (this.method != SWINGING_DOOR) withField(MAX, this.largest)
    this.revision++
    this.isReported = true
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    state.u32(this.samples)
    state.u32(this.passed)
    state.u32(this.late)
    state.f64(this.limit)
    state.f64(this.largest)
    state.u32(this.revision)
    state.u8(this.isReported ? 1 : 0)
  }

  load(state: StateReader): void {
    this.start = state.i64()
    this.samples = state.u32()
    this.passed = state.u32()
    this.late = state.u32()
    this.limit = state.f64()
    this.largest = state.f64()
    this.revision = state.u32()
    this.isReported = state.u8() != 0
  }
}

/** Rounded down before 1970 too. */
export function floorDivide(time: i64, width: i64): i64 {
  const quotient = time / width
  return quotient * width > time ? quotient - 1 : quotient
}
