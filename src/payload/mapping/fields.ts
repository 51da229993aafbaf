import type { Outcome } from '../decoder.ts'
import { type Json, numberOf, quote } from '../json.ts'
import { append, type Context, refuse } from '../reading.ts'
import { type Pointer, valueAt } from './pointer.ts'
import { stampOf, type TimeField } from './time-field.ts'

/** What a value of a foreign payload is. */
export interface Meaning {
  readonly quantity: string
  /** As the device sends it; empty: the quantity's own. */
  readonly unit: string
  /** Factor to that unit, beside the unit's own: a meter that sends tenths has 0.1. */
  readonly scale: number
}

export interface Field extends Meaning {
  readonly at: Pointer
}

export interface FieldTable {
  readonly time: TimeField | undefined
  readonly fields: readonly Field[]
  /** Whether a message without any of the fields is what the topic also carries, or a mistake that somebody should see. */
  readonly ifNone: 'take' | 'refuse'
}

/** Reads the fields that are there. Of two for one quantity the first counts, so that a table can name alternatives. */
export function readFields(document: Json, table: FieldTable, context: Context): Outcome {
  const { draft, now } = context
  const stamp = stampOf(document, table.time, now)
  if (stamp === undefined) return refuse(draft, NO_TIME)
  const found = new Set<string>()
  for (const { at, quantity, unit, scale } of table.fields) {
    const given = valueAt(document, at)
    if (given === undefined || found.has(quantity)) continue
    const number = numberOf(given)
    if (number === undefined) return refuse(draft, `${quote(at.join('/'))} is not a number`)
    found.add(quantity)
    const value = scaled(number, scale)
    const outcome = append(context, { name: quantity, unit, value, ...stamp })
    if (outcome !== 'ok') return outcome
  }
  return found.size > 0 || table.ifNone === 'take' ? 'ok' : refuse(draft, NOTHING)
}

/** A tenth has no exact double, ten has: 2301 tenths are 230.1. */
export function scaled(value: number, scale: number): number {
  const divisor = Math.round(1 / scale)
  return divisor > 1 && 1 / divisor === scale ? value / divisor : value * scale
}

export const NO_TIME =
  'the time is neither a number, nor RFC 3339, nor local time of a zone that the mapping names'
export const NOTHING = 'nothing of what the mapping names is in it'
