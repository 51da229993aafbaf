import { GridError } from '../core/errors.ts'
import {
  FIELD_BYTES,
  FIELD_KIND_AT,
  FIELD_NAME_AT,
  FIELD_VALUE_AT,
  FIELD_WORD,
  KIND_AGGREGATE,
  KIND_DERIVED,
  KIND_EVENT,
  KIND_NAME,
  KIND_REFUSAL,
  NAMES,
  NAME_BYTES,
  RECORD_BYTES,
  RECORD_END_AT,
  RECORD_FIELDS_AT,
  RECORD_KEY_AT,
  RECORD_KIND_AT,
  RECORD_LENGTH_AT,
  RECORD_NAME_AT,
  RECORD_QUALITY_AT,
  RECORD_REVISION_AT,
  RECORD_SEVERITY_AT,
  RECORD_STATE_AT,
  RECORD_SUBJECT_AT,
  RECORD_TIME_AT,
  RECORD_VALUE_AT,
  STATE_END,
  STATE_START,
  STATE_UPDATE,
  TEXT_AT,
  TEXT_LENGTH_AT,
} from '../../kernel/sdk/layout.ts'

export type ResultKind = 'derived' | 'aggregate' | 'event'
export type EventState = 'start' | 'update' | 'end'

/** What a processor has found. Times are microseconds since 1970. */
export interface Result {
  readonly kind: ResultKind
  /** The quantity, or the kind of event. */
  readonly name: string
  readonly subject: number
  /** Tells apart what kind, name, subject and time do not. */
  readonly key: number
  readonly time: number
  /** Exclusive; 0: the event goes on. */
  readonly end: number
  readonly value: number
  readonly quality: number
  readonly revision: number
  /** 0 information, 1 warning, 2 minor, 3 major, 4 critical. */
  readonly severity: number
  readonly state: EventState | undefined
  readonly fields: Readonly<Record<string, number | string>>
}

const KINDS = new Map<number, ResultKind>([
  [KIND_DERIVED, 'derived'],
  [KIND_AGGREGATE, 'aggregate'],
  [KIND_EVENT, 'event'],
])
const STATES = new Map<number, EventState>([
  [STATE_START, 'start'],
  [STATE_UPDATE, 'update'],
  [STATE_END, 'end'],
])

/**
 * Reads the records of one instance, whose names it remembers. A module is a stranger: whatever does not fit is an error and never a read
 * outside of what it was given.
 */
export class OutputDecoder {
  readonly #names: string[] = []
  #refusal = ''

  /** @throws GridError `input` for a record that is none. */
  decode(records: DataView): Result[] {
    const results: Result[] = []
    for (let at = 0; at < records.byteLength;) {
      const left = records.byteLength - at
      if (left < TEXT_AT) throw broken(`ends within a record`)
      const length = records.getUint32(at + RECORD_LENGTH_AT, true)
      if (length < TEXT_AT || length > left || length % 8 !== 0)
        throw broken(`has a record of ${length} bytes`)
      const record = new DataView(records.buffer, records.byteOffset + at, length)
      const kind = record.getUint8(RECORD_KIND_AT)
      if (kind === KIND_NAME) this.#define(record)
      else if (kind === KIND_REFUSAL) this.#refusal = textOf(record)
      else results.push(this.#result(record, KINDS.get(kind)))
      at += length
    }
    return results
  }

  takeRefusal(): string {
    const text = this.#refusal
    this.#refusal = ''
    return text === '' ? 'it does not say why' : text
  }

  #define(record: DataView): void {
    const number = record.getUint32(RECORD_NAME_AT, true)
    if (number !== this.#names.length || number >= NAMES)
      throw broken(`defines name ${number} after ${this.#names.length} others`)
    const text = textOf(record)
    if (!NAME.test(text)) throw broken(`defines the name ${JSON.stringify(text.slice(0, 40))}`)
    this.#names.push(text)
  }

  #result(record: DataView, kind: ResultKind | undefined): Result {
    if (kind === undefined || record.byteLength < RECORD_BYTES)
      throw broken('has a record of no known kind')
    const time = timeAt(record, RECORD_TIME_AT)
    const end = timeAt(record, RECORD_END_AT)
    return {
      kind,
      name: this.#name(record.getUint32(RECORD_NAME_AT, true)),
      subject: record.getUint32(RECORD_SUBJECT_AT, true),
      key: record.getUint32(RECORD_KEY_AT, true),
      time,
      end,
      value: record.getFloat64(RECORD_VALUE_AT, true),
      quality: record.getUint16(RECORD_QUALITY_AT, true),
      revision: record.getUint32(RECORD_REVISION_AT, true),
      severity: Math.min(record.getUint8(RECORD_SEVERITY_AT), CRITICAL),
      state: STATES.get(record.getUint8(RECORD_STATE_AT)),
      fields: this.#fields(record),
    }
  }

  #fields(record: DataView): Record<string, number | string> {
    const count = record.getUint8(RECORD_FIELDS_AT)
    if (record.byteLength !== RECORD_BYTES + count * FIELD_BYTES)
      throw broken(`has ${count} fields in a record of ${record.byteLength} bytes`)
    const fields: Record<string, number | string> = {}
    for (let at = RECORD_BYTES; at < record.byteLength; at += FIELD_BYTES) {
      const name = this.#name(record.getUint32(at + FIELD_NAME_AT, true))
      const isWord = record.getUint32(at + FIELD_KIND_AT, true) === FIELD_WORD
      fields[name] = isWord
        ? this.#name(record.getUint32(at + FIELD_VALUE_AT, true))
        : record.getFloat64(at + FIELD_VALUE_AT, true)
    }
    return fields
  }

  #name(number: number): string {
    const name = this.#names[number]
    if (name === undefined) throw broken(`uses name ${number}, which it has not defined`)
    return name
  }
}

function textOf(record: DataView): string {
  const bytes = record.getUint32(TEXT_LENGTH_AT, true)
  if (bytes > record.byteLength - TEXT_AT || bytes > 8 * NAME_BYTES)
    throw broken(`has a text of ${bytes} bytes`)
  return new TextDecoder().decode(new Uint8Array(record.buffer, record.byteOffset + TEXT_AT, bytes))
}

/** Exact in a double for the next 285 years; what is not is refused. */
function timeAt(record: DataView, at: number): number {
  const time = record.getInt32(at + 4, true) * 2 ** 32 + record.getUint32(at, true)
  if (!Number.isSafeInteger(time)) throw broken('has a time that is out of range')
  return time
}

function broken(text: string): GridError {
  return new GridError('input', `the module's output ${text}`)
}

/** As quantities and topics are written; it may stand in a topic, in a query and in a label. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/
const CRITICAL = 4
