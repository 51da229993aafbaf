import { StateReader, StateWriter } from '../sdk/index.ts'
import { EVENTS_KEPT, NEVER } from './limits.ts'

const NONE: StaticArray<i64> = new StaticArray<i64>(0)

/** A device, and when its voltage was out of limits: what it measured meanwhile is flagged (IEC 61000-4-30, 4.7). */
export class Device {
  /** First of its series; the others follow by `sibling`. */
  series: usize = 0
  /** Voltage channels that are out of limits now. */
  outside: i32 = 0
  /** Nothing at or after it is flagged; NEVER while an event goes on. */
  flagEnd: i64 = i64.MIN_VALUE
  private newest: i32 = 0
  /** Begin and end of each; most devices never have one. */
  private times: StaticArray<i64> = NONE

  constructor(
    public readonly number: u32,
    /** Index of its feeder; -1: none, or it does not count among its members. */
    public feeder: i32,
    public readonly intervalUs: i64,
    public readonly nominalV: f64,
  ) {}

  /** For a time before `flagEnd`. */
  isFlagged(time: i64): bool {
    for (let index = 0; index < this.times.length; index += 2) {
      if (time >= this.times[index] && time < this.times[index + 1]) return true
    }
    return false
  }

  begin(time: i64): void {
    if (this.times.length == 0) this.times = new StaticArray<i64>(2 * EVENTS_KEPT)
    this.newest = (this.newest + 1) % EVENTS_KEPT
    this.times[2 * this.newest] = time
    this.times[2 * this.newest + 1] = NEVER
    this.flagEnd = NEVER
  }

  end(time: i64): void {
    if (this.times.length > 0) this.times[2 * this.newest + 1] = time
    this.flagEnd = time
  }

  save(state: StateWriter): void {
    state.u32(this.outside)
    state.i64(this.flagEnd)
    state.u8(<u8>this.newest)
    state.u8(<u8>this.times.length)
    for (let index = 0; index < this.times.length; index++) state.i64(this.times[index])
  }

  load(state: StateReader): void {
    this.outside = state.u32()
    this.flagEnd = state.i64()
    this.newest = state.u8()
    this.times = new StaticArray<i64>(state.u8())
    for (let index = 0; index < this.times.length; index++) this.times[index] = state.i64()
  }
}
