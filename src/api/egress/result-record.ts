import { isMeasuredField } from '../../core/measured-field.ts'
import type { Classified } from './border.ts'
import type { Aliases } from './flat-names.ts'

/** `name` of a result is what kind it is of; nobody is called that. */
export const RESULT_ALIASES: Aliases = { name: 'kind' }

/** Which names of an event, or of the alarm that it became, are readings: these ask to leave for themselves, as what they are. */
export function readingsIn(
  subjectKind: string | undefined,
  record: object,
): (name: string) => boolean {
  const { value, fields }: Readonly<Record<string, unknown>> = { ...record }
  const values: Readonly<Record<string, unknown>> = typeof fields === 'object' ? { ...fields } : {}
  return (name) => {
    if (name === 'value') return isMeasuredField(subjectKind, name, value)
    if (!name.startsWith(FIELDS)) return false
    const field = name.slice(FIELDS.length)
    return isMeasuredField(subjectKind, field, values[field])
  }
}

const FIELDS = 'fields.'

/** An event or an aggregate of a processor, from what is stored of it. */
export interface StoredResult {
  readonly kind: 'event' | 'aggregate'
  readonly name: string
  readonly subject: { readonly kind: string; readonly id: string }
  /** From begin to end. */
  readonly windowSeconds: number
  readonly fields: Readonly<Record<string, unknown>>
}

export function classifyResult({
  kind,
  name,
  subject,
  windowSeconds,
  fields,
}: StoredResult): Classified {
  if (kind === 'event') return { class: 'event', kind: name, subject, windowSeconds: 0, members: 1 }
  const { members } = fields
  // What is of one device is of one, whatever the module that made it writes into its fields.
  const isOfMany = subject.kind !== 'device' && typeof members === 'number'
  return {
    class: 'aggregate',
    kind: `${name}/${windowSeconds}`,
    subject,
    windowSeconds,
    members: isOfMany ? members : 1,
  }
}
