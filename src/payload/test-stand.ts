import { assert } from '../core/assert.ts'
import { allocateSlots, slotsOf } from '../core/batch.ts'
import { Micros } from '../core/time.ts'
import type { Draft, PointNames } from './decoder.ts'

/** What surrounds a decoder, for tests and benches: a draft over real columns, and names for one device. */
export function newDraft(): Draft {
  const [columns] = slotsOf(allocateSlots())
  assert(columns !== undefined, 'there is at least one slot')
  return { columns, base: 0, count: 0, complaint: '' }
}

export interface RecordingNames extends PointNames {
  /** `voltage.a` or `voltage.a V`, at the index that is its point. */
  readonly known: string[]
}

export function newNames(pointsMax = Infinity): RecordingNames {
  const known: string[] = []
  const numbers = new Map<string, number>()
  const number = (quantity: string, unit: string): number => {
    const name = unit === '' ? quantity : `${quantity} ${unit}`
    const point = numbers.get(name)
    if (point !== undefined) return point
    if (known.length >= pointsMax) return -1
    known.push(name)
    numbers.set(name, known.length - 1)
    return known.length - 1
  }
  return { known, number, scale: () => 1 }
}

export interface Row {
  readonly name: string
  readonly time: number
  readonly value: number
  readonly bits: number
}

export function rowsOf({ columns, base, count }: Draft, { known }: RecordingNames): Row[] {
  return Array.from({ length: count }, (_, index) => ({
    name: known[columns.points[base + index] ?? -1] ?? '',
    time: columns.times[base + index] ?? NaN,
    value: columns.values[base + index] ?? NaN,
    bits: columns.qualities[base + index] ?? -1,
  }))
}

/** 2025-11-24T16:00:00Z. */
export const ARRIVAL = Micros(1_764_000_000_000_000)
