import { StateReader, StateWriter } from '../sdk/index.ts'
import { OPEN_CELLS, OPEN_INTERVALS_MAX, OPEN_INTERVALS_MIN } from './limits.ts'
import { Slot } from './slot.ts'

/** The open intervals of one feeder, in order of time. */
export class Slots {
  readonly open: Array<Slot> = []
  private readonly spares: Array<Slot> = []
  private readonly room: i32

  constructor(private readonly members: i32) {
    const cells = OPEN_CELLS / (members > 0 ? members : 1)
    const most = cells < OPEN_INTERVALS_MAX ? cells : OPEN_INTERVALS_MAX
    this.room = most > OPEN_INTERVALS_MIN ? most : OPEN_INTERVALS_MIN
  }

  get isFull(): bool {
    return this.open.length >= this.room
  }

  find(interval: i64): Slot | null {
    for (let index = this.open.length - 1; index >= 0; index--) {
      const slot = unchecked(this.open[index])
      if (slot.interval == interval) return slot
      if (slot.interval < interval) return null
    }
    return null
  }

  insert(interval: i64, now: i64): Slot {
    const slot = this.spares.length > 0 ? this.spares.pop() : new Slot(this.members)
    slot.open(interval, now)
    let index = this.open.length
    this.open.push(slot)
    while (index > 0 && this.open[index - 1].interval > interval) {
      this.open[index] = this.open[index - 1]
      index--
    }
    this.open[index] = slot
    return slot
  }

  remove(slot: Slot): void {
    const index = this.open.indexOf(slot)
    this.open.splice(index, 1)
    this.spares.push(slot)
  }

  save(state: StateWriter): void {
    state.u32(<u32>this.open.length)
    for (let index = 0; index < this.open.length; index++) this.open[index].save(state)
  }

  load(state: StateReader): void {
    const length = <i32>state.u32()
    for (let index = 0; index < length; index++) {
      const slot = new Slot(this.members)
      slot.load(state)
      this.open.push(slot)
    }
  }
}
