import { limits } from '../core/limits.ts'
import { type Alarm, isActive, isOpen } from './alarm.ts'
import { type AlarmBook, placeText } from './book.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Place } from './ports.ts'
import { matches } from './terms.ts'

interface Candidate {
  /** Of the event. */
  readonly time: number
  readonly weight: number
  /** By the desk's clock. */
  readonly at: number
}

/**
 * Many alarms of one kind below one feeder, transformer or voltage level are one alarm with members. An alarm goes to whoever gathers its kind, the
 * nearest first; where there is none, it is counted at each part of the network above it.
 */
export class FloodWatch {
  readonly #book: AlarmBook
  readonly #lifecycle: Lifecycle
  /** By name and place: what rose there and stands by itself. */
  readonly #candidates = new Map<string, Map<number, Candidate>>()
  /** Alarms that were formed of others. */
  formed = 0

  constructor(book: AlarmBook, lifecycle: Lifecycle) {
    this.#book = book
    this.#lifecycle = lifecycle
  }

  /** For an alarm that has just been raised, or stands by itself again. */
  place(alarm: Alarm, now: number): void {
    if (!isOpen(alarm)) return
    if (alarm.subject.kind !== 'device') this.#gather(alarm, now)
    const parent = this.#parentFor(alarm)
    if (parent !== undefined && this.#admit(parent, alarm, now)) return
    for (const place of alarm.above) {
      const gathered = this.#count(alarm, place, now)
      if (gathered === undefined) continue
      this.#form({ name: alarm.name, place, gathered }, now)
      return
    }
  }

  /** Forgets what rose too long ago. */
  tick(now: number): void {
    const { windowMs } = this.#book.settings.flood
    for (const [text, candidates] of this.#candidates) {
      for (const [id, { at }] of candidates) {
        // A clock that was set back would keep it for too long.
        if (Math.abs(now - at) > windowMs * 1000) candidates.delete(id)
      }
      if (candidates.size === 0) this.#candidates.delete(text)
    }
  }

  #parentFor(alarm: Alarm): Alarm | undefined {
    for (const place of alarm.above) {
      for (const id of this.#book.about(place)) {
        const parent = this.#book.get(id)
        if (parent !== undefined && this.#takes(parent, alarm)) return parent
      }
    }
    return undefined
  }

  /** Of the same kind while it goes on, or of a kind that it explains; what began well before has another cause. */
  #takes(parent: Alarm, alarm: Alarm): boolean {
    const { name, terms, condition, latest, since, chatter } = parent
    // Whoever is not heard does not speak for others.
    if (terms.outOfService !== '' || chatter !== 0) return false
    const window = this.#book.settings.flood.windowMs * 1000
    const isSince = alarm.latest >= since - window
    if (name === alarm.name)
      return isActive(parent) ? isSince : isNear(alarm.latest, latest, window) && isRaised(parent)
    const isOn = condition === 'on' || condition === 'falling'
    return isOn && isSince && terms.absorbs.some((pattern) => matches(pattern, alarm.name))
  }

  /** What stands below already and belongs to it. */
  #gather(parent: Alarm, now: number): void {
    for (const id of this.#book.below(parent.subject)) {
      const alarm = this.#book.get(id)
      if (alarm === undefined || alarm.id === parent.id || !isOpen(alarm)) continue
      if (this.#takes(parent, alarm) && !this.#admit(parent, alarm, now)) return
    }
  }

  /** Members that have ended make room for others; false: there is none, and the alarm stands by itself. */
  #admit(parent: Alarm, alarm: Alarm, now: number): boolean {
    if (parent.members.size >= limits.alarmMembers) {
      const ended = [...parent.members].find((id) => {
        const member = this.#book.get(id)
        return member !== undefined && member.condition === 'off' && !isActive(member)
      })
      const member = ended === undefined ? undefined : this.#book.get(ended)
      if (member === undefined || member.chatter !== 0) return false
      this.#lifecycle.release(parent, member, now)
    }
    this.#lifecycle.join(parent, alarm, now)
    return true
  }

  /** Those that rose together with it below that place, where they are enough. */
  #count(alarm: Alarm, place: Place, now: number): readonly Alarm[] | undefined {
    const { members, windowMs } = this.#book.settings.flood
    const text = `${alarm.name} ${placeText(place)}`
    const candidates = this.#candidates.get(text) ?? new Map<number, Candidate>()
    this.#candidates.set(text, candidates)
    // Two feeders with a flood each have a cause above both.
    const weight = alarm.members.size > 0 ? Math.ceil(members / 2) : 1
    candidates.set(alarm.id, { time: alarm.latest, weight, at: now })
    if (candidates.size * Math.ceil(members / 2) < members) return undefined
    const gathered: Alarm[] = []
    // Three phases of one meter are one member.
    const weights = new Map<string, number>()
    for (const [id, { time, weight: each }] of candidates) {
      const other = this.#book.get(id)
      if (other === undefined || !isOpen(other)) candidates.delete(id)
      else if (isNear(time, alarm.latest, windowMs * 1000)) {
        gathered.push(other)
        weights.set(placeText(other.subject), each)
      }
    }
    if (weights.values().reduce((sum, each) => sum + each, 0) < members) return undefined
    this.#candidates.delete(text)
    return gathered
  }

  #form(
    { name, place, gathered }: { name: string; place: Place; gathered: readonly Alarm[] },
    now: number,
  ): void {
    const identity = { name, subject: place, key: 0 }
    const group = this.#book.find(identity) ?? this.#book.add(identity)
    if (group === undefined || group.terms.outOfService !== '' || group.chatter !== 0) return
    this.formed++
    const wasRaised = isRaised(group)
    if (!isActive(group)) group.severity = Math.max(...gathered.map(({ severity }) => severity))
    for (const alarm of gathered) {
      if (isOpen(alarm)) this.#admit(group, alarm, now)
    }
    if (!wasRaised && !isRaised(group)) this.#lifecycle.flash(group, now)
    if (group.parent === 0) this.place(group, now)
  }
}

function isNear(time: number, other: number, within: number): boolean {
  return Math.abs(time - other) <= within
}

function isRaised({ raisedAt }: Alarm): boolean {
  return raisedAt !== 0
}
