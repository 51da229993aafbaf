import { Micros } from '../../core/time.ts'

/** A time zone by its IANA name, for devices that send what their wall clock says. */
export class Zone {
  readonly #format: Intl.DateTimeFormat

  /** @throws RangeError for a name that no zone has; `isZone` asks first. */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  }

  /**
   * `wall` is what the clock shows, read as if it were UTC. An hour that comes twice, when summer time ends, is the one nearer to
   * `now`; one that never comes, when it begins, is read as if summer time had not begun.
   */
  toUtc(wall: Micros, now: Micros): Micros {
    const before = this.#offsetMinutes(wall / 1000 - HALF_DAY_MS)
    const after = this.#offsetMinutes(wall / 1000 + HALF_DAY_MS)
    const candidates = [...new Set([before, after])]
      .map((minutes) => ({ minutes, time: wall - minutes * MINUTE_US }))
      .filter(({ minutes, time }) => this.#offsetMinutes(time / 1000) === minutes)
      .map(({ time }) => time)
      .toSorted((a, b) => Math.abs(a - now) - Math.abs(b - now))
    return Micros(candidates[0] ?? wall - before * MINUTE_US)
  }

  /** East of UTC is positive. */
  #offsetMinutes(ms: number): number {
    const [, sign, hours = '0', minutes = '0'] = OFFSET.exec(this.#format.format(ms)) ?? []
    const total = Number(hours) * 60 + Number(minutes)
    return sign === '-' ? -total : total
  }
}

export function isZone(name: string): boolean {
  try {
    return new Zone(name) instanceof Zone
  } catch {
    return false
  }
}

const OFFSET = /GMT([+-])(\d\d):(\d\d)/
const HALF_DAY_MS = 43_200_000
const MINUTE_US = 60_000_000
