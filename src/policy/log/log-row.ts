import { createHash } from 'node:crypto'
import type { Decision } from '../decision.ts'

/** What was decided, of which question, by which policy. A note of the log itself has no question: its `reason` is what it says. */
export interface Decided extends Decision {
  readonly revision: string
  readonly question: string
}

export interface LogRow extends Decided {
  readonly number: number
  /** Microseconds; of the first and of the last of these decisions. */
  readonly first: number
  readonly last: number
  /** How many records it was decided of. */
  readonly records: number
}

/** Before the first row of all. */
export const NO_HASH = '0'.repeat(64)

/** SHA-256, in hexadecimal, of the row and of the hash before it, as a line of JSON. */
export function rowHash(previous: string, row: LogRow): string {
  const { number, first, last, records, revision, question, allow, reason, redact } = row
  const counted = [number, previous, first, last, records]
  return sha256Hex(JSON.stringify([...counted, revision, question, allow, reason, redact]))
}

/** Equal for equal decisions. */
export function decidedDigest({ revision, question, allow, reason, redact }: Decided): string {
  return sha256Hex(JSON.stringify([revision, question, allow, reason, redact]))
}

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A note has nothing to decide. */
export function note(text: string): Decided {
  return { revision: '', question: '', allow: false, reason: text, redact: [] }
}

export const notes = {
  opened: 'the log was opened',
  /** Without it before the next `opened` the process was killed, and repeats of one interval at most are not counted. */
  closed: 'the log was closed',
} as const

export function isNote({ question }: Decided): boolean {
  return question === ''
}
