import { StateReader, StateWriter } from '../sdk/index.ts'
import { reserve } from './arena.ts'
import { DIFFERENCE, LAST, MAX, RMS } from './laws.ts'
import { AGGREGATES_AHEAD, AGGREGATES_A_TICK, NEVER, WINDOW_BYTES } from './limits.ts'
import {
  CHANGED,
  FLAGGED_MARK,
  GROUP,
  LAST_FLAGGED,
  OPEN,
  PLAIN,
  Part,
  Series,
  Slot,
  TOLD,
} from './series.ts'
import { tell, tellGroup } from './tell.ts'

const SECOND_US: i64 = 1_000_000

/** All series, and when their windows are told. */
export class Windows {
  latenessUs: i64 = 0
  /** What is later than this is of a wrong clock; NEVER before the first tick. */
  horizon: i64 = NEVER
  /** Readings of a window that is no longer kept. */
  late: f64 = 0
  /** Windows of a point that there was no room for. */
  unserved: f64 = 0
  /** Readings taken, which pay for what is told. */
  rows: i64 = 0
  private readonly own: Array<usize> = new Array<usize>()
  /** Of feeders, which are told after all of their members. */
  private readonly groups: Array<usize> = new Array<usize>()
  /** How many have windows that were told and have changed. */
  private changed: i32 = 0
  /** The one that is being given. */
  private readonly part: Part = new Part()
  private bytes: usize = 0
  private paid: i64 = 0
  /** The earliest time at which something closes, so that most ticks look at nothing. */
  private due: i64 = NEVER
  private cursor: i32 = 0
  private passDue: i64 = NEVER
  private room: i32 = 0

  /** 0: there is no room left. */
  create(kind: u8, law: u8, widthUs: i64, ring: i32): usize {
    const bytes = offsetof<Series>() + <usize>ring * offsetof<Slot>()
    if (this.bytes + bytes > WINDOW_BYTES) {
      this.unserved++
      return 0
    }
    this.bytes += bytes
    const at = reserve(bytes)
    const series = changetype<Series>(at)
    series.kind = kind
    series.law = law
    series.widthUs = widthUs
    series.ring = <u16>ring
    series.clear()
    if (kind == GROUP) this.groups.push(at)
    else this.own.push(at)
    return at
  }

  private get length(): i32 {
    return this.own.length + this.groups.length
  }

  private at(index: i32): Series {
    const own = this.own.length
    return changetype<Series>(unchecked(index < own ? this.own[index] : this.groups[index - own]))
  }

  /** A reading; `marks` are its quality, and FLAGGED_MARK. */
  take(series: Series, time: i64, value: f64, marks: u32): void {
    let at = series.current
    if (time < series.start || time >= series.start + series.widthUs) at = this.find(series, time)
    if (at == 0) {
      this.late++
      return
    }
    const slot = changetype<Slot>(at)
    if ((slot.state & (OPEN | CHANGED)) == 0) this.touch(series, slot, time)
    const isFirst = slot.count == 0
    const isFlagged = (marks & FLAGGED_MARK) != 0
    if (series.law == DIFFERENCE) {
      if (isFirst || <f64>time < slot.min) {
        slot.sum = value
        slot.min = <f64>time
      }
      if (isFirst || time >= slot.lastTime) slot.max = value
    } else {
      if (series.law != LAST) slot.sum += series.law == RMS ? value * value : value
      else if (isFirst || time >= slot.lastTime) slot.sum = value
      if (isFirst || value < slot.min) slot.min = value
      if (isFirst || value > slot.max) slot.max = value
    }
    if (isFirst || time >= slot.lastTime) {
      slot.lastTime = time
      slot.state = isFlagged ? slot.state | LAST_FLAGGED : slot.state & ~LAST_FLAGGED
    }
    slot.count++
    if (isFlagged) slot.flagged++
    slot.quality |= <u16>marks
    if (time >= series.closeAt) this.close(series, time)
  }

  /** Those that were told and have changed, and those whose time is up though their device is silent. */
  tick(now: i64): void {
    this.room = AGGREGATES_A_TICK
    // Finer windows first, then what is made of them.
    for (let kind: u8 = PLAIN; kind <= GROUP && this.changed > 0; kind++) this.retellKind(kind)
    if (this.due <= now) this.sweep(now)
  }

  private retellKind(kind: u8): void {
    for (let index = 0; index < this.length && this.room > 0; index++) {
      const series = this.at(index)
      if (!series.isListed || series.kind != kind) continue
      series.isListed = false
      this.changed--
      this.retell(series)
    }
  }

  /** Looks at all series, in several ticks if they have much to tell. */
  private sweep(now: i64): void {
    if (this.cursor == 0) this.passDue = NEVER
    while (this.cursor < this.length && this.room > 0) {
      const series = this.at(this.cursor++)
      if (series.closeAt <= now) this.closeUntil(series, now, true)
      if (series.closeAt < this.passDue) this.passDue = series.closeAt
    }
    if (this.cursor < this.length) return
    this.cursor = 0
    this.due = this.passDue
  }

  /** By its newest reading, if enough readings have come to pay for it. */
  private close(series: Series, time: i64): void {
    const earned = this.rows - this.paid
    if (earned > AGGREGATES_AHEAD) this.paid = this.rows - AGGREGATES_AHEAD
    this.closeUntil(series, time, false)
  }

  private closeUntil(series: Series, now: i64, isTick: bool): void {
    let closeAt: i64 = NEVER
    let isStopped = false
    for (let start = this.oldest(series); start <= series.start; start += series.widthUs) {
      const slot = series.slotAt(start)
      if ((slot.state & OPEN) == 0) continue
      const due = this.dueAt(series, start)
      if (due > now || isStopped || !(isTick ? this.room > 0 : this.paid < this.rows)) {
        if (due < closeAt) closeAt = due
        isStopped = true
        continue
      }
      this.pay(isTick)
      this.put(series, slot, start)
    }
    series.closeAt = closeAt
    if (closeAt < this.due) this.due = closeAt
  }

  private retell(series: Series): void {
    for (let start = this.oldest(series); start <= series.start; start += series.widthUs) {
      const slot = series.slotAt(start)
      if ((slot.state & CHANGED) == 0) continue
      this.pay(true)
      this.put(series, slot, start)
    }
  }

  private pay(isTick: bool): void {
    if (isTick) this.room--
    else this.paid++
  }

  /** A reading that was told to be flagged, or not, after it was taken: the one at `time`, if it is the newest. */
  reflag(series: Series, time: i64, isFlagged: bool): void {
    if (!series.isFlaggable || series.current == 0) return
    const slot = changetype<Slot>(series.current)
    const was = (slot.state & LAST_FLAGGED) != 0
    if (slot.count == 0 || slot.lastTime != time || was == isFlagged) return
    slot.flagged += isFlagged ? 1 : -1
    slot.state ^= LAST_FLAGGED
  }

  /** Where the window of `time` is; 0: it is no longer kept. */
  private find(series: Series, time: i64): usize {
    if (time < 0) return 0
    const start = time - (time % series.widthUs)
    if (series.start > this.horizon && time <= this.horizon) this.forget(series)
    if (series.start == i64.MIN_VALUE || start > series.start) return this.advance(series, start)
    if (start < this.oldest(series)) return 0
    const slot = series.slotAt(start)
    if (series.law == DIFFERENCE && time >= slot.lastTime) this.touchAfter(series, start)
    return changetype<usize>(slot)
  }

  /** The newest window is one of a wrong clock: what it has is told, and the series begins anew. */
  private forget(series: Series): void {
    for (let start = this.oldest(series); start <= series.start; start += series.widthUs) {
      this.evict(series, start)
    }
    series.clear()
  }

  /** A newer window than there was; the oldest make room for it and those between. */
  private advance(series: Series, start: i64): usize {
    if (series.start != i64.MIN_VALUE) {
      const gone = start - <i64>series.ring * series.widthUs
      for (
        let old = this.oldest(series);
        old <= series.start && old <= gone;
        old += series.widthUs
      ) {
        this.evict(series, old)
      }
    }
    series.start = start
    series.current = changetype<usize>(series.slotAt(start))
    return series.current
  }

  private evict(series: Series, start: i64): void {
    const slot = series.slotAt(start)
    if ((slot.state & (OPEN | CHANGED)) != 0) {
      this.paid++
      this.put(series, slot, start)
    }
    if (series.law == DIFFERENCE && slot.count > 0) series.carry = slot.max
    slot.clear()
  }

  /** Before a window changes. */
  private touch(series: Series, slot: Slot, time: i64): void {
    const start = time - (time % series.widthUs)
    if ((slot.state & TOLD) != 0) return this.reopen(series, slot, start)
    slot.state |= OPEN
    const due = this.dueAt(series, start)
    if (due < series.closeAt) series.closeAt = due
    if (due < this.due) this.due = due
  }

  /** The last value of a register before a window is part of its difference. */
  private touchAfter(series: Series, start: i64): void {
    for (let later = start + series.widthUs; later <= series.start; later += series.widthUs) {
      const slot = series.slotAt(later)
      if (slot.count == 0) continue
      if ((slot.state & (TOLD | CHANGED)) == TOLD) this.reopen(series, slot, later)
      return
    }
  }

  private reopen(series: Series, slot: Slot, start: i64): void {
    slot.state |= CHANGED
    if (!series.isListed) this.changed++
    series.isListed = true
    this.contribute(series, slot, start, -1)
  }

  private put(series: Series, slot: Slot, start: i64): void {
    slot.state = (slot.state & ~(OPEN | CHANGED)) | TOLD
    if (series.kind == GROUP) tellGroup(series, slot, start)
    else tell(series, slot, start)
    slot.revision++
    this.contribute(series, slot, start, 1)
  }

  /** What a window has become goes into the coarser one and into that of the feeder; -1 takes it out again. */
  private contribute(series: Series, slot: Slot, start: i64, sign: i32): void {
    if (series.coarser == 0 && series.group == 0) return
    if (slot.count == 0) return
    const part = this.part
    part.of(series, slot, start)
    // A wrong clock would move the feeder's windows to where no other member is.
    const isGrouped = series.group != 0 && start <= this.horizon
    if (isGrouped) this.join(changetype<Series>(series.group), part, sign)
    const end = start + series.widthUs + this.latenessUs
    for (let next = series.coarser; next != 0;) {
      const coarser = changetype<Series>(next)
      this.join(coarser, part, sign)
      if (sign > 0 && end >= coarser.closeAt) this.close(coarser, end)
      next = coarser.next
    }
  }

  private join(whole: Series, part: Part, sign: i32): void {
    const start = part.start
    const value = part.value
    let at = whole.current
    if (start < whole.start || start >= whole.start + whole.widthUs) at = this.find(whole, start)
    if (at == 0) {
      if (sign > 0) this.late++
      return
    }
    const slot = changetype<Slot>(at)
    if ((slot.state & (OPEN | CHANGED)) == 0) this.touch(whole, slot, start)
    const isFirst = slot.count == 0
    if (isFirst && sign < 0) return
    if (isFirst) slot.sum = 0
    if (whole.law != LAST) slot.sum += <f64>sign * (whole.law == RMS ? value * value : value)
    else if (start >= slot.lastTime) slot.sum = value
    const high = whole.law == MAX ? value : part.max
    if (isFirst || part.min < slot.min) slot.min = part.min
    if (isFirst || high > slot.max) slot.max = high
    if (start >= slot.lastTime) slot.lastTime = start
    slot.count += sign
    if (part.isFlagged) slot.flagged += sign
    slot.quality |= part.quality
  }

  private oldest(series: Series): i64 {
    if (series.start == i64.MIN_VALUE) return NEVER
    const oldest = series.start - (<i64>series.ring - 1) * series.widthUs
    return oldest < 0 ? series.start % series.widthUs : oldest
  }

  /** A feeder waits for its members, who wait for their readings. */
  private dueAt(series: Series, start: i64): i64 {
    const due = start + series.widthUs + this.latenessUs
    return series.kind == GROUP ? due + this.latenessUs + SECOND_US : due
  }

  save(state: StateWriter): void {
    state.f64(this.late)
    state.i64(this.rows)
    state.i64(this.paid)
    state.i64(this.due)
    state.i64(this.passDue)
    state.u32(this.cursor)
    state.u32(this.changed)
  }

  load(state: StateReader): void {
    this.late = state.f64()
    this.rows = state.i64()
    this.paid = state.i64()
    this.due = state.i64()
    this.passDue = state.i64()
    this.cursor = state.u32()
    this.changed = state.u32()
  }
}
