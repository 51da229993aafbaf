import { StateReader, StateWriter } from '../sdk/index.ts'
import { DayCount, dayOf as midnightOf } from './day-count.ts'
import { DAY_GRACE_US, DAY_US } from './limits.ts'

/** Days that were missed as a whole and are told of one by one; longer ago nobody asks for each. */
const DAYS_TO_CATCH_UP: i64 = 31

/** The day that is counted and the one before it, and which readings were expected in them. */
export abstract class Days {
  private today: DayCount | null = null
  private yesterday: DayCount | null = null
  /** When the next reading is due. */
  private due: i64 = 0
  private reported: i64 = i64.MIN_VALUE

  /** `number` of the point, `quantity` as a name of outputs; `periodUs` between two readings, 0: nobody knows. */
  constructor(
    public readonly subject: u32,
    public readonly number: u32,
    public readonly quantity: u32,
    private readonly periodUs: i64,
  ) {}

  /** Where a reading of that time is counted; null: that day is gone. */
  dayOf(time: i64): DayCount | null {
    const today = this.today
    if (today === null) {
      const first = new DayCount(midnightOf(time))
      this.today = first
      return first
    }
    if (time >= today.start) {
      if (time - today.start < DAY_US) return today
      return this.moveTo(midnightOf(time))
    }
    const yesterday = this.yesterday
    if (yesterday === null || time < yesterday.start) return null
    return time - yesterday.start < DAY_US ? yesterday : null
  }

  /** Of the day that is counted now, whatever the time. */
  protected get currentDay(): DayCount | null {
    return this.today
  }

  /** A reading in order: what should have come before it and did not is missing. */
  protected arrive(time: i64, day: DayCount, isFirst: bool): void {
    if (this.periodUs == 0) return
    const half = this.periodUs >> 1
    if (!isFirst && time < this.due - half) {
      // The day was closed before it came, or it is one between two that were due.
      if (day !== this.today) this.fill(day)
      return
    }
    const missing = isFirst ? 0 : (time - this.due + half) / this.periodUs
    if (missing > 0) day.miss(<u32>missing)
    this.due = time + this.periodUs
  }

  /** A reading that came after later ones was counted as missing. */
  protected fill(day: DayCount): void {
    if (this.periodUs > 0 && day.missing > 0) day.missing--
  }

  /** Closes the days before this one: each misses what was due until its end. */
  private moveTo(start: i64): DayCount {
    let today = this.today!
    while (today.start < start) {
      const midnight = today.start + DAY_US
      if (this.periodUs > 0) this.missToday(today, midnight)
      const older = this.yesterday
      if (older !== null && older.isFresh) this.report(older)
      this.yesterday = today
      const isFar = (start - midnight) / DAY_US > DAYS_TO_CATCH_UP || this.periodUs == 0
      today = new DayCount(isFar ? start : midnight)
      this.today = today
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
    const today = this.today
    if (today === null) return
    if (now - DAY_GRACE_US - today.start >= DAY_US) this.moveTo(midnightOf(now - DAY_GRACE_US))
    const yesterday = this.yesterday
    if (yesterday !== null && yesterday.isFresh) this.report(yesterday)
    const slot = now / reportUs
    if (slot == this.reported) return
    this.reported = slot
    const current = this.today!
    if (current.isFresh) this.report(current)
  }

  private report(day: DayCount): void {
    day.report(this.subject, this.number, this.quantity, this.periodUs > 0)
  }

  protected saveDays(state: StateWriter): void {
    state.i64(this.due)
    state.i64(this.reported)
    const today = this.today
    const yesterday = this.yesterday
    state.u8((today === null ? 0 : 1) | (yesterday === null ? 0 : 2))
    if (today !== null) today.save(state)
    if (yesterday !== null) yesterday.save(state)
  }

  protected loadDays(state: StateReader): void {
    this.due = state.i64()
    this.reported = state.i64()
    const which = state.u8()
    if ((which & 1) != 0) this.today = DayCount.load(state)
    if ((which & 2) != 0) this.yesterday = DayCount.load(state)
  }
}
