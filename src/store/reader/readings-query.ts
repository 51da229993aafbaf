import type { Columns } from '../../core/batch.ts'
import type { Windows } from '../../core/aggregates.ts'
import type { Micros } from '../../core/time.ts'

export interface ReadingsQuery {
  /** Undefined: every device. */
  readonly device: string | undefined
  readonly quantity: string | undefined
  /** Inclusive. */
  readonly from: Micros
  /** Exclusive. */
  readonly to: Micros
  /** Readings of bad quality are left out. */
  readonly goodOnly?: boolean
  /** One value for each window that has readings, in their stead. */
  readonly windows?: Windows | undefined
}

/**
 * Columns of equal length in order of time, then point; they belong to whoever gets them. The four are views on one
 * buffer, so that they can be moved to another thread together.
 */
export interface ReadingsChunk extends Columns {
  readonly times: Float64Array<ArrayBuffer>
  /** Journal rows left out since the chunk before because the disk returned other bytes than were written. */
  readonly damagedRows: number
}

export interface StoredPoint {
  readonly point: number
  readonly device: string
  readonly quantity: string
  readonly unit: string
}

/** An empty chunk of `count` rows, to be filled. */
export function allocateChunk(count: number, damagedRows: number): ReadingsChunk {
  const memory = new ArrayBuffer(count * 22)
  return {
    times: new Float64Array(memory, 0, count),
    values: new Float64Array(memory, count * 8, count),
    points: new Uint32Array(memory, count * 16, count),
    qualities: new Uint16Array(memory, count * 20, count),
    damagedRows,
  }
}
