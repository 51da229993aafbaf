import type { Refusal } from '../core/accounts.ts'
import type { Columns } from '../core/batch.ts'
import type { Micros } from '../core/time.ts'

/**
 * Names a point of the device whose payload is being read. Returns the point's number, or -1: the device may have no more
 * points. Called once per name and device on the fast path (decoders remember), once per reading elsewhere.
 */
export interface PointNames {
  number(quantity: string, unit: string): number
  /**
   * Factor from the unit that a value came with to the one its quantity is kept in (`kW` of `power.active`: 1000). NaN: the
   * unit is not one of that quantity. Asked only where a unit came.
   */
  scale(quantity: string, unit: string): number
}

/**
 * Where a decoder writes: the columns of a batch, from row `base + count` on. Only the caller moves `base`, and only after
 * `ok`: a bad message leaves no trace in the batch, because the next one overwrites its rows.
 */
export interface Draft {
  columns: Columns
  /** Rows of the batch that earlier messages filled. */
  base: number
  /** Rows of this message so far. */
  count: number
  /** What the reader of a refused payload needs to know, e.g. `values.voltage.a is a list`. */
  complaint: string
}

/**
 * `ok`: the draft holds the readings of the message. `full`: the batch has no room for all of them; nothing was taken, the caller
 * offers the same message again with an empty batch. Anything else: the message is refused for that reason.
 */
export type Outcome = 'ok' | 'full' | Refusal

/** Reads one payload of one device: `bytes[start..end)`. `now` is the time of arrival. */
export interface Decoder {
  decode(bytes: Uint8Array, start: number, end: number, now: Micros): Outcome
}
