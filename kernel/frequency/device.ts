import {
  STATE_END,
  STATE_START,
  StateReader,
  StateWriter,
  emitDerived,
  emitEvent,
  isInvalid,
  withField,
  withQuality,
  withState,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { Crossing } from './crossing.ts'
import { Hour } from './hour.ts'
import { NEVER, PATIENCE_TICKS, QUIET_TICKS } from './limits.ts'
import {
  CAUSE,
  DURATION,
  FREQUENCY_UNUSABLE,
  OUT_OF_RANGE,
  ROCOF,
  ROCOF_COMPUTED,
  SAMPLES,
  SETTLING,
  VOLTAGE_GONE,
  VOLTAGE_UNKNOWN,
} from './names.ts'
import { Plan } from './plan.ts'
import { Slope } from './slope.ts'
import { Supply, VoltageWatch } from './voltage-watch.ts'

/**
 * One device. A frequency is judged only when the voltages of its moment have been seen, whichever came first in the message: an
 * analyser may go on printing numbers after its voltage is gone.
 */
export class Device {
  private readonly watch: VoltageWatch = new VoltageWatch()
  private readonly crossings: StaticArray<Crossing>
  private readonly slope: Slope
  private readonly hour: Hour
  private sendsRocof: bool = false
  private lost: i64 = NEVER
  private settledFrom: i64 = NEVER
  /** Newest reading that was judged. */
  private judged: i64 = NEVER
  /** The one that waits for its voltages; NEVER: none. */
  private waiting: i64 = NEVER
  private waitingHz: f64 = 0
  private waitingQuality: u16 = 0
  private waitingTicks: i32 = 0
  private quietTicks: i32 = 0
  /** No limit has anything to lose: a value between the innermost of them changes nothing. */
  private isCalm: bool = true
  private isSlopeCalm: bool = true
  private rocofFrom: i64 = NEVER
  private unusableSince: i64 = NEVER
  private unusableSamples: u32 = 0
  private unusableCause: u32 = 0

  constructor(
    private readonly number: u32,
    private readonly plan: Plan,
    /** Of a phase; below it the voltage is gone. 0: no nominal voltage is known, so only the site file's silence is proof. */
    public readonly lostV: f64,
    intervalUs: i64,
  ) {
    this.slope = new Slope(plan.settings)
    this.hour = new Hour(intervalUs)
    this.crossings = new StaticArray<Crossing>(plan.limits.length)
    for (let index = 0; index < plan.limits.length; index++)
      this.crossings[index] = new Crossing(plan.limits[index])
  }

  takeVoltage(channel: i32, time: i64, shown: Supply): void {
    const watch = this.watch
    const before = watch.supply
    const proven = watch.proven
    if (!watch.take(channel, time, shown)) return
    const after = watch.supply
    if (before != after) {
      if (before == Supply.Present) {
        this.lost = time
        this.interrupt(time, proven, after == Supply.Gone ? VOLTAGE_GONE : VOLTAGE_UNKNOWN)
      } else if (after == Supply.Present && time > this.lost)
        // Not where another phase of the same moment had only come first.
        this.settledFrom = time + this.plan.settings.settleUs
    }
    if (this.waiting != NEVER && watch.hasSpoken(this.waiting)) this.judge()
  }

  takeFrequency(time: i64, value: f64, quality: u16): void {
    this.quietTicks = 0
    if (this.waiting != NEVER && time > this.waiting) this.judge()
    if (time <= this.judged || this.waiting != NEVER) {
      this.hour.addLate()
      return
    }
    this.waiting = time
    this.waitingHz = value
    this.waitingQuality = quality
    this.waitingTicks = 0
    if (this.watch.hasSpoken(time)) this.judge()
  }

  takeRocof(): void {
    this.sendsRocof = true
  }

  /** How many records were told. Where it may not, a later tick tells them. */
  tick(now: i64, mayTell: bool): i32 {
    if (this.waiting != NEVER && ++this.waitingTicks >= PATIENCE_TICKS) this.judge()
    let told = 0
    if (mayTell && (!this.isCalm || !this.isSlopeCalm)) told = this.update()
    if (this.quietTicks < QUIET_TICKS) this.quietTicks++
    else if (mayTell && this.hour.isDue(now)) {
      this.hour.tell(this.number)
      told++
    }
    return told
  }

  private update(): i32 {
    let told = 0
    for (let index = 0; index < this.crossings.length; index++)
      if (this.crossings[index].update(this.number)) told++
    return told
  }

  private judge(): void {
    const time = this.waiting
    const value = this.waitingHz
    const quality = this.waitingQuality
    this.waiting = NEVER
    this.judged = time
    this.hour.turn(this.number, time)
    // What the device itself calls invalid is no news to anybody, and no reading; what seems valid and is not, is an event.
    if (isInvalid(quality) || value != value) {
      this.hour.flag()
      return
    }
    const cause = this.causeAgainst(time, value)
    if (cause != 0) {
      this.hour.flag()
      this.refuse(time, cause)
      return
    }
    if (this.unusableSince != NEVER) this.accept(time)
    this.hour.add(value)
    const plan = this.plan
    if (!this.isCalm || value < plan.calmFromHz || value > plan.calmToHz)
      this.isCalm = !this.look(0, plan.rocofAt, value, quality)
    this.slope.add(time, value)
    this.lookAtSlope(time, quality)
  }

  /** A word that says why it means nothing; 0 where nothing speaks against it. */
  private causeAgainst(time: i64, value: f64): u32 {
    if (this.watch.supply == Supply.Gone) return VOLTAGE_GONE
    if (this.watch.supply == Supply.Unknown) return VOLTAGE_UNKNOWN
    if (time < this.settledFrom) return SETTLING
    return value > this.plan.lowestHz && value < this.plan.highestHz ? 0 : OUT_OF_RANGE
  }

  private lookAtSlope(time: i64, quality: u16): void {
    const slope = this.slope.compute()
    if (slope != slope) return
    const plan = this.plan
    if (!this.isSlopeCalm || slope < -plan.calmSlope || slope > plan.calmSlope)
      this.isSlopeCalm = !this.look(plan.rocofAt, this.crossings.length, slope, quality)
    if (time < this.rocofFrom) return
    const spanUs = this.slope.spanUs
    const everyUs = plan.settings.everyUs
    this.rocofFrom = time + (spanUs > everyUs ? spanUs : everyUs)
    emitDerived(this.sendsRocof ? ROCOF_COMPUTED : ROCOF, this.number, time, slope)
    withQuality(quality)
  }

  /** At the limits from `first` to before `end`; whether there is an event at one of them, or may be soon. */
  private look(first: i32, end: i32, value: f64, quality: u16): bool {
    let isBusy = false
    for (let index = first; index < end; index++) {
      const crossing = unchecked(this.crossings[index])
      if (crossing.look(this.number, this.judged, value, quality)) isBusy = true
    }
    return isBusy
  }

  private interrupt(time: i64, proven: i64, cause: u32): void {
    for (let index = 0; index < this.crossings.length; index++)
      this.crossings[index].interrupt(this.number, time, proven, cause)
    this.slope.clear()
  }

  /** Nothing begins from such a reading. What is open stays so unless the voltage is known to be gone. */
  private refuse(time: i64, cause: u32): void {
    this.slope.clear()
    for (let index = 0; index < this.crossings.length; index++) this.crossings[index].forget()
    if (this.unusableSince != NEVER) {
      this.unusableSamples++
      return
    }
    this.unusableSince = time
    this.unusableSamples = 1
    this.unusableCause = cause
    emitEvent(FREQUENCY_UNUSABLE, this.number, time, 0)
    withState(STATE_START)
    this.fillUnusable()
  }

  private accept(time: i64): void {
    emitEvent(FREQUENCY_UNUSABLE, this.number, this.unusableSince, time)
    withState(STATE_END)
    this.fillUnusable()
    withField(DURATION, <f64>(time - this.unusableSince) / 1_000_000)
    this.unusableSince = NEVER
  }

  private fillUnusable(): void {
    withValue(this.unusableSamples)
    withField(SAMPLES, this.unusableSamples)
    withWord(CAUSE, this.unusableCause)
  }

  save(state: StateWriter): void {
    this.watch.save(state)
    for (let index = 0; index < this.crossings.length; index++) this.crossings[index].save(state)
    this.slope.save(state)
    this.hour.save(state)
    state.u8(this.sendsRocof ? 1 : 0)
    state.i64(this.lost)
    state.i64(this.settledFrom)
    state.i64(this.judged)
    state.i64(this.waiting)
    state.f64(this.waitingHz)
    state.u32(this.waitingQuality)
    state.u32(this.waitingTicks)
    state.u32(this.quietTicks)
    state.u8(this.isCalm ? 1 : 0)
    state.u8(this.isSlopeCalm ? 1 : 0)
    state.i64(this.rocofFrom)
    state.i64(this.unusableSince)
    state.u32(this.unusableSamples)
    state.u32(this.unusableCause)
  }

  load(state: StateReader): void {
    this.watch.load(state)
    for (let index = 0; index < this.crossings.length; index++) this.crossings[index].load(state)
    this.slope.load(state)
    this.hour.load(state)
    this.sendsRocof = state.u8() != 0
    this.lost = state.i64()
    this.settledFrom = state.i64()
    this.judged = state.i64()
    this.waiting = state.i64()
    this.waitingHz = state.f64()
    this.waitingQuality = <u16>state.u32()
    this.waitingTicks = <i32>state.u32()
    this.quietTicks = <i32>state.u32()
    this.isCalm = state.u8() != 0
    this.isSlopeCalm = state.u8() != 0
    this.rocofFrom = state.i64()
    this.unusableSince = state.i64()
    this.unusableSamples = state.u32()
    this.unusableCause = state.u32()
  }
}
