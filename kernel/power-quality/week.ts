import {
  StateReader,
  StateWriter,
  emitAggregate,
  withField,
  withKey,
  withRevision,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { FIRST_MONDAY_US, NEVER, PERCENTILES, WEEK_US } from './limits.ts'
import {
  EXPECTED,
  FAIL,
  FLAGGED,
  LIMIT,
  LIMIT_ALL,
  LIMIT_LOW,
  MAX,
  METHOD,
  MIN,
  MISSING,
  NO_LIMIT,
  OUTSIDE,
  OUTSIDE_ALL,
  PASS,
  PERCENTILE,
  STANDARD,
  UNDECIDED,
  VALID,
  VERDICT,
} from './names.ts'
import { Settings } from './settings.ts'
import { Band } from './standards.ts'
import { TopValues } from './top-values.ts'

/** How many percentiles there may still be; shared by all devices. */
export class PercentileBudget {
  left: i32 = PERCENTILES

  take(): TopValues | null {
    if (this.left == 0) return null
    this.left--
    return new TopValues()
  }
}

/** Where the week of `time` begins: Monday 00:00 UTC, or as far from it as the site file says. */
export function weekStart(time: i64, settings: Settings): i64 {
  const first = FIRST_MONDAY_US + settings.weekOffsetUs
  const since = (time - first) % WEEK_US
  return time - (since < 0 ? since + WEEK_US : since)
}

/** What a report is about. */
export class Topic {
  constructor(
    public readonly name: u32,
    public readonly key: u32,
    public readonly method: u32,
    /** Values that a week has. */
    public readonly expected: u32,
  ) {}
}

/** One parameter of one measuring point against its limits, over one week. Flagged values are counted and not judged. */
export class Week {
  start: i64 = NEVER
  /** There is something that no report has told. */
  isNews: bool = false
  // 16 bits do for a week of 60,480 values, and there are as many weeks as parameters.
  private revision: u16 = 0
  private valid: u16 = 0
  private flagged: u16 = 0
  private outside: u16 = 0
  private outsideAll: u16 = 0
  private min: f64 = 0
  private max: f64 = 0
  private top: TopValues | null = null

  constructor(
    private readonly device: u32,
    private readonly topic: Topic,
    private readonly band: Band,
    private readonly settings: Settings,
  ) {}

  get end(): i64 {
    return this.start + WEEK_US
  }

  /** Reports the week before, if `time` is in another. */
  turn(time: i64): void {
    if (this.start != NEVER && time >= this.start && time < this.end) return
    if (this.isNews) this.tell()
    this.start = weekStart(time, this.settings)
    this.revision = 0
    this.valid = 0
    this.flagged = 0
    this.outside = 0
    this.outsideAll = 0
    const top = this.top
    if (top != null) top.clear()
  }

  flag(): void {
    this.flagged++
    this.isNews = true
  }

  /** `extreme`: the greatest single value within it, which is what limits for every value are about. */
  add(value: f64, extreme: f64): void {
    const band = this.band
    if (this.valid == 0 || value < this.min) this.min = value
    if (this.valid == 0 || value > this.max) this.max = value
    this.valid++
    if (value < band.low || value > band.high) this.outside++
    if (value < band.lowAll || extreme > band.highAll) this.outsideAll++
    this.isNews = true
  }

  /** For the 95 % value: the distance from nominal of a voltage, any other value as it is. */
  rank(value: f64, budget: PercentileBudget): void {
    if (this.top == null) this.top = budget.take()
    const top = this.top
    if (top != null) top.add(value)
  }

  tell(): void {
    const expected = this.topic.expected
    const counted = <u32>this.valid + <u32>this.flagged
    emitAggregate(this.topic.name, this.device, this.start, this.end)
    withKey(this.topic.key)
    withRevision(this.revision++)
    withValue(this.valid == 0 ? NaN : 100 - (100 * <f64>this.outside) / <f64>this.valid)
    withWord(VERDICT, this.verdict())
    withWord(STANDARD, this.band.standard)
    withWord(METHOD, this.topic.method)
    withField(VALID, this.valid)
    withField(FLAGGED, this.flagged)
    withField(MISSING, counted < expected ? expected - counted : 0)
    withField(EXPECTED, expected)
    this.isNews = false
    if (this.valid == 0) return
    withField(MIN, this.min)
    withField(MAX, this.max)
    const top = this.top
    if (top != null) withField(PERCENTILE, top.percentile95(this.valid))
    this.tellBand()
  }

  private tellBand(): void {
    const band = this.band
    if (!band.isSet) return
    if (band.spread < Infinity) {
      withField(LIMIT, band.spread)
      return
    }
    if (band.low > -Infinity) withField(LIMIT_LOW, band.low)
    withField(LIMIT, band.high)
    withField(OUTSIDE, this.outside)
    if (band.highAll == Infinity) return
    withField(LIMIT_ALL, band.highAll)
    withField(OUTSIDE_ALL, this.outsideAll)
  }

  private verdict(): u32 {
    const band = this.band
    if (!band.isSet) return NO_LIMIT
    const valid = <f64>this.valid
    if (valid == 0 || 100 * valid < this.settings.validPercent * <f64>this.topic.expected)
      return UNDECIDED
    // Counted in thousandths, whose products are exact: of 20 values one may be outside 95 %.
    const isWithin = 1000 * <f64>this.outside <= band.outsidePerMille * valid
    const hasSpread = spreadOf(this.min, this.max) <= band.spread
    return isWithin && hasSpread && this.outsideAll == 0 ? PASS : FAIL
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    if (this.start == NEVER) return
    state.u32(<u32>this.valid | ((<u32>this.flagged) << 16))
    state.u32(<u32>this.outside | ((<u32>this.outsideAll) << 16))
    state.u32(<u32>this.revision | (this.isNews ? 1 << 16 : 0) | (this.top != null ? 1 << 17 : 0))
    if (this.valid > 0) {
      state.f64(this.min)
      state.f64(this.max)
    }
    const top = this.top
    if (top != null) top.save(state)
  }

  load(state: StateReader, budget: PercentileBudget): void {
    this.start = state.i64()
    if (this.start == NEVER) return
    const judged = state.u32()
    const beyond = state.u32()
    const marks = state.u32()
    this.valid = <u16>judged
    this.flagged = <u16>(judged >> 16)
    this.outside = <u16>beyond
    this.outsideAll = <u16>(beyond >> 16)
    this.revision = <u16>marks
    this.isNews = ((marks >> 16) & 1) != 0
    if (this.valid > 0) {
      this.min = state.f64()
      this.max = state.f64()
    }
    if (((marks >> 17) & 1) == 0) return
    const top = budget.take()
    if (top == null) return
    top.load(state)
    this.top = top
  }
}

/** GB/T 12325: the sum of the greatest deviations above and below; where all are on one side, the greatest of them. */
function spreadOf(min: f64, max: f64): f64 {
  if (min >= 0) return max
  return max <= 0 ? -min : max - min
}
