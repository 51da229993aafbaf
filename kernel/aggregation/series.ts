import { INCONSISTENT, QUESTIONABLE, StateReader, StateWriter } from '../sdk/index.ts'
import { DIFFERENCE, LAST, MAX, RMS } from './laws.ts'
import { NEVER } from './limits.ts'

/** What a series is of: readings, windows of a finer series, or devices of a feeder. */
export const PLAIN: u8 = 0
export const COMPOSED: u8 = 1
export const GROUP: u8 = 2

/** A window that has not been told of. */
export const OPEN: u8 = 1
/** One that has, and has changed since. */
export const CHANGED: u8 = 2
/** One that has been told of at least once. */
export const TOLD: u8 = 4
/** The reading with the newest time in it is flagged. */
export const LAST_FLAGGED: u8 = 8

/** Beside the 16 bits of its quality: a reading is flagged. */
export const FLAGGED_MARK: u32 = 1 << 16

/** What a window gives to one that is made of it. */
export class Part {
  start: i64 = 0
  value: f64 = 0
  min: f64 = 0
  max: f64 = 0
  isFlagged: bool = false
  quality: u16 = 0

  /** Of the window that begins at `start`. */
  of(series: Series, slot: Slot, start: i64): void {
    this.start = start
    this.value = series.value(slot, start)
    this.min = slot.min
    this.max = slot.max
    this.isFlagged = slot.flagged > 0
    this.quality = slot.quality
  }
}

/** One window of a series. In memory of its own, without a header: there are as many as readings have points. */
@unmanaged
export class Slot {
  /** Of values, or of their squares; of a register the first value, where the law is the last value that. */
  sum: f64
  /** Of a register the time of the first value. */
  min: f64
  /** Of a register the last value. */
  max: f64
  lastTime: i64
  count: u32
  flagged: u32
  quality: u16
  revision: u16
  state: u8

  clear(): void {
    this.sum = 0
    this.min = 0
    this.max = 0
    this.lastTime = i64.MIN_VALUE
    this.count = 0
    this.flagged = 0
    this.quality = 0
    this.revision = 0
    this.state = 0
  }

  save(state: StateWriter): void {
    state.u8(this.flagged > 0 ? this.state | SAVED_FLAGGED : this.state)
    if (this.state == 0) return
    state.f64(this.sum)
    state.f64(this.min)
    state.f64(this.max)
    state.i64(this.lastTime)
    state.u32(this.count)
    state.u32(((<u32>this.quality) << 16) | <u32>this.revision)
    if (this.flagged > 0) state.u32(this.flagged)
  }

  load(state: StateReader): void {
    this.clear()
    const bits = state.u8()
    this.state = bits & ~SAVED_FLAGGED
    if (bits == 0) return
    this.sum = state.f64()
    this.min = state.f64()
    this.max = state.f64()
    this.lastTime = state.i64()
    this.count = state.u32()
    const both = state.u32()
    this.quality = <u16>(both >> 16)
    this.revision = <u16>both
    if ((bits & SAVED_FLAGGED) != 0) this.flagged = state.u32()
  }
}

/** In a snapshot only: how many are flagged follows. */
const SAVED_FLAGGED: u8 = 16

const SECOND_US: i64 = 1_000_000

/** The windows of one width that a point has: the newest and some before it, in a ring behind this record. */
@unmanaged
export class Series {
  /** Where the newest window begins; i64.MIN_VALUE: there is none. */
  start: i64
  widthUs: i64
  /** The earliest time at which a window closes. */
  closeAt: i64
  /** The last value of a register before the oldest window. */
  carry: f64
  /** The slot of the newest window. */
  current: usize
  subject: u32
  name: u32
  /** Readings, windows or members that a window should have; 0: not known. */
  expected: u32
  /** Of the same point. */
  next: usize
  /** Of the same device. */
  sibling: usize
  /** Takes the values of its windows. */
  coarser: usize
  group: usize
  ring: u16
  law: u8
  kind: u8
  isFlaggable: bool
  /** It has windows that have changed. */
  isListed: bool

  slot(position: i32): Slot {
    const at = changetype<usize>(this) + offsetof<Series>() + <usize>position * offsetof<Slot>()
    return changetype<Slot>(at)
  }

  /** The slot of the window that begins at `start`. */
  slotAt(start: i64): Slot {
    return this.slot(<i32>((start / this.widthUs) % <i64>this.ring))
  }

  clear(): void {
    this.start = i64.MIN_VALUE
    this.current = 0
    this.closeAt = NEVER
    this.carry = NaN
    for (let position = 0; position < <i32>this.ring; position++) this.slot(position).clear()
  }

  /** Of the window that begins at `start`. */
  value(slot: Slot, start: i64): f64 {
    if (this.law == RMS) return Math.sqrt(slot.sum / <f64>slot.count)
    if (this.law == MAX) return slot.max
    if (this.law == LAST) return slot.sum
    if (this.law != DIFFERENCE) return slot.sum / <f64>slot.count
    if (this.kind == COMPOSED) return slot.sum
    const before = this.before(start)
    return slot.max - (before == before ? before : slot.sum)
  }

  /** A register that fell was reset or exchanged: the difference says little. */
  qualityOf(slot: Slot, value: f64): u16 {
    return this.law == DIFFERENCE && value < 0
      ? slot.quality | QUESTIONABLE | INCONSISTENT
      : slot.quality
  }

  /** The last value of a register before `start`, so that differences of a row of windows add up; NaN: not known. */
  private before(start: i64): f64 {
    const oldest = this.start - (<i64>this.ring - 1) * this.widthUs
    for (let at = start - this.widthUs; at >= oldest && at >= 0; at -= this.widthUs) {
      const slot = this.slotAt(at)
      if (slot.count > 0) return slot.max
    }
    return this.carry
  }

  save(state: StateWriter): void {
    state.u32(<u32>(this.widthUs / SECOND_US))
    state.u8(this.law)
    state.u8(this.kind)
    state.u8(<u8>this.ring)
    state.u8(this.isListed ? 1 : 0)
    state.i64(this.start)
    state.i64(this.closeAt)
    if (this.law == DIFFERENCE) state.f64(this.carry)
    for (let position = 0; position < <i32>this.ring; position++) this.slot(position).save(state)
  }
}

const scratch = changetype<Slot>(heap.alloc(offsetof<Slot>()))

/**
 * Into the series at `at`, if it is still the one that was saved: settings may have changed since. True: it was made of readings, and
 * those made of it follow.
 */
export function loadSeries(at: usize, state: StateReader): bool {
  const widthUs = <i64>state.u32() * SECOND_US
  const law = state.u8()
  const kind = state.u8()
  const ring = state.u8()
  const isListed = state.u8() != 0
  const series = changetype<Series>(at)
  const isSame =
    at != 0 && series.widthUs == widthUs && series.law == law && <u8>series.ring == ring
  const start = state.i64()
  const closeAt = state.i64()
  const carry = law == DIFFERENCE ? state.f64() : NaN
  for (let position: i32 = 0; position < <i32>ring; position++) {
    const slot = isSame ? series.slot(position) : scratch
    slot.load(state)
  }
  if (!isSame) return kind == PLAIN
  series.start = start
  series.closeAt = closeAt
  series.carry = carry
  series.isListed = isListed
  if (start != i64.MIN_VALUE) series.current = changetype<usize>(series.slotAt(start))
  return kind == PLAIN
}
