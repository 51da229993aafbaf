import { StateReader, StateWriter } from '../sdk/index.ts'
import { dayOf } from './day-count.ts'
import { DAY_US, REFERENCE_DAYS, SLOTS_A_DAY, SLOT_US } from './limits.ts'

const WORKDAY: i32 = 0
const WEEKEND: i32 = 1
const KINDS: i32 = 2
const DAY_SLOTS: i32 = SLOTS_A_DAY

/** What a point had by the quarter of an hour of UTC on its last three working days and its last three days of weekends. */
export class LikeDays {
  private readonly means: StaticArray<f32> = new StaticArray<f32>(
    KINDS * REFERENCE_DAYS * DAY_SLOTS,
  )
  private readonly sums: StaticArray<f64> = new StaticArray<f64>(DAY_SLOTS)
  private readonly counts: StaticArray<u32> = new StaticArray<u32>(DAY_SLOTS)
  private day: i64 = i64.MIN_VALUE
  private nextWorkday: i32 = 0
  private nextWeekend: i32 = 0

  constructor() {
    this.means.fill(<f32>NaN)
  }

  /** Times do not go back by more than the slot that they are in. */
  learn(time: i64, value: f64): void {
    const day = dayOf(time)
    if (day != this.day) {
      if (this.day != i64.MIN_VALUE) this.keep()
      this.day = day
    }
    const slot = slotOf(time)
    this.sums[slot] += value
    this.counts[slot]++
  }

  /** The mean of the reference days of the kind of day that it is; NaN: they have nothing there. */
  at(time: i64): f64 {
    const kind = kindOf(dayOf(time))
    const slot = slotOf(time)
    let sum: f64 = 0
    let count = 0
    for (let which = 0; which < REFERENCE_DAYS; which++) {
      const mean = <f64>this.means[(kind * REFERENCE_DAYS + which) * DAY_SLOTS + slot]
      if (isNaN(mean)) continue
      sum += mean
      count++
    }
    return count == 0 ? NaN : sum / <f64>count
  }

  private keep(): void {
    const kind = kindOf(this.day)
    const which = kind == WORKDAY ? this.nextWorkday : this.nextWeekend
    if (kind == WORKDAY) this.nextWorkday = (which + 1) % REFERENCE_DAYS
    else this.nextWeekend = (which + 1) % REFERENCE_DAYS
    const first = (kind * REFERENCE_DAYS + which) * DAY_SLOTS
    for (let slot = 0; slot < DAY_SLOTS; slot++) {
      const count = this.counts[slot]
      this.means[first + slot] = count == 0 ? <f32>NaN : <f32>(this.sums[slot] / <f64>count)
      this.sums[slot] = 0
      this.counts[slot] = 0
    }
  }

  save(state: StateWriter): void {
    state.i64(this.day)
    state.u8(<u8>this.nextWorkday)
    state.u8(<u8>this.nextWeekend)
    for (let at = 0; at < this.means.length; at++) state.u32(bitsOf(this.means[at]))
    for (let slot = 0; slot < DAY_SLOTS; slot++) {
      state.f64(this.sums[slot])
      state.u32(this.counts[slot])
    }
  }

  load(state: StateReader): void {
    this.day = state.i64()
    this.nextWorkday = state.u8()
    this.nextWeekend = state.u8()
    for (let at = 0; at < this.means.length; at++) this.means[at] = reinterpret<f32>(state.u32())
    for (let slot = 0; slot < DAY_SLOTS; slot++) {
      this.sums[slot] = state.f64()
      this.counts[slot] = state.u32()
    }
  }
}

/** A NaN always has the same bits, so that snapshots of equal states are equal. */
function bitsOf(mean: f32): u32 {
  return mean == mean ? reinterpret<u32>(mean) : 0x7fc00000
}

function slotOf(time: i64): i32 {
  return <i32>((time - dayOf(time)) / SLOT_US)
}

/** 1 January 1970 was a Thursday. */
function kindOf(day: i64): i32 {
  let weekday = (day / DAY_US + 4) % 7
  if (weekday < 0) weekday += 7
  return weekday == 0 || weekday == 6 ? WEEKEND : WORKDAY
}
