import { limits } from '../core/limits.ts'
import { Micros, formatTime } from '../core/time.ts'
import { type Alarm, type AlarmState, isActive, priorityOf, stateOf } from './alarm.ts'
import type { AlarmBook } from './book.ts'
import type { Fields, Place, Priority } from './ports.ts'

/** An alarm as people and programs see it, over HTTP and MQTT alike. Times are RFC 3339. */
export interface AlarmInfo {
  readonly id: number
  readonly name: string
  readonly subject: Place
  readonly key: number
  readonly state: AlarmState
  readonly priority: Priority
  readonly severity: number
  /** Whether the condition is there, whatever people have done about it. */
  readonly active: boolean
  /** When it began, by the devices; null: it is not raised. */
  readonly since: string | null
  readonly raised: string | null
  readonly returned: string | null
  readonly value: number | null
  readonly fields: Fields
  readonly occurrences: number
  readonly members: MembersInfo | null
  /** The alarm that this one is a member of, or the one that says that it chatters. */
  readonly suppressedBy: number | null
  readonly acknowledged: { who: string; at: string; comment: string } | null
  readonly shelved: { who: string; at: string; until: string; reason: string } | null
  readonly outOfService: string | null
}

export interface MembersInfo {
  readonly count: number
  readonly active: number
  readonly first: readonly string[]
}

export function infoOf(alarm: Alarm, book: AlarmBook): AlarmInfo {
  const { id, name, subject, key, severity, value, fields, occurrences, terms } = alarm
  const { acknowledgement, shelf, raisedAt, returnedAt, since } = alarm
  const suppressor = alarm.parent === 0 ? alarm.chatter : alarm.parent
  return {
    id,
    name,
    subject,
    key,
    state: stateOf(alarm),
    priority: priorityOf(alarm),
    severity,
    active: isActive(alarm),
    since: raisedAt === 0 ? null : text(since),
    raised: raisedAt === 0 ? null : text(raisedAt),
    returned: raisedAt === 0 || returnedAt === 0 ? null : text(returnedAt),
    value: Number.isFinite(value) ? value : null,
    fields,
    occurrences,
    members: alarm.members.size === 0 ? null : membersOf(alarm, book),
    suppressedBy: suppressor === 0 ? null : suppressor,
    acknowledged:
      acknowledgement === undefined ? null : { ...acknowledgement, at: text(acknowledgement.at) },
    shelved:
      shelf === undefined ? null : { ...shelf, at: text(shelf.at), until: text(shelf.until) },
    outOfService: terms.outOfService === '' ? null : terms.outOfService,
  }
}

/** Of members that have members of their own, those. */
export function leavesOf(alarm: Alarm, book: AlarmBook): Alarm[] {
  return [...alarm.members].flatMap((id) => {
    const member = book.get(id)
    if (member === undefined) return []
    return member.members.size === 0 ? [member] : leavesOf(member, book)
  })
}

/** Three phases of one meter are one member. */
function membersOf(alarm: Alarm, book: AlarmBook): MembersInfo {
  const all = new Set<string>()
  const active = new Set<string>()
  for (const leaf of leavesOf(alarm, book)) {
    all.add(leaf.subject.id)
    if (isActive(leaf)) active.add(leaf.subject.id)
  }
  const first = all.values().take(limits.alarmMembersNamed).toArray()
  return { count: all.size, active: active.size, first }
}

function text(at: number): string {
  return formatTime(Micros(at))
}
