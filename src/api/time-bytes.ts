const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const DAY = 1440 * MINUTE
const ZERO = 48
const COLON = 58
const POINT = 46
const Z = 90

/**
 * `formatTime` as bytes, for millions of times in a row. The minute is a text that stays the same for many of them: the date is
 * worked out once a day, the rest are digits.
 */
export class TimeBytes {
  /** `2026-01-31T12:00:`, for times from `minuteStart` on. Another array for another day. */
  minute: Uint8Array = new Uint8Array(0)
  minuteStart: number = Number.NaN
  #dayStart = Number.NaN
  #hour = 0
  #minuteOfHour = 0

  /** False: `minute` is that of this time already. */
  moveTo(time: number): boolean {
    const rest = time - this.minuteStart
    // Also where no minute is known yet: NaN is neither.
    if (rest >= 0 && rest < MINUTE) return false
    this.minuteStart = Math.floor(time / MINUTE) * MINUTE
    const dayStart = Math.floor(time / DAY) * DAY
    if (dayStart !== this.#dayStart) this.#setDay(dayStart)
    const minutes = (this.minuteStart - dayStart) / MINUTE
    this.#hour = (minutes / 60) | 0
    this.#minuteOfHour = minutes - this.#hour * 60
    this.writeMinute(this.minute, this.minute.length)
    return true
  }

  /** Hour and minute once more, so that they end at `end`. */
  writeMinute(out: Uint8Array, end: number): void {
    writeTwo(out, end - 6, this.#hour)
    out[end - 4] = COLON
    writeTwo(out, end - 3, this.#minuteOfHour)
    out[end - 1] = COLON
  }

  /** What follows the minute: seconds, milliseconds, microseconds where there are some. */
  writeRest(out: Uint8Array, at: number, time: number): number {
    const rest = time - this.minuteStart
    const seconds = (rest / SECOND) | 0
    const micros = rest - seconds * SECOND
    const ms = (micros / 1000) | 0
    const fine = micros - ms * 1000
    writeTwo(out, at, seconds)
    out[at + 2] = POINT
    writeThree(out, at + 3, ms)
    at += 6
    if (fine !== 0) {
      writeThree(out, at, fine)
      at += 3
    }
    out[at] = Z
    return at + 1
  }

  #setDay(dayStart: number): void {
    const date = new Date(dayStart / 1000).toISOString().slice(0, -13)
    this.#dayStart = dayStart
    this.minute = new Uint8Array(date.length + 6)
    this.minute.set(Buffer.from(date))
  }
}

function writeTwo(out: Uint8Array, at: number, number: number): void {
  const tens = (number / 10) | 0
  out[at] = ZERO + tens
  out[at + 1] = ZERO + number - tens * 10
}

function writeThree(out: Uint8Array, at: number, number: number): void {
  const hundreds = (number / 100) | 0
  out[at] = ZERO + hundreds
  writeTwo(out, at + 1, number - hundreds * 100)
}
