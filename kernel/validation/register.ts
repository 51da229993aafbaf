import { StateReader, StateWriter } from '../sdk/index.ts'
import { ROLLOVER_MIN, SLOT_US } from './limits.ts'

export const ROSE: u8 = 0
/** More than the connection can carry in that time. */
export const LEAPT: u8 = 1
export const ROLLED_OVER: u8 = 2
export const WAS_RESET: u8 = 3
export const WAS_EXCHANGED: u8 = 4

const HOUR_US: f64 = 3_600_000_000
/** What is near the end or the beginning of a register's scale, where nobody says how much it can move. */
const NEAR_SHARE: f64 = 0.01
/** Between two readings nobody passes over more than a tenth of the scale. */
const ROLLOVER_SHARE: f64 = 0.1

/** A counter of energy: what its readings say of each other, and its use by the quarter of an hour. */
export class Register {
  private isStarted: bool = false
  time: i64 = 0
  value: f64 = 0
  private blockTime: i64 = 0
  private blockValue: f64 = 0
  /** Of the block that `isBlock` found. */
  blockStart: i64 = 0
  blockPower: f64 = 0
  /** Energy since the reading before. */
  increase: f64 = 0

  /** `maxPower`: what can flow at most, W or var; Infinity: nobody says. */
  constructor(private readonly maxPower: f64) {}

  /** The reading in order that follows. */
  judge(time: i64, value: f64): u8 {
    const isFirst = !this.isStarted
    const before = this.value
    const hours = <f64>(time - this.time) / HOUR_US
    this.isStarted = true
    this.time = time
    this.value = value
    this.increase = isFirst ? 0 : value - before
    if (isFirst) this.beginBlock(time, value)
    if (isFirst) return ROSE
    if (value >= before) {
      if (this.increase <= this.maxPower * hours + 1) return ROSE
      this.beginBlock(time, value)
      return LEAPT
    }
    const fall = this.judgeFall(before, value, hours)
    if (fall == ROLLED_OVER) this.blockValue -= scaleOf(before)
    else this.beginBlock(time, value)
    return fall
  }

  private judgeFall(before: f64, value: f64, hours: f64): u8 {
    const scale = scaleOf(before)
    const passed = scale - before + value
    const isNear =
      this.maxPower == Infinity
        ? scale - before <= NEAR_SHARE * scale && value <= NEAR_SHARE * scale
        : passed <= this.maxPower * hours + 1 && passed <= ROLLOVER_SHARE * scale
    if (isNear && scale >= ROLLOVER_MIN) {
      this.increase = passed
      return ROLLED_OVER
    }
    this.increase = 0
    return value <= NEAR_SHARE * before ? WAS_RESET : WAS_EXCHANGED
  }

  /** True: a quarter of an hour or more has gone by since the last block, and `blockPower` is its mean. */
  isBlock(time: i64, value: f64): bool {
    const width = time - this.blockTime
    if (width < SLOT_US) return false
    this.blockStart = this.blockTime
    this.blockPower = ((value - this.blockValue) * HOUR_US) / <f64>width
    this.beginBlock(time, value)
    return true
  }

  private beginBlock(time: i64, value: f64): void {
    this.blockTime = time
    this.blockValue = value
  }

  save(state: StateWriter): void {
    state.u8(this.isStarted ? 1 : 0)
    state.i64(this.time)
    state.f64(this.value)
    state.i64(this.blockTime)
    state.f64(this.blockValue)
  }

  load(state: StateReader): void {
    this.isStarted = state.u8() != 0
    this.time = state.i64()
    this.value = state.f64()
    this.blockTime = state.i64()
    this.blockValue = state.f64()
  }
}

/** The power of ten above: where a register that shows this value begins at 0 again. */
function scaleOf(value: f64): f64 {
  let scale = ROLLOVER_MIN / 10
  while (scale <= value) scale *= 10
  return scale
}
