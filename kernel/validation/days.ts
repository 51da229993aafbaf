import { StateReader, StateWriter } from '../sdk/index.ts'
import { DAY_BYTES, DayCount, dayOf as midnightOf } from './day-count.ts'
import { DAY_GRACE_US, DAY_US } from './limits.ts'

/** Days that were missed as a whole and are told of one by one; longer ago nobody asks for each. */
const DAYS_TO_CATCH_UP: i64 = 31

/**
 * Windows on the day that is counted and the one before it. What `dayOf` returns is good until the days of another point are looked at.
 */
const today = new DayCount()
const yesterday = new DayCount()

/** The day that is counted and the one before it, and which readings were expected in them. */
export abstract class Days {
  /** Counts of two days, side by side: as midnight passes they change places. */
  private readonly counts: usize = heap.alloc(2 * DAY_BYTES)
  private isSwapped: bool = false
  private days: u8 = 0
  /** When the next reading is due. */
  private due: i64 = 0
  /** The interval of reports in which the day that goes on was told of last. */
  private reported: u32 = 0

  /** `number` of the point, `quantity` as a name of outputs; `periodUs` between two readings, 0: nobody knows. */
  constructor(
    public readonly subject: u32,
    public readonly number: u32,
    public readonly quantity: u32,
    private readonly periodUs: i64,
  ) {}

  /** Null: there is none yet. */
  protected get currentDay(): DayCount | null {
    return this.days == 0 ? null : this.today
  }

  private get today(): DayCount {
    return today.of(this.isSwapped ? this.counts + DAY_BYTES : this.counts)
  }

  private get yesterday(): DayCount | null {
    if (this.days < 2) return null
    return yesterday.of(this.isSwapped ? this.counts : this.counts + DAY_BYTES)
  }

  /** Where a reading of that time is counted; null: that day is gone. */
  dayOf(time: i64): DayCount | null {
    const today = this.today
    if (this.days == 0) {
      this.days = 1
      today.begin(midnightOf(time))
      return today
    }
    const start = today.start
    if (time >= start) {
      if (time - start < DAY_US) return today
      return this.moveTo(midnightOf(time))
    }
    const yesterday = this.yesterday
    if (yesterday === null || time < yesterday.start) return null
    return time - yesterday.start < DAY_US ? yesterday : null
  }

  /** A reading in order: what should have come before it and did not is missing. */
  protected arrive(time: i64, day: DayCount, isFirst: bool): void {
    if (this.periodUs == 0) return
    const half = this.periodUs >> 1
    if (!isFirst && time < this.due - half) {
      // The day was closed before it came, or it is one between two that were due.
      if (time < this.today.start) day.fill()
      return
    }
    const missing = isFirst ? 0 : (time - this.due + half) / this.periodUs
    if (missing > 0) day.miss(<u32>missing)
    this.due = time + this.periodUs
  }

  /** A reading that came after later ones was counted as missing. */
  protected fill(day: DayCount): void {
    if (this.periodUs > 0) day.fill()
  }

  /** Closes the days before this one: each misses what was due until its end. */
  private moveTo(start: i64): DayCount {
    let today = this.today
    while (today.start < start) {
      const midnight = today.start + DAY_US
      if (this.periodUs > 0) this.missToday(today, midnight)
      const older = this.yesterday
      if (older !== null && older.isFresh) this.report(older)
      const isFar = (start - midnight) / DAY_US > DAYS_TO_CATCH_UP || this.periodUs == 0
      this.isSwapped = !this.isSwapped
      this.days = 2
      today = this.today
      today.begin(isFar ? start : midnight)
      if (isFar && this.due < start) this.due = start
    }
    return today
  }

  private missToday(today: DayCount, midnight: i64): void {
    if (this.due >= midnight) return
    const slots = (midnight - this.due + this.periodUs - 1) / this.periodUs
    // A reading that is due within half a period of midnight may yet come, and counts for the next day.
    const late = this.due + (slots - 1) * this.periodUs + (this.periodUs >> 1) >= midnight ? 1 : 0
    const missing = slots - late
    if (missing > 0) today.miss(<u32>missing)
    this.due += missing * this.periodUs
  }

  /** About once a second, or less often. */
  protected tellDays(now: i64, reportUs: i64): void {
    if (this.days == 0) return
    const closed = now - DAY_GRACE_US
    if (closed - this.today.start >= DAY_US) this.moveTo(midnightOf(closed))
    const yesterday = this.yesterday
    if (yesterday !== null && yesterday.isFresh) this.report(yesterday)
    const slot = <u32>(now / reportUs)
    if (slot == this.reported) return
    this.reported = slot
    const today = this.today
    if (today.isFresh) this.report(today)
  }

  private report(day: DayCount): void {
    day.report(this.subject, this.number, this.quantity, this.periodUs > 0)
  }

  protected saveDays(state: StateWriter): void {
    state.i64(this.due)
    state.u32(this.reported)
    state.u8(this.days)
    if (this.days > 0) this.today.save(state)
    const yesterday = this.yesterday
    if (yesterday !== null) yesterday.save(state)
  }

  protected loadDays(state: StateReader): void {
    this.due = state.i64()
    this.reported = state.u32()
    this.days = state.u8()
    if (this.days > 0) this.today.load(state)
    const yesterday = this.yesterday
    if (yesterday !== null) yesterday.load(state)
  }
}
