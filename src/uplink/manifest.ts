import { isCount, isObject } from './record.ts'

/** What a sender says of a stream, so that a receiver knows what it does not have. */
export interface Manifest {
  /** The last number that was given. */
  readonly last: number
  /** Records, as counted by the sender: waiting, and those that had to make room before they were acknowledged. */
  readonly pending: number
  readonly lost: number
  /** Of the oldest that waits, microseconds since 1970; 0: none does. */
  readonly oldest: number
}

export function decodeManifest(value: unknown): Manifest | undefined {
  if (!isObject(value)) return undefined
  const { last, pending, lost, oldest } = value
  if (!isCount(last) || !isCount(pending) || !isCount(lost) || !isCount(oldest)) return undefined
  return { last, pending, lost, oldest }
}
