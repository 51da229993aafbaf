import { StateWriter } from '../sdk/index.ts'
import { ESTIMATES_A_CALL } from './limits.ts'

/** What fills the gap of a point. */
export abstract class Filler {
  constructor(public readonly number: u32) {}

  /** As many estimates as `most` allows; returns how many they were. */
  abstract fill(most: i64): i64

  abstract get isFilling(): bool
}

/**
 * What one call may put out of estimates, and the points whose gaps have to wait for the next call: a site that comes back brings
 * more at once than there is room for.
 */
export class EstimateQueue {
  private waiting: Array<Filler> = []
  private first: i32 = 0
  private room: i64 = ESTIMATES_A_CALL

  begin(filler: Filler): void {
    this.room -= filler.fill(this.room)
    if (filler.isFilling) this.wait(filler)
  }

  wait(filler: Filler): void {
    this.waiting.push(filler)
  }

  /** At the end of each call: what room is left, and the whole of it for the next. */
  drain(): void {
    while (this.first < this.waiting.length && this.room > 0) {
      const filler = this.waiting[this.first]
      this.room -= filler.fill(this.room)
      if (filler.isFilling) break
      this.first++
    }
    this.room = ESTIMATES_A_CALL
    if (this.first == 0 || this.first < this.waiting.length) return
    this.waiting = []
    this.first = 0
  }

  /** The numbers of the points that wait. */
  save(state: StateWriter): void {
    state.u32(this.waiting.length - this.first)
    for (let at = this.first; at < this.waiting.length; at++) state.u32(this.waiting[at].number)
  }
}
