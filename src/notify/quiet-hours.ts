import { type Priority, type QuietHours, priorities } from './ports.ts'

/** The time of day at a site, in minutes; daylight saving is the business of the zone. */
export class LocalTime {
  readonly #format: Intl.DateTimeFormat

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
  }

  minuteOf(nowMs: number): number {
    const [hour = '0', minute = '0'] = this.#format.format(nowMs).split(':')
    return Number(hour) * 60 + Number(minute)
  }
}

export function isQuiet(hours: QuietHours | undefined, minute: number): boolean {
  if (hours === undefined) return false
  const { from, to } = hours
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}

export function isUrgent(hours: QuietHours, priority: Priority): boolean {
  return priorities.indexOf(priority) >= priorities.indexOf(hours.urgentFrom)
}
