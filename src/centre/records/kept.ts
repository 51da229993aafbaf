import { GridError } from '../../core/errors.ts'

/** The tables that are cut into months. */
export const RECORD_TABLES = ['events', 'aggregates'] as const

export type RecordTable = (typeof RECORD_TABLES)[number]

/** How long the records of each table are kept, in microseconds. */
export type Kept = Readonly<Record<RecordTable, number>>

const DAY_US = 86_400_000_000
const DAYS = { d: 1, m: 31, y: 366 } as const

/** `90d`, `18m` or `3y`, and not a day less than is said. @throws GridError `usage`. */
export function readKept(text: string, name: string): number {
  const [, count, unit] = /^([1-9]\d{0,3})([dmy])$/.exec(text) ?? []
  const days = Number(count) * DAYS[unit as keyof typeof DAYS]
  if (days >= LEAST_DAYS && days <= MOST_DAYS) return days * DAY_US
  throw new GridError('usage', `${name} ${text}: not so long as records can be kept`, {
    hint: 'Write 400d, 18m or 3y: from 31 days to 30 years.',
  })
}

const LEAST_DAYS = 31
const MOST_DAYS = 30 * 366
