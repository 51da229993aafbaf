/** What the edge answers, as JSON has it: docs/http.md. */
export interface Reading {
  readonly device: string
  readonly quantity: string
  readonly time: string
  readonly value: number | null
  readonly quality: string
}

/** Readings of one point as columns. */
export interface ReadingColumns {
  readonly device: string
  readonly quantity: string
  readonly unit: string
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
  /** Of windows. */
  readonly least?: readonly (number | null)[]
  readonly greatest?: readonly (number | null)[]
  /** From which place on the quality is which. */
  readonly qualities: readonly (readonly [number, string])[]
}

export interface Point {
  readonly device: string
  readonly quantity: string
  readonly unit: string
  readonly modelled: boolean
}

export interface Uplink {
  readonly link: 'down' | 'connecting' | 'up'
  /** Records that the centre has not acknowledged. */
  readonly pending: number
  readonly isStuck: boolean
}

export interface Health {
  readonly status: string
  readonly site: string
  readonly uptimeSeconds: number
  readonly problems: readonly string[]
}

export type Fields = Readonly<Record<string, number | string>>

export interface Alarm {
  readonly id: number
  readonly name: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly key: number
  readonly state: string
  readonly priority: string
  readonly active: boolean
  readonly since: string
  readonly raised: string
  readonly returned: string | null
  readonly value: number | null
  readonly fields: Fields
  readonly occurrences: number
  readonly members: { readonly count: number; readonly active: number } | null
  readonly acknowledged: {
    readonly who: string
    readonly at: string
    readonly comment: string
  } | null
  readonly shelved: { readonly who: string; readonly until: string; readonly reason: string } | null
}

export interface AlarmList {
  readonly alarms: readonly Alarm[]
  readonly counts: Readonly<Record<string, number>>
}

export interface AlarmStep {
  readonly time: string
  readonly alarm: number
  readonly name: string
  readonly subject: string
  readonly what: string
  readonly who: string
  readonly detail: string
}

/** What processors found; a derived reading has `time`, others `start` and `end`. */
export interface Result {
  readonly subject: string
  readonly subjectKind: string
  readonly name: string
  readonly processor: string
  readonly key: number
  readonly time?: string
  readonly start: string
  readonly end: string | null
  readonly state: string | null
  readonly severity: number
  readonly value: number | null
  readonly quality: string
  readonly fields: Fields
}

export interface Account {
  readonly device: string
  readonly received: number
  readonly stored: number
  readonly duplicates: number
  readonly refused: Readonly<Record<string, number>>
  readonly inFlight: number
  readonly thinned: number
}

export interface Ledger {
  readonly devices: readonly Account[]
  readonly totals: Omit<Account, 'device'>
}

/** A payload that was refused. */
export interface Fault {
  readonly number: number
  readonly time: string
  readonly device: string
  readonly reason: string
  readonly complaint: string
  /** The first of them, two hexadecimal digits each. */
  readonly bytes: string
  readonly isCut: boolean
}

export interface Session {
  readonly client: string
  readonly owner: string | null
  readonly connected: boolean
  readonly waiting: number
  readonly dropped: number
}

export interface AuditEntry {
  readonly time: string
  readonly who: string
  readonly device: string
  readonly command: string
  readonly outcome: string
  readonly detail: string
  readonly durationMs: number | null
}
