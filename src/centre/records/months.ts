/** A month as a number that rises by one: years times twelve, and the month from 0 on. */
export type Month = number

/** Times are microseconds since 1970. */
export function monthOf(timeUs: number): Month {
  const date = new Date(timeUs / 1000)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

export function startOf(month: Month): number {
  return Date.UTC(Math.floor(month / 12), month % 12) * 1000
}

/** As it stands in the name of a partition: `2026_11`. */
export function monthName(month: Month): string {
  return `${Math.floor(month / 12)}_${String((month % 12) + 1).padStart(2, '0')}`
}

/** Undefined: this is no name of a partition of a month. */
export function monthIn(name: string): Month | undefined {
  const [, year, month] = /_(\d{4})_(\d\d)$/.exec(name) ?? []
  return year === undefined ? undefined : Number(year) * 12 + Number(month) - 1
}
