import { ESTIMATED, SUBSTITUTED, StateReader, StateWriter, withWord } from '../sdk/index.ts'
import { EstimateQueue, Filler } from './estimate-queue.ts'
import { ESTIMATES_A_GAP, SLOT_US } from './limits.ts'
import { LikeDays } from './like-days.ts'
import { LIKE_DAY, LINEAR, METHOD } from './marks.ts'
import { PointRecord } from './point-record.ts'
import { settings } from './settings.ts'

/**
 * Fills the gaps of one point once they are over. Up to two hours by a line; longer ones as like days were, where there are any. Of a
 * register the like days only say how what it counted in the gap is spread: its total is what it is.
 */
export class Estimator extends Filler {
  private readonly likeDays: LikeDays = new LikeDays()
  private isStarted: bool = false
  private time: i64 = 0
  private value: f64 = 0
  /** The gap that is being filled: `count` readings are missing in it, `done` of them are there. */
  private count: i64 = 0
  private done: i64 = 0
  private from: i64 = 0
  private fromValue: f64 = 0
  private to: i64 = 0
  private toValue: f64 = 0
  private isLine: bool = true
  /** Of a register: the weights so far, and all of them. */
  private weight: f64 = 0
  private weights: f64 = 0

  constructor(
    private readonly point: PointRecord,
    private readonly periodUs: i64,
    private readonly isRegister: bool,
    private readonly queue: EstimateQueue,
  ) {
    super(point.number)
  }

  /** `isContinuous`: false for a register that begins anew. */
  take(time: i64, value: f64, isContinuous: bool): void {
    if (this.isStarted && isContinuous) this.look(time, value)
    if (this.isStarted && isContinuous) this.learn(time, value)
    this.isStarted = true
    this.time = time
    this.value = value
  }

  private look(time: i64, value: f64): void {
    const count = (time - this.time + (this.periodUs >> 1)) / this.periodUs - 1
    // A gap that opens while another is being filled stays one.
    if (count <= 0 || count > ESTIMATES_A_GAP || this.count > 0) return
    this.count = count
    this.done = 0
    this.from = this.time
    this.fromValue = this.value
    this.to = time
    this.toValue = value
    this.weight = 0
    this.isLine = time - this.time <= settings.linearUs || !this.weigh()
    this.queue.begin(this)
  }

  /** Whether the reference days have all of the gap. */
  private weigh(): bool {
    let sum: f64 = 0
    for (let step: i64 = 1; step <= this.count + 1; step++) {
      const mean = this.likeDays.at(this.isRegister ? this.middleOf(step) : this.timeOf(step))
      if (isNaN(mean)) return false
      sum += mean
    }
    this.weights = sum
    return !this.isRegister || sum > 0
  }

  /** As many estimates as `most` allows; returns how many they were. */
  override fill(most: i64): i64 {
    let filled: i64 = 0
    while (this.done < this.count && filled < most) {
      this.done++
      filled++
      this.emit(this.timeOf(this.done))
    }
    if (this.done == this.count) this.count = 0
    return filled
  }

  override get isFilling(): bool {
    return this.count > 0
  }

  private emit(time: i64): void {
    this.point.put(time, this.valueAt(time), SUBSTITUTED | ESTIMATED)
    withWord(METHOD, this.isLine ? LINEAR : LIKE_DAY)
    const day = this.point.dayOf(time)
    if (day !== null) day.estimate()
  }

  private valueAt(time: i64): f64 {
    if (this.isLine) {
      const share = <f64>this.done / <f64>(this.count + 1)
      return this.fromValue + (this.toValue - this.fromValue) * share
    }
    if (!this.isRegister) return this.likeDays.at(time)
    this.weight += this.likeDays.at(this.middleOf(this.done))
    return this.fromValue + ((this.toValue - this.fromValue) * this.weight) / this.weights
  }

  private timeOf(step: i64): i64 {
    return this.from + ((this.to - this.from) * step) / (this.count + 1)
  }

  private middleOf(step: i64): i64 {
    return (this.timeOf(step - 1) + this.timeOf(step)) >> 1
  }

  /** Of a register its mean power, in each quarter of an hour that lies between two readings, unless they are far apart. */
  private learn(time: i64, value: f64): void {
    if (!this.isRegister) {
      this.likeDays.learn(time, value)
      return
    }
    const width = time - this.time
    if (width > settings.linearUs) return
    const rate = (value - this.value) / <f64>width
    for (let at = this.time; at < time; at += SLOT_US) this.likeDays.learn(at, rate)
  }

  save(state: StateWriter): void {
    state.u8(this.isStarted ? 1 : 0)
    state.i64(this.time)
    state.f64(this.value)
    state.i64(this.count)
    state.i64(this.done)
    state.i64(this.from)
    state.f64(this.fromValue)
    state.i64(this.to)
    state.f64(this.toValue)
    state.u8(this.isLine ? 1 : 0)
    state.f64(this.weight)
    state.f64(this.weights)
    this.likeDays.save(state)
  }

  load(state: StateReader): void {
    this.isStarted = state.u8() != 0
    this.time = state.i64()
    this.value = state.f64()
    this.count = state.i64()
    this.done = state.i64()
    this.from = state.i64()
    this.fromValue = state.f64()
    this.to = state.i64()
    this.toValue = state.f64()
    this.isLine = state.u8() != 0
    this.weight = state.f64()
    this.weights = state.f64()
    this.likeDays.load(state)
  }
}
