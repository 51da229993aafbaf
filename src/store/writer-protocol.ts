import type { AuditEntry } from './audit.ts'
import type { ClockStep } from './clock-steps.ts'
import type { Evidence } from './journal.ts'
import type { Definitions } from './names.ts'

/** What the writer thread is started with. */
export interface WriterSettings {
  readonly directory: string
  readonly slots: SharedArrayBuffer
  readonly accounts: Float64Array<SharedArrayBuffer>
  readonly gauges: Float64Array<SharedArrayBuffer>
  /** See `latest.ts`. */
  readonly latest: SharedArrayBuffer
}

/** Posted before the slot that it belongs to is marked as filled. */
export interface Accompaniment {
  readonly definitions: Definitions | undefined
  readonly evidence: readonly Evidence[]
  /** See `kept.ts`. */
  readonly kept: Uint8Array<ArrayBuffer> | undefined
  readonly audit: readonly AuditEntry[]
  readonly clockSteps?: readonly ClockStep[]
}

/** What of a slot belongs into `counts[2]`. */
export const HAS_ACCOMPANIMENT = 1
/** Whoever fills the slots knows that the disk is full, and asks whether it still is. */
export const IS_PROBE = 2

/** A batch that the disk had no room for: what is not the readings themselves goes along with a later one. */
export interface RefusedBatch {
  readonly serial: number
  /** Triples (device, account kind, readings): nobody has counted them yet. */
  readonly notes: Uint32Array<ArrayBuffer>
  readonly accompaniment: Accompaniment | undefined
}

/** A number is the serial of the slot that has just become durable; everything before it is durable, too. */
export type WriterMessage =
  | number
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly text: string }
  | ({ readonly kind: 'full' } & RefusedBatch)
  | { readonly kind: 'failed'; readonly code: string; readonly text: string; readonly hint: string }
