import { assert } from '../core/assert.ts'

export type RecordClass =
  | 'raw'
  | 'waveform'
  | 'aggregate'
  | 'event'
  | 'quality'
  | 'health'
  | 'inventory'

/** Whose a record is. Of a customer the policy and the log see that it is one, not which. */
export interface Subject {
  readonly kind: 'site' | 'feeder' | 'transformer' | 'device' | 'customer'
  readonly id: string
}

/** Flat, so that no identifier hides within a value: the policy sees names of fields only. */
export type FieldValue = string | number | boolean | null | readonly number[] | Float64Array

export type Fields = Readonly<Record<string, FieldValue>>

export interface RecordContent {
  /** What it is within its class, e.g. `power.active/900`, `voltage-dip`. */
  readonly kind: string
  readonly subject: Subject
  /** How long it looks at; 0: a moment. */
  readonly windowSeconds: number
  /** How many customers or devices went into it. */
  readonly members: number
  readonly fields: Fields
}

/**
 * What asks to leave. The class is nobody's argument: each road on which data comes about calls the maker of its own class, and there is
 * no other way to have one of these. `ExportRecord.isOne` looks for what no other object can have, whatever its type claims.
 */
export class ExportRecord {
  readonly subject: Subject
  readonly fields: Fields
  readonly #shape: string

  /** Single readings, and whatever can be turned back into them. */
  static raw(content: RecordContent): ExportRecord {
    return new ExportRecord('raw', content)
  }

  static waveform(content: RecordContent): ExportRecord {
    return new ExportRecord('waveform', content)
  }

  /** A value over a window and over members. */
  static aggregate(content: RecordContent): ExportRecord {
    return new ExportRecord('aggregate', content)
  }

  /** What a processor noticed. */
  static event(content: RecordContent): ExportRecord {
    return new ExportRecord('event', content)
  }

  /** Statistics of power quality. */
  static quality(content: RecordContent): ExportRecord {
    return new ExportRecord('quality', content)
  }

  /** How the edge itself is. */
  static health(content: RecordContent): ExportRecord {
    return new ExportRecord('health', content)
  }

  /** What there is in the substation. */
  static inventory(content: RecordContent): ExportRecord {
    return new ExportRecord('inventory', content)
  }

  static isOne(value: unknown): value is ExportRecord {
    return typeof value === 'object' && value !== null && #shape in value
  }

  private constructor(recordClass: RecordClass, content: RecordContent) {
    const { kind, subject, windowSeconds: window, members, fields } = content
    const id = subject.kind === 'customer' ? '' : subject.id
    for (const name in fields) assert(isFlat(fields[name]), 'a field holds no fields of its own')
    const names = Object.keys(fields).sort()
    this.subject = subject
    this.fields = fields
    this.#shape = JSON.stringify({
      class: recordClass,
      kind,
      subject: { kind: subject.kind, id },
      window,
      members,
      fields: names,
    })
  }

  /** The `record` of the policy's input, as JSON: all that policy and log ever see. Equal shapes are decided alike. */
  get shape(): string {
    return this.#shape
  }
}

function isFlat(value: FieldValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined
  if (value instanceof Float64Array) return true
  return Array.isArray(value) && value.every((each) => typeof each === 'number')
}
