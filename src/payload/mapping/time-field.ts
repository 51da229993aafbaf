import { quality } from '../../core/quality.ts'
import { Micros, parseTime } from '../../core/time.ts'
import { type Json, numberOf } from '../json.ts'
import { type Pointer, valueAt } from './pointer.ts'
import type { Zone } from './zone.ts'

/** Where a payload says when, and how. */
export interface TimeField {
  readonly at: Pointer
  /** Of a number; text is RFC 3339, or local time without a zone. */
  readonly unit: 's' | 'ms'
  /** Of text without a zone; undefined: such text is no time. */
  readonly zone: Zone | undefined
}

export interface Stamp {
  readonly time: Micros
  /** Good, or the time of arrival. */
  readonly bits: number
}

/** Without a time the moment of arrival stands in for it. Undefined: what is there is no time. */
export function stampOf(
  document: Json,
  field: TimeField | undefined,
  now: Micros,
): Stamp | undefined {
  const given = field === undefined ? undefined : valueAt(document, field.at)
  if (field === undefined || given === undefined || given === null)
    return { time: now, bits: quality.timeOfArrival }
  const time = readTime(given, field, now)
  return time === undefined ? undefined : { time, bits: quality.good }
}

function readTime(given: Json, { unit, zone }: TimeField, now: Micros): Micros | undefined {
  if (typeof given !== 'number' && typeof given !== 'string') return undefined
  const number = numberOf(given)
  if (number !== undefined) return Micros(Math.round(number * (unit === 's' ? 1e6 : 1000)))
  const text = String(given)
  const time = parseTime(text)
  if (time !== undefined || zone === undefined) return time
  const wall = WITHOUT_ZONE.test(text) ? parseTime(`${text}Z`) : undefined
  return wall === undefined ? undefined : zone.toUtc(wall, now)
}

const WITHOUT_ZONE = /[\d]$/
