import {
  StateReader,
  StateWriter,
  emitAggregate,
  withField,
  withRevision,
  withValue,
} from '../sdk/index.ts'
import { DAY_US, KEPT_DAYS } from './limits.ts'
import {
  CUSTOMERS_INTERRUPTED,
  CUSTOMER_MINUTES,
  LATE,
  MEMBERS,
  MOMENTARY_INTERRUPTIONS,
  UNCOUNTED,
} from './names.ts'

const MINUTE_US: f64 = 60_000_000

/** What one day has of the numerators of IEEE 1366: sums over customers, not ratios. */
class Day {
  /** Since 1970; -1 for none. */
  number: i64 = -1
  /** Customers times sustained interruptions: of SAIFI. */
  interrupted: f64 = 0
  /** Customers times minutes of sustained interruptions: of SAIDI. */
  minutes: f64 = 0
  /** Customers times momentary interruptions: of MAIFI. */
  momentary: f64 = 0
  revision: u32 = 0
  isChanged: bool = false

  begin(number: i64): void {
    this.number = number
    this.interrupted = 0
    this.minutes = 0
    this.momentary = 0
    this.revision = 0
    this.isChanged = true
  }

  save(state: StateWriter): void {
    state.i64(this.number)
    state.f64(this.interrupted)
    state.f64(this.minutes)
    state.f64(this.momentary)
    state.u32(this.revision)
    state.u8(this.isChanged ? 1 : 0)
  }

  load(state: StateReader): void {
    this.number = state.i64()
    this.interrupted = state.f64()
    this.minutes = state.f64()
    this.momentary = state.f64()
    this.revision = state.u32()
    this.isChanged = state.u8() != 0
  }
}

/** The days of a feeder, or of the site. An interruption counts on the day it began, however long it lasts. */
export class Days {
  /** Customers that are served, interrupted or not. */
  served: f64 = 0
  /** Readings that came too late to be used, of the whole site. */
  late: f64 = 0
  /** By the clock of the edge; before it is known, no day is still to come. */
  today: i64 = i64.MAX_VALUE - 1
  /** Interruptions that began on a day that is no longer kept. */
  private uncounted: f64 = 0
  private isChanged: bool = false
  private readonly days: StaticArray<Day> = new StaticArray<Day>(KEPT_DAYS)

  constructor(private readonly subject: u32) {
    for (let index = 0; index < KEPT_DAYS; index++) this.days[index] = new Day()
  }

  /** A day is over. One without interruptions is reported, too: zero is a number. */
  close(timeUs: i64): void {
    const day = this.dayOf(timeUs)
    if (day == null) return
    day.isChanged = true
    this.isChanged = true
  }

  /** One interruption of that many customers. */
  count(startUs: i64, durationUs: i64, customers: f64, isSustained: bool): void {
    const day = this.dayOf(startUs)
    this.isChanged = true
    if (day == null) {
      this.uncounted++
      return
    }
    day.isChanged = true
    if (isSustained) {
      day.interrupted += customers
      day.minutes += (customers * <f64>durationUs) / MINUTE_US
    } else day.momentary += customers
  }

  /** Puts out the days that have changed since the last time, oldest first. */
  report(): void {
    if (!this.isChanged) return
    this.isChanged = false
    let newest: i64 = -1
    for (let index = 0; index < KEPT_DAYS; index++) {
      if (this.days[index].number > newest) newest = this.days[index].number
    }
    for (let number = newest - KEPT_DAYS + 1; number <= newest; number++) {
      if (number < 0) continue
      const day = this.days[<i32>(number % KEPT_DAYS)]
      if (day.number == number && day.isChanged) this.put(day)
    }
  }

  private dayOf(timeUs: i64): Day | null {
    const number = timeUs < 0 ? 0 : timeUs / DAY_US
    const day = this.days[<i32>(number % KEPT_DAYS)]
    // A day that is still to come was begun by a wrong clock, and gives way.
    const isToCome = day.number > this.today + 1 && number <= this.today + 1
    if (day.number > number && !isToCome) return null
    if (day.number != number) {
      if (day.isChanged) this.put(day)
      day.begin(number)
      this.isChanged = true
    }
    return day
  }

  private put(day: Day): void {
    this.begin(CUSTOMERS_INTERRUPTED, day, day.interrupted)
    withField(LATE, this.late)
    withField(UNCOUNTED, this.uncounted)
    this.begin(CUSTOMER_MINUTES, day, day.minutes)
    this.begin(MOMENTARY_INTERRUPTIONS, day, day.momentary)
    day.isChanged = false
    day.revision++
  }

  private begin(quantity: u32, day: Day, value: f64): void {
    const start = day.number * DAY_US
    emitAggregate(quantity, this.subject, start, start + DAY_US)
    withValue(value)
    withRevision(day.revision)
    withField(MEMBERS, this.served)
  }

  save(state: StateWriter): void {
    state.f64(this.late)
    state.f64(this.uncounted)
    state.u8(this.isChanged ? 1 : 0)
    for (let index = 0; index < KEPT_DAYS; index++) this.days[index].save(state)
  }

  load(state: StateReader): void {
    this.late = state.f64()
    this.uncounted = state.f64()
    this.isChanged = state.u8() != 0
    for (let index = 0; index < KEPT_DAYS; index++) this.days[index].load(state)
  }
}
