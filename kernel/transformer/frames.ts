import { StateReader, StateWriter } from '../sdk/index.ts'
import { FRAMES } from './limits.ts'

export const CURRENT_A: i32 = 0
export const CURRENT_B: i32 = 1
export const CURRENT_C: i32 = 2
export const APPARENT: i32 = 3
export const ACTIVE: i32 = 4
export const REACTIVE: i32 = 5
export const OIL: i32 = 6
export const AMBIENT: i32 = 7
export const INPUTS: i32 = 8

/** What was measured within one second, of several quantities, perhaps by several devices. */
export class Frame {
  /** Seconds since 1970. */
  second: i64 = 0
  /** Microseconds: the latest reading in it. */
  time: i64 = 0
  /** A bit for each input that is there. */
  present: u32 = 0
  /** A bit for each input whose reading was not simply good. */
  doubtful: u32 = 0
  readonly values: StaticArray<f64> = new StaticArray<f64>(INPUTS)

  has(input: i32): bool {
    return ((this.present >> <u32>input) & 1) != 0
  }

  doubts(input: i32): bool {
    return ((this.doubtful >> <u32>input) & 1) != 0
  }

  value(input: i32): f64 {
    return unchecked(this.values[input])
  }
}

/** Frames that wait, in order of time, until what belongs to them has had time to come. */
export class Frames {
  private readonly ring: StaticArray<Frame> = new StaticArray<Frame>(FRAMES)
  private first: i32 = 0
  length: i32 = 0

  constructor() {
    for (let index = 0; index < FRAMES; index++) unchecked((this.ring[index] = new Frame()))
  }

  get isFull(): bool {
    return this.length == FRAMES
  }

  /** The oldest; there is one. */
  get oldest(): Frame {
    return this.at(0)
  }

  has(second: i64): bool {
    for (let index = this.length - 1; index >= 0; index--) {
      if (this.at(index).second == second) return true
    }
    return false
  }

  /** The frame of that second, made where there is none; there is room for one. */
  of(second: i64): Frame {
    let index = this.length
    while (index > 0 && this.at(index - 1).second > second) index--
    if (index > 0 && this.at(index - 1).second == second) return this.at(index - 1)
    return this.insert(index, second)
  }

  drop(): void {
    this.first = (this.first + 1) % FRAMES
    this.length--
  }

  private at(index: i32): Frame {
    return unchecked(this.ring[(this.first + index) % FRAMES])
  }

  private insert(index: i32, second: i64): Frame {
    const spare = this.at(this.length)
    for (let place = this.length; place > index; place--) {
      unchecked((this.ring[(this.first + place) % FRAMES] = this.at(place - 1)))
    }
    unchecked((this.ring[(this.first + index) % FRAMES] = spare))
    this.length++
    spare.second = second
    spare.time = 0
    spare.present = 0
    spare.doubtful = 0
    return spare
  }

  save(state: StateWriter): void {
    state.u32(<u32>this.length)
    for (let index = 0; index < this.length; index++) {
      const frame = this.at(index)
      state.i64(frame.second)
      state.i64(frame.time)
      state.u32(frame.present)
      state.u32(frame.doubtful)
      for (let input = 0; input < INPUTS; input++) {
        state.f64(frame.has(input) ? frame.value(input) : 0)
      }
    }
  }

  load(state: StateReader): void {
    this.first = 0
    this.length = 0
    const length = <i32>state.u32()
    for (let index = 0; index < length; index++) {
      const frame = this.insert(index, state.i64())
      frame.time = state.i64()
      frame.present = state.u32()
      frame.doubtful = state.u32()
      for (let input = 0; input < INPUTS; input++) unchecked((frame.values[input] = state.f64()))
    }
  }
}
