import { limits } from './limits.ts'

/** Columns of readings, all of one length. `times` are microseconds since 1970 (exact integers in a double). */
export interface Columns {
  readonly points: Uint32Array
  readonly times: Float64Array
  readonly values: Float64Array
  readonly qualities: Uint16Array
}

/**
 * A slot: the columns of one batch in memory that two threads share. One thread fills it, the other commits it; who may touch it
 * is said by its word in `slotStates`.
 *
 *     times f64[N] | values f64[N] | points u32[N] | notes u32[3M] | qualities u16[N] | counts i32[3]
 */
export interface Slot extends Columns {
  /** Triples (device, account kind, readings) for what was received but is not in the columns. */
  readonly notes: Uint32Array
  /** [readings, notes, 1 where a message accompanies the slot], written before it changes hands. */
  readonly counts: Int32Array
}

const N = limits.slotReadings
const M = limits.slotNotes
const COUNTS = 3
/** Keeps the doubles of the next slot aligned. */
const PADDING = 4
const SLOT_BYTES = N * (8 + 8 + 4 + 2) + M * 12 + COUNTS * 4 + PADDING

/** The words at the front of the memory, one a slot. Slots are filled and committed in turn. */
export const slotState = { free: 0, filled: 1, stop: 2 } as const
const STATE_BYTES = 64

export function allocateSlots(): SharedArrayBuffer {
  return new SharedArrayBuffer(STATE_BYTES + limits.slots * SLOT_BYTES)
}

export function slotStates(memory: SharedArrayBuffer): Int32Array<SharedArrayBuffer> {
  return new Int32Array(memory, 0, limits.slots)
}

export function slotsOf(memory: SharedArrayBuffer): readonly Slot[] {
  return Array.from({ length: limits.slots }, (_, index) => {
    let offset = STATE_BYTES + index * SLOT_BYTES
    const next = (bytes: number): number => {
      const start = offset
      offset += bytes
      return start
    }
    return {
      times: new Float64Array(memory, next(N * 8), N),
      values: new Float64Array(memory, next(N * 8), N),
      points: new Uint32Array(memory, next(N * 4), N),
      notes: new Uint32Array(memory, next(M * 12), M * 3),
      qualities: new Uint16Array(memory, next(N * 2), N),
      counts: new Int32Array(memory, next(COUNTS * 4 + PADDING), COUNTS),
    }
  })
}
