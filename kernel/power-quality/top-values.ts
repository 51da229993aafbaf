import { StateReader, StateWriter } from '../sdk/index.ts'
import { TOP_VALUES } from './limits.ts'

/**
 * The greatest values of a week, as many as its 95 % value can need: of n values floor(n / 20) are dropped from the top, and the greatest
 * that is left is the 95 % value (GB/T 14549; no interpolation). With n of 1008 at most it is among the greatest 51.
 */
export class TopValues {
  /** Greatest first. */
  private readonly values: StaticArray<f64> = new StaticArray<f64>(TOP_VALUES)
  private length: i32 = 0

  clear(): void {
    this.length = 0
  }

  add(value: f64): void {
    const values = this.values
    let at = this.length
    if (at == TOP_VALUES) {
      at--
      if (value <= unchecked(values[at])) return
    } else this.length++
    for (; at > 0 && unchecked(values[at - 1]) < value; at--)
      unchecked((values[at] = values[at - 1]))
    unchecked((values[at] = value))
  }

  /** Of `count` values that were added. */
  percentile95(count: u32): f64 {
    const at = <i32>(count / 20)
    return at < this.length ? this.values[at] : NaN
  }

  save(state: StateWriter): void {
    state.u32(<u32>this.length)
    for (let at = 0; at < this.length; at++) state.f64(this.values[at])
  }

  load(state: StateReader): void {
    this.length = <i32>state.u32()
    for (let at = 0; at < this.length; at++) this.values[at] = state.f64()
  }
}
