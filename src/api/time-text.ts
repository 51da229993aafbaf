const DAY = 86_400_000_000
const TWO = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))
const THREE = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'))

/** `formatTime` for millions of times in a row: the date is worked out once a day, the rest comes from tables. */
export class TimeText {
  #dayStart = Number.NaN
  #date = ''

  format(time: number): string {
    let rest = time - this.#dayStart
    // Also where no day is known yet: NaN is neither.
    if (!(rest >= 0 && rest < DAY)) {
      this.#dayStart = Math.floor(time / DAY) * DAY
      this.#date = new Date(this.#dayStart / 1000).toISOString().slice(0, -13)
      rest = time - this.#dayStart
    }
    const ms = Math.floor(rest / 1000)
    const seconds = Math.floor(ms / 1000)
    const minutes = Math.floor(seconds / 60)
    const micros = rest - ms * 1000
    return `${this.#date}${TWO[Math.floor(minutes / 60)]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}.${
      THREE[ms % 1000]
    }${micros === 0 ? '' : THREE[micros]}Z`
  }
}
