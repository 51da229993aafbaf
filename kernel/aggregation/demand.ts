import {
  QUESTIONABLE,
  StateReader,
  StateWriter,
  emitAggregate,
  withField,
  withQuality,
  withValue,
} from '../sdk/index.ts'
import { Coincidence } from './coincidence.ts'
import { DAY_US, STEP_US } from './limits.ts'
import {
  AT,
  BLOCK_DEMAND,
  EXPECTED,
  LOAD_FACTOR,
  MAX_FIELD,
  MEAN_FIELD,
  SAMPLES,
  SLIDING_DEMAND,
} from './names.ts'
import { Settings } from './settings.ts'

const SECOND_US: f64 = 1_000_000

/** The greatest of a day, and when its period began. */
class Peak {
  value: f64 = NaN
  at: i64 = 0

  see(value: f64, at: i64): void {
    if (this.value >= value) return
    this.value = value
    this.at = at
  }

  clear(): void {
    this.value = NaN
    this.at = 0
  }

  save(state: StateWriter): void {
    state.f64(this.value)
    state.i64(this.at)
  }

  load(state: StateReader): void {
    this.value = state.f64()
    this.at = state.i64()
  }
}

/**
 * The demand of one device: means of a period, in blocks that begin at fixed times, and sliding by a minute. As a register would show
 * it: what comes later than a newer minute does not change it.
 */
export class Demand {
  /** Minutes since 1970, of what is being added up; -1: nothing yet. */
  private minute: i64 = -1
  private sum: f64 = 0
  private count: u32 = 0
  /** Means of the minutes of a period; NaN: no reading. */
  private readonly means: StaticArray<f64>
  private day: i64 = -1
  private readonly block: Peak = new Peak()
  private readonly sliding: Peak = new Peak()
  private blockSum: f64 = 0
  private blocks: u32 = 0
  late: f64 = 0

  constructor(
    private readonly device: u32,
    /** Minutes of a period that should have a reading. */
    private readonly expected: i32,
    private readonly settings: Settings,
    private readonly feeder: Coincidence | null,
  ) {
    this.means = new StaticArray<f64>(<i32>(settings.demandUs / STEP_US))
    this.means.fill(NaN)
  }

  take(time: i64, powerW: f64): void {
    const minute = time / STEP_US
    if (minute != this.minute) {
      if (minute < this.minute) {
        this.late++
        return
      }
      this.advance(minute)
    }
    this.sum += powerW
    this.count++
  }

  /** The day is over, whether or not the device says anything more. */
  close(now: i64): void {
    if (this.minute < 0 || this.day < 0) return
    const end = (this.day + 1) * DAY_US
    if (now < end + this.settings.latenessUs) return
    if (this.minute < end / STEP_US) this.advance(end / STEP_US)
  }

  private advance(to: i64): void {
    if (this.minute < 0) {
      this.minute = to
      this.day = to / (DAY_US / STEP_US)
      return
    }
    const length = this.means.length
    this.means[<i32>(this.minute % length)] = this.count > 0 ? this.sum / <f64>this.count : NaN
    this.sum = 0
    this.count = 0
    // After so many minutes without a reading nothing is left in the window, and the rest of the gap says nothing new.
    const quiet = this.minute + 2 * <i64>length
    for (let minute = this.minute + 1; minute <= to; minute++) {
      this.step(minute)
      if (minute < to) this.means[<i32>(minute % length)] = NaN
      if (minute == quiet && minute < to) minute = this.skip(minute, to)
    }
    this.minute = to
  }

  /** To the last midnight within a gap, or to its end. */
  private skip(minute: i64, to: i64): i64 {
    const day = DAY_US / STEP_US
    const next = (minute / day + 1) * day
    if (next > to) return to - 1
    this.step(next)
    const midnight = (to / day) * day
    if (midnight > next) this.step(midnight)
    return to - 1
  }

  /** A minute is over, at `minute`: so is a sliding period, perhaps a block, perhaps the day. */
  private step(minute: i64): void {
    const length = this.means.length
    let sum: f64 = 0
    let covered: i32 = 0
    for (let index = 0; index < length; index++) {
      const mean = unchecked(this.means[index])
      if (mean != mean) continue
      sum += mean
      covered++
    }
    const isBlock = minute % length == 0
    if (covered > 0 && <f64>covered >= this.settings.completeShare * <f64>this.expected) {
      const value = sum / <f64>covered
      const start = (minute - length) * STEP_US
      this.sliding.see(value, start)
      if (this.settings.isEveryDemandTold) this.put(SLIDING_DEMAND, value, start, covered)
      if (isBlock) this.seeBlock(value, start, covered)
    }
    const day = minute / (DAY_US / STEP_US)
    if (day > this.day && minute % (DAY_US / STEP_US) == 0) this.report(day)
  }

  private seeBlock(value: f64, start: i64, covered: i32): void {
    this.block.see(value, start)
    this.blockSum += value
    this.blocks++
    if (this.settings.isEveryDemandTold) this.put(BLOCK_DEMAND, value, start, covered)
    if (this.feeder != null) this.feeder!.add(start, value)
  }

  private put(quantity: u32, value: f64, start: i64, covered: i32): void {
    emitAggregate(quantity, this.device, start, start + this.settings.demandUs)
    withValue(value)
    withField(SAMPLES, <f64>covered)
    withField(EXPECTED, <f64>this.expected)
  }

  /** What the day had, once it is over. */
  private report(next: i64): void {
    const start = this.day * DAY_US
    if (this.blocks > 0) {
      if (this.feeder != null) this.feeder!.addPeak(start, this.block.value)
      this.putPeak(BLOCK_DEMAND, this.block, start)
      this.putLoadFactor(start)
    }
    if (this.sliding.value == this.sliding.value) this.putPeak(SLIDING_DEMAND, this.sliding, start)
    this.day = next
    this.block.clear()
    this.sliding.clear()
    this.blockSum = 0
    this.blocks = 0
  }

  private putPeak(quantity: u32, peak: Peak, start: i64): void {
    this.begin(quantity, start)
    withValue(peak.value)
    withField(AT, <f64>peak.at / SECOND_US)
  }

  /** Mean over greatest. Of a device that gives back more than it takes there is none. */
  private putLoadFactor(start: i64): void {
    const greatest = this.settings.isSlidingPeak ? this.sliding.value : this.block.value
    if (!(greatest > 0)) return
    const mean = this.blockSum / <f64>this.blocks
    this.begin(LOAD_FACTOR, start)
    withValue(mean / greatest)
    withField(MEAN_FIELD, mean)
    withField(MAX_FIELD, greatest)
  }

  /** A day with less than `completePercent` of its blocks is questionable. */
  private begin(quantity: u32, start: i64): void {
    const whole = DAY_US / this.settings.demandUs
    emitAggregate(quantity, this.device, start, start + DAY_US)
    withField(SAMPLES, <f64>this.blocks)
    withField(EXPECTED, <f64>whole)
    if (<f64>this.blocks < this.settings.completeShare * <f64>whole) withQuality(QUESTIONABLE)
  }

  save(state: StateWriter): void {
    state.i64(this.minute)
    state.f64(this.sum)
    state.u32(this.count)
    state.u32(this.means.length)
    for (let index = 0; index < this.means.length; index++) state.f64(this.means[index])
    state.i64(this.day)
    this.block.save(state)
    this.sliding.save(state)
    state.f64(this.blockSum)
    state.u32(this.blocks)
    state.f64(this.late)
  }

  load(state: StateReader): void {
    this.minute = state.i64()
    this.sum = state.f64()
    this.count = state.u32()
    // Of another period, if the settings have changed: then the minutes begin anew.
    const length = <i32>state.u32()
    for (let index = 0; index < length; index++) {
      const mean = state.f64()
      if (length == this.means.length) this.means[index] = mean
    }
    this.day = state.i64()
    this.block.load(state)
    this.sliding.load(state)
    this.blockSum = state.f64()
    this.blocks = state.u32()
    this.late = state.f64()
  }
}
