/** Microseconds since 1970-01-01T00:00:00Z. An exact integer in a double until the year 2255. */
export type Micros = number & { readonly __brand: 'Micros' }

/** -2^53 .. 2^53: what a double holds exactly. */
export function Micros(value: number): Micros {
  return value as Micros
}

export type Clock = () => Micros

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))$/

/**
 * RFC 3339 with a zone to microseconds; finer digits are cut. A leap second, which this scale does not have, is the second
 * after it. Undefined for anything else.
 */
export function parseTime(text: string): Micros | undefined {
  const match = RFC3339.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', , sign, zoneHour, zoneMinute] =
    match
  const wallMs = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Math.min(Number(second), 59),
  )
  const wall = new Date(wallMs)
  const exists =
    wall.getUTCDate() === Number(day) &&
    wall.getUTCMonth() === Number(month) - 1 &&
    wall.getUTCFullYear() === Number(year)
  if (!exists || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  if (Number(zoneHour ?? 0) > 23 || Number(zoneMinute ?? 0) > 59) return undefined
  const zoneMinutes = sign === undefined ? 0 : Number(zoneHour) * 60 + Number(zoneMinute)
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6))
  const leapMs = Number(second) === 60 ? 1000 : 0
  const offsetMs = (sign === '-' ? -zoneMinutes : zoneMinutes) * 60_000
  return Micros((wallMs + leapMs - offsetMs) * 1000 + micros)
}

/** RFC 3339 in UTC: milliseconds always, microseconds only where there are some. */
export function formatTime(time: Micros): string {
  const ms = Math.floor(time / 1000)
  const text = new Date(ms).toISOString()
  const micros = time - ms * 1000
  return micros === 0 ? text : `${text.slice(0, -1)}${String(micros).padStart(3, '0')}Z`
}

/** A range end given by a person: RFC 3339, epoch milliseconds, or `-15m` / `-2h` / `-7d` before `now`. */
export function parseMoment(text: string, now: Micros): Micros | undefined {
  const ago = /^-(\d{1,6})(s|m|h|d)$/.exec(text)
  if (ago !== null) {
    const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[
      ago[2] as 's' | 'm' | 'h' | 'd'
    ]
    return Micros(now - Number(ago[1]) * unitMs * 1000)
  }
  if (/^\d{1,15}$/.test(text)) return Micros(Number(text) * 1000)
  return parseTime(text)
}
