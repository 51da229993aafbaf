import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'

/** How an edge is and what it runs. What the policy keeps at the site is absent. */
export interface SiteReport {
  /** Of the program. */
  readonly version: string
  /** Of the site file as it was read, SHA-256. */
  readonly siteFile: string
  /** Rules of the egress gate: `shipped`, `server`, or the SHA-256 of the bundle. */
  readonly policy: string
  readonly processors: readonly ReportedProcessor[]
  readonly set: ReportedSet
  /** Sentences of `/healthz`, as many as there is room for, and how many there are. */
  readonly problems: readonly string[]
  readonly problemsTotal: number
  /** Open ones, by priority. */
  readonly alarms: Readonly<Record<string, number>>
  readonly uplink: ReportedUplink
  /** From a reading that is the first of its batch to its acknowledgement; 0: there was none. */
  readonly acknowledgementP99Seconds: number
  /** Since the start. */
  readonly readings: number
  readonly storage: ReportedStorage
  /** How often the clock was set since the start. How far it is off the centre sees by when a report comes: that is soon after each step. */
  readonly clock: { readonly steps: number; readonly time: string }
  /** When the certificate ends with which the site comes, RFC 3339; null: it has none. */
  readonly certificateEnds: string | null
  readonly startedAt: string
}

export interface ReportedProcessor {
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly state: 'running' | 'stopped'
  /** Why it is stopped, or a version that was given is not taken; empty: neither. */
  readonly fault: string
}

/** Of the site file, policy and processors that a centre has asked for. */
export interface ReportedSet {
  /** `none`: it runs what somebody put there by hand, as it always has. */
  readonly state: 'none' | 'fetching' | 'watching' | 'good' | 'failed' | 'rolled-back'
  /** Of the set that this is about; empty: none. */
  readonly digest: string
  readonly revision: number
  /** Why it failed or was rolled back. */
  readonly reason: string
  /** What is other than the set has it, for somebody changed it on the spot. */
  readonly drift: readonly string[]
}

export interface ReportedUplink {
  readonly pending: number
  /** Of the oldest record that waits, RFC 3339; null: none does. */
  readonly oldest: string | null
  readonly isStuck: boolean
}

export interface ReportedStorage {
  readonly usedBytes: number
  readonly freeBytes: number
  readonly budgetBytes: number
}

/** One JSON object. Longer texts and lists are cut before this is called; `undefined` where it is too large nevertheless. */
export function encodeReport(report: Partial<SiteReport>): Uint8Array | undefined {
  const bytes = Buffer.from(JSON.stringify({ format: 1, ...report }))
  return bytes.length <= limits.reportBytes ? bytes : undefined
}

/** @throws GridError `input` for what is no report. Later versions may say more. */
export function decodeReport(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  if (bytes.length > limits.reportBytes)
    throw new GridError('input', `a report of ${bytes.length} bytes`)
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    if (isFields(value) && value['format'] === 1) return value
  } catch (cause) {
    throw new GridError('input', 'a report is no JSON', { cause })
  }
  throw new GridError('input', 'a report of a format that is not known here')
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
