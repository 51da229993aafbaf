import { limits } from '../core/limits.ts'
import type { FieldValue } from './gate.ts'

/** One record as it is sent: what a processor found, without what the gate took away. Times are microseconds since 1970. */
export interface UplinkRecord {
  readonly sequence: number
  readonly kind: 'event' | 'aggregate'
  readonly processor: string
  readonly name: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly key: number
  readonly time: number
  /** Exclusive; 0: the event goes on. */
  readonly end: number
  readonly revision: number
  readonly fields: Readonly<Record<string, FieldValue>>
}

const KINDS = ['event', 'aggregate'] as const

/** What a stranger sent as a record; undefined: it is none. */
export function decodeRecord(value: unknown): UplinkRecord | undefined {
  if (!isObject(value) || !isObject(value['subject']) || !isObject(value['fields']))
    return undefined
  const kind = KINDS.find((each) => each === value['kind'])
  const { sequence, processor, name, key, time, end, revision, subject, fields } = value
  if (kind === undefined || !isWord(processor) || !isWord(name)) return undefined
  if (!isWord(subject['kind']) || !isWord(subject['id'])) return undefined
  if (!isWhole(sequence) || !isWhole(key) || !isWhole(time) || !isWhole(end)) return undefined
  if (!isWhole(revision) || sequence < 1) return undefined
  const values = Object.entries(fields)
  if (!values.every(([field, own]) => isWord(field) && isField(own))) return undefined
  return {
    sequence,
    kind,
    processor,
    name,
    subject: { kind: subject['kind'], id: subject['id'] },
    key,
    time,
    end,
    revision,
    fields: Object.fromEntries(values) as UplinkRecord['fields'],
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

export function isCount(value: unknown): value is number {
  return isWhole(value) && value >= 0
}

/** PostgreSQL keeps no text with a NUL in it. */
export function isWord(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= limits.uplinkRecordBytes &&
    !value.includes('\u0000')
  )
}

function isField(value: unknown): value is FieldValue {
  return value === null || Number.isFinite(value) || isWord(value)
}
