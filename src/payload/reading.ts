import { quality } from '../core/quality.ts'
import type { Micros } from '../core/time.ts'
import { limits } from '../core/limits.ts'
import type { Draft, Outcome, PointNames } from './decoder.ts'

/** What every reader of a parsed payload needs to know; `now` is the time of arrival. */
export interface Context {
  readonly names: PointNames
  readonly draft: Draft
  readonly device: string
  readonly now: Micros
}

export interface Reading {
  readonly name: string
  /** As the device sent it; empty where it sent none. */
  readonly unit: string
  readonly time: Micros
  readonly value: number
  readonly bits: number
}

/** Adds one reading to the draft, under the limits that hold for every payload. */
export function append({ names, draft }: Context, reading: Reading): Outcome {
  const { name, unit, time, value, bits } = reading
  if (name.length === 0 || name.length > limits.quantityBytes || UNPRINTABLE.test(name)) {
    return refuse(draft, `a quantity's name has 1 to ${limits.quantityBytes} printable characters`)
  }
  if (!Number.isSafeInteger(time)) {
    draft.complaint = `the time of ${JSON.stringify(name)} is beyond the years a reading can have (until 2255)`
    return 'badTime'
  }
  const { columns, base, count } = draft
  const row = base + count
  if (row >= columns.points.length) {
    if (base > 0) return 'full'
    draft.complaint = `more than ${columns.points.length} readings in one message`
    return 'tooManyReadings'
  }
  const point = names.number(name, unit)
  if (point < 0) {
    draft.complaint = `"${name}" would be one point more than a device may have`
    return 'tooManyPoints'
  }
  const factor = unit === '' ? 1 : names.scale(name, unit)
  const isForeign = Number.isNaN(factor)
  columns.points[row] = point
  // Adding zero makes 0 of -0: two spellings of one moment must not differ in their bytes.
  columns.times[row] = time + 0
  columns.values[row] = Number.isFinite(value) ? value * (isForeign ? 1 : factor) : NaN
  columns.qualities[row] = validity(isForeign ? bits | FOREIGN : bits, value)
  draft.count = count + 1
  return 'ok'
}

export function refuse(draft: Draft, complaint: string): Outcome {
  draft.complaint = complaint
  return 'unreadable'
}

/** What is no number is invalid, whatever else the device says of it; what is too large for a double also overflowed. */
function validity(bits: number, value: number): number {
  if (Number.isFinite(value)) return bits
  const invalid = (bits & ~quality.questionable) | quality.invalid
  return Number.isNaN(value) ? invalid : invalid | quality.overflow
}

/** A value whose unit cannot be one of its quantity: kept as it came, and marked. */
const FOREIGN = quality.questionable | quality.badReference
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u
