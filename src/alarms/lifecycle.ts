import { assert } from '../core/assert.ts'
import { type Alarm, holds, isActive, isAtRest, rankOf } from './alarm.ts'
import type { AlarmBook } from './book.ts'

/** The steps of an alarm, and what each of them means for the one that it is a member of: a parent is active for as long as a member holds it up. */
export class Lifecycle {
  readonly #book: AlarmBook

  constructor(book: AlarmBook) {
    this.#book = book
  }

  /** Its own signal is there. */
  raise(alarm: Alarm, now: number): void {
    const before = { held: holds(alarm), wasActive: isActive(alarm) }
    alarm.condition = 'on'
    alarm.dueAt = 0
    alarm.since = before.wasActive ? alarm.since : alarm.time
    this.#changed(alarm, before, now)
  }

  /** Its own signal is gone. */
  fall(alarm: Alarm, now: number): void {
    const before = { held: holds(alarm), wasActive: isActive(alarm) }
    alarm.condition = 'off'
    alarm.dueAt = 0
    this.#changed(alarm, before, now)
    this.settle(alarm, now)
  }

  /** Members of a group that have all come and gone before it was formed: it is told of all the same. */
  flash(group: Alarm, now: number): void {
    this.#raised(group, now)
    this.#returned(group, now)
  }

  /** After a start: as if what was not written any more had come about now. */
  resume(alarm: Alarm, now: number): void {
    if (isActive(alarm)) {
      if (alarm.raisedAt === 0 || alarm.returnedAt !== 0) this.#raised(alarm, now)
    } else if (alarm.raisedAt !== 0 && alarm.returnedAt === 0) this.#returned(alarm, now)
    this.settle(alarm, now)
  }

  /** `herald`: the alarm that says so from now on. */
  chatters(alarm: Alarm, herald: Alarm, now: number): void {
    const before = { held: holds(alarm), wasActive: isActive(alarm) }
    alarm.chatter = herald.id
    this.#book.note(alarm, 'suppressed', { time: now, detail: `chatters, see ${herald.id}` })
    this.#changed(alarm, before, now)
  }

  /** It has been quiet for long enough; whoever is still there speaks up again. */
  calm(alarm: Alarm, now: number): void {
    const before = { held: holds(alarm), wasActive: isActive(alarm) }
    alarm.chatter = 0
    alarm.rises = []
    if (before.wasActive && alarm.parent === 0) this.#reopen(alarm)
    this.#book.note(alarm, 'released', { time: now, detail: 'no longer chatters' })
    this.#changed(alarm, before, now)
    this.settle(alarm, now)
  }

  join(parent: Alarm, alarm: Alarm, now: number): void {
    assert(alarm.parent === 0, 'an alarm is a member of one other')
    const { windowMs } = this.#book.settings.flood
    const isLate = alarm.latest - parent.latest > windowMs * 1000
    parent.since = isActive(parent) ? Math.min(parent.since, alarm.latest) : alarm.latest
    parent.latest = Math.max(parent.latest, alarm.latest)
    alarm.parent = parent.id
    parent.members.add(alarm.id)
    this.#book.note(alarm, 'suppressed', { time: now, detail: `a member of ${parent.id}` })
    this.#book.touch(alarm)
    this.#book.touch(parent)
    // Those who come long after the others are news to somebody who has acknowledged these.
    if (isLate && isActive(parent) && this.#reopen(parent))
      this.#book.note(parent, 'reflashed', { time: now, detail: `by ${alarm.id}` })
    this.escalate(parent, alarm.severity, now)
    if (holds(alarm)) this.#count(parent, 1, now)
  }

  /** As severe as that at least; a priority that rises is told again. */
  escalate(alarm: Alarm, severity: number, now: number): void {
    const before = rankOf(alarm)
    if (severity <= alarm.severity) return
    alarm.severity = severity
    this.#book.touch(alarm)
    if (rankOf(alarm) > before && isActive(alarm) && this.#reopen(alarm))
      this.#book.note(alarm, 'escalated', { time: now, detail: `severity ${severity}` })
    const parent = this.#book.get(alarm.parent)
    if (parent !== undefined) this.escalate(parent, severity, now)
  }

  /** Where all is over and nobody has to be told any more, its members are by themselves again. */
  settle(alarm: Alarm, now: number): void {
    if (!isAtRest(alarm) || (alarm.raisedAt === 0 && alarm.members.size === 0)) return
    for (const id of alarm.members) {
      const member = this.#book.get(id)
      assert(member !== undefined && !holds(member), 'a parent outlasts its members')
      this.release(alarm, member, now)
    }
    alarm.raisedAt = 0
    this.#book.note(alarm, 'normal', { time: now })
    this.#book.touch(alarm)
  }

  /** A member that does not hold its parent up leaves it. */
  release(parent: Alarm, member: Alarm, now: number): void {
    parent.members.delete(member.id)
    member.parent = 0
    member.isAcknowledged = true
    this.#book.touch(member)
    this.settle(member, now)
  }

  /** To be told again; false: it has not been acknowledged, or nobody is to be told. */
  #reopen(alarm: Alarm): boolean {
    if (!alarm.isAcknowledged || alarm.terms.outOfService !== '') return false
    alarm.isAcknowledged = false
    alarm.acknowledgement = undefined
    return true
  }

  #changed(alarm: Alarm, before: { held: boolean; wasActive: boolean }, now: number): void {
    const { held, wasActive } = before
    if (!wasActive && isActive(alarm)) this.#raised(alarm, now)
    if (wasActive && !isActive(alarm)) this.#returned(alarm, now)
    this.#book.touch(alarm)
    const parent = this.#book.get(alarm.parent)
    if (parent !== undefined && held !== holds(alarm)) this.#count(parent, held ? -1 : 1, now)
  }

  #count(parent: Alarm, by: 1 | -1, now: number): void {
    const before = { held: holds(parent), wasActive: isActive(parent) }
    parent.holding += by
    assert(parent.holding >= 0, 'no more members hold an alarm up than it has')
    this.#changed(parent, before, now)
    this.settle(parent, now)
  }

  #raised(alarm: Alarm, now: number): void {
    alarm.raisedAt = now
    alarm.returnedAt = 0
    alarm.occurrences++
    alarm.isAcknowledged = alarm.terms.outOfService !== ''
    alarm.acknowledgement = undefined
    this.#book.note(alarm, 'raised', { time: now, detail: `severity ${alarm.severity}` })
    this.#book.touch(alarm)
  }

  #returned(alarm: Alarm, now: number): void {
    alarm.returnedAt = now
    this.#book.note(alarm, 'returned', { time: now })
    this.#book.touch(alarm)
  }
}
