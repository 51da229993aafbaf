import { createHash } from 'node:crypto'
import { limits } from '../core/limits.ts'
import { isCount, isObject } from './record.ts'

/** Of a record what no policy takes out and no time changes. */
export interface Stamp {
  readonly sequence: number
  readonly time: number
  readonly end: number
  readonly revision: number
}

/** What one side has of an hour, by the times of the records. Hours are counted since 1970. */
export interface HourDigest {
  readonly hour: number
  readonly count: number
  /** A sum, so that a database adds it up in any order; see `stampDigest`. */
  readonly digest: number
}

/** How the question of a centre went, when everything that it lacks has been sent. */
export interface HoursAnswer {
  /** Hours that were compared, and those among them that were left for another time: something of them is on its way. */
  readonly compared: number
  readonly open: number
  /** Hours that differed, and how many records were sent for each: all that may leave. */
  readonly differing: readonly (readonly [hour: number, records: number])[]
}

export const HOUR_US = 3_600_000_000

/** The first 32 bits of the MD5 of `sequence:time:end:revision`: any PostgreSQL computes it, and nobody gains by forging it. */
export function stampDigest({ sequence, time, end, revision }: Stamp): number {
  const hash = createHash('md5').update(`${sequence}:${time}:${end}:${revision}`).digest()
  return hash.readUInt32BE(0)
}

export function digestOf(stamps: readonly Stamp[]): Omit<HourDigest, 'hour'> {
  const digest = stamps.reduce((sum, stamp) => sum + stampDigest(stamp), 0)
  return { count: stamps.length, digest }
}

export function isAlike(one: Omit<HourDigest, 'hour'>, other: Omit<HourDigest, 'hour'>): boolean {
  return one.count === other.count && one.digest === other.digest
}

/** What a stranger sent as hours: undefined, they are none. */
export function decodeHours(value: unknown): readonly HourDigest[] | undefined {
  if (!Array.isArray(value) || value.length > limits.reconciledHours) return undefined
  const hours: HourDigest[] = []
  for (const each of value as readonly unknown[]) {
    if (!Array.isArray(each) || each.length !== 3 || !each.every(isCount)) return undefined
    const [hour = 0, count = 0, digest = 0] = each as readonly number[]
    hours.push({ hour, count, digest })
  }
  return hours
}

export function decodeAnswer(value: unknown): HoursAnswer | undefined {
  if (!isObject(value)) return undefined
  const { compared, open, differing } = value
  if (!isCount(compared) || !isCount(open) || !Array.isArray(differing)) return undefined
  if (differing.length > limits.reconciledHours) return undefined
  const pairs = differing.every(
    (each) => Array.isArray(each) && each.length === 2 && each.every(isCount),
  )
  return pairs ? { compared, open, differing: differing as HoursAnswer['differing'] } : undefined
}
