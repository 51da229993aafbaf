import { type Fields, type Place, type Priority, priorities } from './ports.ts'
import type { Terms } from './terms.ts'

/** What its own signal does: `rising` and `falling` wait for the delays. */
export const conditions = ['off', 'rising', 'on', 'falling'] as const
export type Condition = (typeof conditions)[number]

/** In the words of IEC 62682, table 3; `returned` is "returned to normal, unacknowledged", `suppressed` is "suppressed by design". */
export const states = [
  'unacknowledged',
  'acknowledged',
  'returned',
  'shelved',
  'suppressed',
  'out-of-service',
  'normal',
] as const
export type AlarmState = (typeof states)[number]

export interface Acknowledgement {
  readonly who: string
  readonly at: number
  readonly comment: string
}

export interface Shelf {
  readonly who: string
  readonly at: number
  readonly until: number
  readonly reason: string
}

/** One condition of one subject. Times of events and of the desk are both microseconds since 1970; 0: not yet. */
export interface Alarm {
  readonly id: number
  readonly name: string
  readonly subject: Place
  readonly key: number
  /** What supplies the subject, the nearest first. */
  readonly above: readonly Place[]
  readonly terms: Terms
  condition: Condition
  /** When a delay is over, by the desk's clock. */
  dueAt: number
  /** Of its latest episode; 0: it has none of its own, and stands for its members only. */
  time: number
  end: number
  /** Times of events, from the first to the latest, of what it stands for now. */
  since: number
  latest: number
  severity: number
  value: number
  fields: Fields
  isAcknowledged: boolean
  acknowledgement: Acknowledgement | undefined
  shelf: Shelf | undefined
  raisedAt: number
  returnedAt: number
  occurrences: number
  /** When it rose last, by the desk's clock; no more of them than make it a chattering one. */
  rises: number[]
  /** The alarm that says that this one chatters; 0: it does not. */
  chatter: number
  /** The alarm that this one is a member of; 0: none. */
  parent: number
  /** Rebuilt at a start from the parents. */
  readonly members: Set<number>
  /** Of them those that hold it up. */
  holding: number
}

export function isActive({ condition, holding }: Alarm): boolean {
  return condition === 'on' || condition === 'falling' || holding > 0
}

/** A member that chatters holds its parent up also while its signal is off: or else the parent would chatter in its stead. */
export function holds(alarm: Alarm): boolean {
  return isActive(alarm) || alarm.chatter !== 0
}

/** Nobody has to be told of it any more, so it may make room. */
export function isAtRest(alarm: Alarm): boolean {
  const { condition, isAcknowledged, shelf, parent } = alarm
  return (
    !holds(alarm) && condition === 'off' && isAcknowledged && shelf === undefined && parent === 0
  )
}

export function stateOf(alarm: Alarm): AlarmState {
  const { terms, shelf, parent, chatter, isAcknowledged } = alarm
  if (terms.outOfService !== '') return 'out-of-service'
  if (shelf !== undefined) return 'shelved'
  if (parent !== 0 || chatter !== 0) return 'suppressed'
  if (isActive(alarm)) return isAcknowledged ? 'acknowledged' : 'unacknowledged'
  return isAcknowledged ? 'normal' : 'returned'
}

/** May it become a member, or bring others together? */
export function isOpen(alarm: Alarm): boolean {
  const state = stateOf(alarm)
  return state === 'unacknowledged' || state === 'acknowledged' || state === 'returned'
}

/** EEMUA 191 has three or four of them; information that is an alarm by setting is a low one. */
export function priorityOf({ terms, severity }: Pick<Alarm, 'terms' | 'severity'>): Priority {
  const at = Math.min(Math.max(severity, 1), priorities.length) - 1
  return terms.priority ?? (priorities[at] as Priority)
}

export function rankOf(alarm: Pick<Alarm, 'terms' | 'severity'>): number {
  return priorities.indexOf(priorityOf(alarm))
}
