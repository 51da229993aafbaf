import { StateReader, StateWriter } from '../sdk/index.ts'
import { SLOPE_READINGS, SLOPE_READINGS_FIRST } from './limits.ts'
import { Settings } from './settings.ts'

/**
 * Rate of change of frequency: the slope of the straight line that fits the readings of a sliding window best (least squares over their
 * own time stamps, so that a missing or late reading bends nothing). Where the window has too few readings it reaches further back.
 */
export class Slope {
  private times: StaticArray<i64> = new StaticArray<i64>(SLOPE_READINGS_FIRST)
  private values: StaticArray<f64> = new StaticArray<f64>(SLOPE_READINGS_FIRST)
  private oldest: i32 = 0
  private length: i32 = 0
  // Sums over the window, in seconds and hertz from these two, which keeps them small and their differences exact enough.
  private base: i64 = 0
  private baseHz: f64 = 0
  private seconds: f64 = 0
  private hertz: f64 = 0
  private squares: f64 = 0
  private products: f64 = 0
  private changes: i32 = 0

  constructor(private readonly settings: Settings) {}

  clear(): void {
    this.length = 0
  }

  /** `time` is later than that of every reading before. */
  add(time: i64, value: f64): void {
    if (this.length == this.times.length) this.makeRoom()
    const at = this.at(this.length)
    unchecked((this.times[at] = time))
    unchecked((this.values[at] = value))
    this.length++
    this.count(at, 1)
    const settings = this.settings
    while (this.length > 1) {
      const age = time - unchecked(this.times[this.oldest])
      if (age <= settings.windowUs) break
      if (this.length <= settings.readings && age <= settings.spanUs) break
      this.dropOldest()
    }
    // What adding and taking away has rounded off does not grow: now and then the sums are made anew.
    if (this.length == 1 || ++this.changes >= SLOPE_READINGS) this.sum()
  }

  /** From the oldest reading of the window to the newest. */
  get spanUs(): i64 {
    return this.times[this.at(this.length - 1)] - this.times[this.oldest]
  }

  /** Hz/s; NaN where there are too few readings. */
  compute(): f64 {
    const length = <f64>this.length
    if (this.length < this.settings.readings) return NaN
    const product = length * this.products - this.seconds * this.hertz
    return product / (length * this.squares - this.seconds * this.seconds)
  }

  save(state: StateWriter): void {
    state.u32(<u32>this.length)
    for (let index = 0; index < this.length; index++) {
      state.i64(this.times[this.at(index)])
      state.f64(this.values[this.at(index)])
    }
    state.i64(this.base)
    state.f64(this.baseHz)
    state.f64(this.seconds)
    state.f64(this.hertz)
    state.f64(this.squares)
    state.f64(this.products)
    state.u32(<u32>this.changes)
  }

  load(state: StateReader): void {
    this.length = 0
    for (let left = state.u32(); left > 0; left--) {
      if (this.length == this.times.length) this.makeRoom()
      const at = this.at(this.length++)
      this.times[at] = state.i64()
      this.values[at] = state.f64()
    }
    this.base = state.i64()
    this.baseHz = state.f64()
    this.seconds = state.f64()
    this.hertz = state.f64()
    this.squares = state.f64()
    this.products = state.f64()
    this.changes = <i32>state.u32()
  }

  private at(index: i32): i32 {
    return (this.oldest + index) & (this.times.length - 1)
  }

  private sum(): void {
    this.base = this.times[this.oldest]
    this.baseHz = this.values[this.oldest]
    this.seconds = 0
    this.hertz = 0
    this.squares = 0
    this.products = 0
    this.changes = 0
    for (let index = 0; index < this.length; index++) this.count(this.at(index), 1)
  }

  /** Adds a reading to the sums, or takes it away with a `sign` of -1. */
  private count(at: i32, sign: f64): void {
    const seconds = <f64>(unchecked(this.times[at]) - this.base) / 1_000_000
    const hertz = unchecked(this.values[at]) - this.baseHz
    this.seconds += sign * seconds
    this.hertz += sign * hertz
    this.squares += sign * seconds * seconds
    this.products += sign * seconds * hertz
  }

  private dropOldest(): void {
    this.count(this.oldest, -1)
    this.oldest = this.at(1)
    this.length--
  }

  /** Twice as long as before; at the limit the oldest reading goes, and the window is shorter than was asked for. */
  private makeRoom(): void {
    if (this.length >= SLOPE_READINGS) {
      this.dropOldest()
      return
    }
    const times = new StaticArray<i64>(2 * this.length)
    const values = new StaticArray<f64>(2 * this.length)
    for (let index = 0; index < this.length; index++) {
      times[index] = this.times[this.at(index)]
      values[index] = this.values[this.at(index)]
    }
    this.times = times
    this.values = values
    this.oldest = 0
  }
}
