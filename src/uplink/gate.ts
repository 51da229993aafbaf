/** Of the code path that a record comes by; never what the record says of itself. */
export type RecordClass = 'aggregate' | 'event' | 'quality' | 'health' | 'inventory'

export type FieldValue = number | string | null

/** What asks to leave, as the policy sees it. */
export interface Candidate {
  readonly class: RecordClass
  /** What it is within its class, e.g. `power.active/900`. */
  readonly kind: string
  readonly subject: { readonly kind: string; readonly id: string }
  /** How long it looks at; 0: a moment. */
  readonly windowSeconds: number
  /** How many devices went into it. */
  readonly members: number
  readonly fields: Readonly<Record<string, FieldValue>>
}

export type Verdict =
  /** Only what stands here may be sent. */
  | { readonly kind: 'leaves'; readonly redacted: readonly string[] }
  | { readonly kind: 'stays' }
  /** Nobody could decide. It stays for now, and is asked about again: a fault of the policy loses nothing. */
  | { readonly kind: 'undecided'; readonly reason: string }

/** May these leave for the centre? One verdict for each, in their order. A promise that is rejected decides nothing. */
export interface Gate {
  ask(candidates: readonly Candidate[]): Promise<readonly Verdict[]>
}
