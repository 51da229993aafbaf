import { limits } from '../core/limits.ts'
import type { Envelope } from './envelope.ts'
import type { Manifest } from './manifest.ts'
import { type Ranges, countOf, has, missing, withRange } from './ranges.ts'
import type { UplinkRecord } from './record.ts'

/** What a receiver knows of one stream of one site in one epoch; kept in the same commit as the records. */
export interface Received {
  readonly ranges: Ranges
  readonly manifest: Manifest
  /** Since the epoch began: records taken, records that came again, and numbers that the gate kept back. */
  readonly records: number
  readonly duplicates: number
  readonly withheld: number
}

export const NOTHING_RECEIVED: Received = {
  ranges: [],
  manifest: { last: 0, pending: 0, lost: 0, oldest: 0 },
  records: 0,
  duplicates: 0,
  withheld: 0,
}

export interface Taken {
  readonly state: Received
  /** To be stored: none of them was there before. */
  readonly fresh: readonly UplinkRecord[]
}

/** An envelope that comes again, or overlaps one that came, adds what is new in it and nothing else. */
export function receive(state: Received, { first, last, body }: Envelope): Taken {
  if (body.kind === 'manifest') return { state: { ...state, manifest: body.manifest }, fresh: [] }
  if (body.kind !== 'records') return { state, fresh: [] }
  const ranges = withRange(state.ranges, [first, last])
  // What would make too many pieces is not taken, and so not acknowledged: it comes again when gaps are filled.
  if (ranges.length > limits.receivedRanges) return { state, fresh: [] }
  const isNew = (number: number): boolean => !has(state.ranges, number)
  const fresh = body.records.filter(({ sequence }) => isNew(sequence))
  const { manifest } = state
  // They were among those that waited when the manifest was written: if there is no other, what is left is what did not come.
  const come = [...fresh.map(({ sequence }) => sequence), ...body.withheld.filter(isNew)]
  const waited = come.filter((number) => number <= manifest.last).length
  return {
    fresh,
    state: {
      ...state,
      manifest: { ...manifest, pending: Math.max(0, manifest.pending - waited) },
      ranges,
      records: state.records + fresh.length,
      duplicates: state.duplicates + body.records.length - fresh.length,
      withheld: state.withheld + body.withheld.filter(isNew).length,
    },
  }
}

/** Numbers that the sender has given and this receiver has not: empty when all is here. */
export function gapsOf({ ranges, manifest: { last } }: Received): {
  readonly numbers: number
  readonly ranges: Ranges
} {
  const gaps = last < 1 ? [] : missing(ranges, [1, last])
  return { numbers: countOf(gaps), ranges: gaps.slice(0, limits.acknowledgedRanges) }
}
