import type { Classified } from './border.ts'
import type { Aliases } from './flat-names.ts'

/** `name` of a result is what kind it is of; nobody is called that. */
export const RESULT_ALIASES: Aliases = { name: 'kind' }

/**
 * What an event has measured is a reading as often as not: the voltage to which a dip went. The rules say of events that they leave, and of readings that they
 * do not, so these ask for themselves.
 */
export function isReading(name: string): boolean {
  return name === 'value' || name.startsWith('fields.')
}

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
