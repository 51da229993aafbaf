import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { Micros, formatTime, parseMoment } from '../core/time.ts'

export interface TimeRange {
  /** Inclusive. */
  readonly from: Micros
  /** Exclusive. */
  readonly to: Micros
}

export interface RangeWords {
  readonly from: string | undefined
  readonly to: string | undefined
  /** What stands before `from` and `to` where the caller writes them: `--` on a command line. */
  readonly prefix: string
}

const DEFAULT_LENGTH = 3600 * 1_000_000

/** Without `to`, as far as a device's clock may run ahead of ours: what was published just now is in it. Without `from`, an hour. */
export function readRange({ from, to, prefix }: RangeWords, now: Micros): TimeRange {
  const end =
    to === undefined ? Micros(now + limits.clockAheadMs * 1000) : readMoment(to, `${prefix}to`, now)
  const start =
    from === undefined ? Micros(end - DEFAULT_LENGTH) : readMoment(from, `${prefix}from`, now)
  if (start < end) return { from: start, to: end }
  throw new GridError(
    'usage',
    `${prefix}from ${formatTime(start)} is not before ${prefix}to ${formatTime(end)}`,
  )
}

/** @throws GridError `usage`. */
export function readMoment(text: string, name: string, now: Micros): Micros {
  // A plus sign that was not escaped in a URL arrives as a space.
  const moment = parseMoment(text.replace(/ (?=\d\d:\d\d$)/, '+'), now)
  if (moment !== undefined) return moment
  throw new GridError('usage', `${name} ${text}: not a time`, {
    hint: `Write 2026-01-31T12:00:00Z, epoch milliseconds, or -15m, -2h, -7d for so long ago.`,
  })
}
