import {
  QUESTIONABLE,
  StateReader,
  StateWriter,
  emitAggregate,
  emitDerived,
  withField,
  withQuality,
  withRevision,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { NEVER, TEN_MINUTES_US, TWO_HOURS_US, WEEK_GRACE_US } from './limits.ts'
import {
  CUBIC_MEAN,
  EXPECTED,
  FLAGGED,
  FLICKER_PLT,
  FLICKER_PLT_SLIDING,
  METHOD,
  SAMPLES,
} from './names.ts'
import { Nameplate, Plan } from './plan.ts'
import { Role, keyOf } from './role.ts'
import { makeWeek } from './topics.ts'
import { Week } from './week.ts'

const SLOTS = 12

/**
 * Long-term flicker severity of twelve short-term ones (IEC 61000-4-15), over two hours that begin at even hours UTC:
 * Plt = ∛(Σ Pst³ / 12). Where a device sends a Plt of its own, that one is judged.
 */
export class Flicker {
  /** Of the last twelve ten minutes, by number of the ten minutes modulo 12; NaN: none. */
  private readonly values: StaticArray<f64> = new StaticArray<f64>(SLOTS)
  /** Bits of the same places: the ten minutes had a disturbance. */
  private flags: u32 = 0
  /** Number since 1970 of the newest ten minutes. */
  private slot: i64 = NEVER
  private isTold: bool = true
  /** The window that was judged last: one that is told again is not judged again. */
  private judgedStart: i64 = NEVER
  private revision: u32 = 0
  private hasOwn: bool = false
  private own: f64 = 0
  private ownStart: i64 = NEVER
  private isOwnFlagged: bool = false
  private readonly week: Week
  private readonly ownWeek: Week

  constructor(
    private readonly plate: Nameplate,
    private readonly plan: Plan,
  ) {
    this.week = makeWeek(keyOf(Role.Pst, 0, 0), plate, plan)
    this.ownWeek = makeWeek(keyOf(Role.Plt, 0, 0), plate, plan)
    this.values.fill(NaN)
  }

  /** Start of the interval of `us` that a value with this time is of. At the end of one it is stamped up to half of it late or early. */
  intervalOf(time: i64, us: i64): i64 {
    if (this.plan.settings.isPstAtStart) return time - (time % us)
    const near = time + us / 2
    return near - (near % us) - us
  }

  /** False: its two hours have been told of. */
  takePst(start: i64, value: f64, isFlagged: bool): bool {
    const slot = start / TEN_MINUTES_US
    if (this.slot == NEVER) this.slot = slot - 1
    if (slot + SLOTS <= this.slot || (slot < this.slot && slot / SLOTS < this.slot / SLOTS))
      return false
    while (this.slot < slot) this.advance(slot)
    const place = <i32>(slot % SLOTS)
    this.values[place] = value
    this.flags &= ~(1 << place)
    if (isFlagged) this.flags |= 1 << place
    this.isTold = false
    if (this.count(SLOTS) < SLOTS) return true
    if (slot == this.slot && !this.hasOwn) {
      const end = start + TEN_MINUTES_US
      emitDerived(FLICKER_PLT_SLIDING, this.plate.device, end, this.cubicMean(SLOTS))
      if (this.flags != 0) withQuality(QUESTIONABLE)
    }
    if (this.slot % SLOTS == SLOTS - 1) this.tell()
    return true
  }

  takePlt(start: i64, value: f64, isFlagged: bool): void {
    this.hasOwn = true
    if (start < this.ownStart) return
    if (start > this.ownStart) this.addOwn()
    this.ownStart = start
    this.own = value
    this.isOwnFlagged = isFlagged
  }

  /** Tells what is over at `time`. */
  tick(time: i64): void {
    if (!this.isTold && time >= this.windowStart + TWO_HOURS_US + WEEK_GRACE_US) this.tell()
    if (this.ownStart != NEVER && time >= this.ownStart + TWO_HOURS_US + WEEK_GRACE_US)
      this.addOwn()
    this.tickWeek(this.week, time)
    this.tickWeek(this.ownWeek, time)
  }

  private get windowStart(): i64 {
    return (this.slot - (this.slot % SLOTS)) * TEN_MINUTES_US
  }

  private tickWeek(week: Week, time: i64): void {
    if (!week.isNews || time < week.end + WEEK_GRACE_US) return
    week.tell()
    this.plan.told++
  }

  /** To the next ten minutes, or at once to twelve before `slot` where all between is empty anyway. */
  private advance(slot: i64): void {
    if (!this.isTold && this.slot % SLOTS == SLOTS - 1) this.tell()
    if (slot - this.slot > 2 * SLOTS) {
      if (!this.isTold) this.tell()
      this.values.fill(NaN)
      this.flags = 0
      this.slot = slot - SLOTS
    }
    this.slot++
    const place = <i32>(this.slot % SLOTS)
    this.values[place] = NaN
    this.flags &= ~(1 << place)
  }

  /** The values of the window that the newest is in. */
  private tell(): void {
    const length = <i32>(this.slot % SLOTS) + 1
    const samples = this.count(length)
    let flagged = 0
    for (let place = 0; place < length; place++) flagged += (this.flags >> place) & 1
    const start = this.windowStart
    const value = this.cubicMean(length)
    this.isTold = true
    if (samples == 0) return
    const isAgain = start == this.judgedStart
    this.revision = isAgain ? this.revision + 1 : 0
    this.judgedStart = start
    emitAggregate(FLICKER_PLT, this.plate.device, start, start + TWO_HOURS_US)
    withRevision(this.revision)
    withValue(value)
    if (samples < SLOTS || flagged > 0) withQuality(QUESTIONABLE)
    withWord(METHOD, CUBIC_MEAN)
    withField(SAMPLES, samples)
    withField(EXPECTED, SLOTS)
    withField(FLAGGED, flagged)
    this.plan.told++
    if (samples < SLOTS || this.hasOwn || isAgain) return
    this.week.turn(start)
    this.judge(this.week, value, flagged > 0)
  }

  private addOwn(): void {
    if (this.ownStart == NEVER) return
    this.ownWeek.turn(this.ownStart)
    this.judge(this.ownWeek, this.own, this.isOwnFlagged)
    this.ownStart = NEVER
  }

  private judge(week: Week, value: f64, isFlagged: bool): void {
    if (isFlagged) {
      week.flag()
      return
    }
    week.add(value, value)
    week.rank(value, this.plan.percentiles)
  }

  private count(length: i32): i32 {
    let found = 0
    for (let place = 0; place < length; place++) {
      const value = this.values[place]
      if (value == value) found++
    }
    return found
  }

  private cubicMean(length: i32): f64 {
    let sum: f64 = 0
    let found = 0
    for (let place = 0; place < length; place++) {
      const value = this.values[place]
      if (value != value) continue
      sum += value * value * value
      found++
    }
    return Math.cbrt(sum / <f64>found)
  }

  save(state: StateWriter): void {
    for (let place = 0; place < SLOTS; place++) state.f64(this.values[place])
    state.u32(this.flags)
    state.i64(this.slot)
    state.u8(this.isTold ? 1 : 0)
    state.i64(this.judgedStart)
    state.u32(this.revision)
    state.u8(this.hasOwn ? 1 : 0)
    state.f64(this.own)
    state.i64(this.ownStart)
    state.u8(this.isOwnFlagged ? 1 : 0)
    this.week.save(state)
    this.ownWeek.save(state)
  }

  load(state: StateReader): void {
    for (let place = 0; place < SLOTS; place++) this.values[place] = state.f64()
    this.flags = state.u32()
    this.slot = state.i64()
    this.isTold = state.u8() != 0
    this.judgedStart = state.i64()
    this.revision = state.u32()
    this.hasOwn = state.u8() != 0
    this.own = state.f64()
    this.ownStart = state.i64()
    this.isOwnFlagged = state.u8() != 0
    this.week.load(state, this.plan.percentiles)
    this.ownWeek.load(state, this.plan.percentiles)
  }
}
