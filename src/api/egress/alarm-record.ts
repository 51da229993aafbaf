import type { Classified } from './border.ts'
import type { Aliases } from './flat-names.ts'

/** Who did something, and what people write, is called what it is. */
export const ALARM_ALIASES: Aliases = {
  name: 'kind',
  'acknowledged.who': 'acknowledged.user',
  'shelved.who': 'shelved.user',
  'shelved.reason': 'shelved.free_text',
  outOfService: 'outOfService.free_text',
}

/** `detail` of a step has the comments of people. */
export const STEP_ALIASES: Aliases = { name: 'kind', who: 'user', detail: 'detail.free_text' }

/** An alarm is an event with what has become of it. */
export function classifyAlarm(alarm: object): Classified {
  const name = 'name' in alarm && typeof alarm.name === 'string' ? alarm.name : ''
  const subject = 'subject' in alarm ? placeOf(alarm.subject) : undefined
  const about = subject === undefined ? {} : { subject }
  return { class: 'event', kind: name, ...about, windowSeconds: 0, members: 1 }
}

function placeOf(value: unknown): Classified['subject'] {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('kind' in value) || !('id' in value)) return undefined
  const { kind, id } = value
  return typeof kind === 'string' && typeof id === 'string' ? { kind, id } : undefined
}
