/** What a road hands over; the class comes with the route, from the code. */
export type RecordClass = 'raw' | 'aggregate' | 'event' | 'health' | 'inventory'

export interface Classified {
  readonly class: RecordClass
  /** What it is within its class. */
  readonly kind: string
  /** Undefined: the site. */
  readonly subject?: { readonly kind: string; readonly id: string }
  readonly windowSeconds: number
  /** How many devices went into it. */
  readonly members: number
}

/** A record before it leaves: names of fields say what is in it, values are nobody's business. */
export interface Leaving extends Classified {
  readonly names: readonly string[]
}

export type Cleared =
  /** Only fields of these names. */
  | { readonly kind: 'leaves'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'stays'; readonly reason: string }

/** The way to one who is outside. Never rejects: what cannot be decided stays. */
export interface Passage {
  /** One answer for each, in their order; at most `limits.policyBatchRecords`. */
  clear(records: readonly Leaving[]): Promise<readonly Cleared[]>
}

export type Channel = 'http' | 'prometheus' | 'remote-read'

/** Where the substation ends. */
export interface Border {
  /** Undefined: this address is inside, and gets everything. */
  passage(address: string, channel: Channel): Passage | undefined
}
