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
  /** Of windows that are asked for with their extremes; NaN where a window has no number. */
  readonly extremes?: Extremes | undefined
  /** Journal rows left out since the chunk before because the disk returned other bytes than were written. */
  readonly damagedRows: number
}

export interface Extremes {
  readonly least: Float64Array<ArrayBuffer>
  readonly greatest: Float64Array<ArrayBuffer>
}

export interface StoredPoint {
  readonly point: number
  readonly device: string
  readonly quantity: string
  readonly unit: string
}

/** An empty chunk of `count` rows, to be filled. */
export function allocateChunk(count: number, damagedRows: number): ReadingsChunk {
  return chunkIn(new ArrayBuffer(count * READING_BYTES), count, damagedRows)
}

/** As `allocateChunk`, with room for the extremes of windows, on the same buffer. */
export function allocateWindows(count: number): ReadingsChunk & { readonly extremes: Extremes } {
  const columnBytes = count * 8
  const memory = new ArrayBuffer(2 * columnBytes + count * READING_BYTES)
  const extremes = {
    least: new Float64Array(memory, 0, count),
    greatest: new Float64Array(memory, columnBytes, count),
  }
  return { ...chunkIn(memory, count, 0, 2 * columnBytes), extremes }
}

const READING_BYTES = 22

function chunkIn(memory: ArrayBuffer, count: number, damagedRows: number, at = 0): ReadingsChunk {
  return {
    times: new Float64Array(memory, at, count),
    values: new Float64Array(memory, at + count * 8, count),
    points: new Uint32Array(memory, at + count * 16, count),
    qualities: new Uint16Array(memory, at + count * 20, count),
    damagedRows,
  }
}
