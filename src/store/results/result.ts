/** What a processor found, as it is stored. Times are microseconds since 1970. */
export interface StoredResult {
  readonly kind: 'derived' | 'aggregate' | 'event'
  /** The quantity, or the kind of event. */
  readonly name: string
  readonly subject: number
  readonly key: number
  readonly time: number
  /** Exclusive; 0: the event goes on. */
  readonly end: number
  readonly value: number
  readonly quality: number
  readonly revision: number
  readonly severity: number
  readonly state: 'start' | 'update' | 'end' | undefined
  readonly fields: Readonly<Record<string, number | string>>
}

/** A place in the journal: everything up to this row and this tick has been taken in. */
export interface Place {
  readonly journal: number
  readonly tick: number
}

export interface ProcessorRecord extends Place {
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly snapshot: SavedState | undefined
  /** Why it does not run; undefined: it does. */
  readonly fault: string | undefined
}

/** A processor's state at a place. It knows the points numbered below `points`. */
export interface SavedState extends Place {
  readonly points: number
  readonly bytes: Uint8Array
}

/** A tick came after this row of the journal. */
export interface Tick {
  readonly time: number
  readonly journal: number
}

export interface StoredSubject {
  readonly number: number
  readonly kind: string
  readonly id: string
}
