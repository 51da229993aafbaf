import { assert } from '../core/assert.ts'
import { limits } from '../core/limits.ts'
import { BackOff } from './back-off.ts'
import type { AlarmFacts, Contact, Notice, Told } from './ports.ts'
import { priorities } from './ports.ts'
import { isQuiet, isUrgent } from './quiet-hours.ts'

/** An alarm that is there, and since when it waits for somebody. */
export interface Standing {
  readonly alarm: AlarmFacts
  readonly openMs: number
}

/** A moment, by the world's clock and by that of the site. */
export interface Moment {
  readonly nowMs: number
  readonly minute: number
}

export interface ContactCounters {
  /** Messages that were taken by whoever receives them. */
  messages: number
  /** Alarms in them, their ends included. */
  notices: number
  /** Attempts that failed. */
  failures: number
  /** Notices that the egress gate kept here. */
  withheld: number
}

/**
 * One contact: what it has been told, and what it should have been. There is no queue: what is to be told is the difference between the two, so an outage of any length
 * costs nothing, and a restart forgets nothing but what was on its way.
 */
export class ContactDesk {
  readonly contact: Contact
  readonly backOff = new BackOff()
  readonly counters: ContactCounters = { messages: 0, notices: 0, failures: 0, withheld: 0 }
  readonly #told = new Map<number, Told>()
  /** When the first of what waits began to wait; 0: nothing does. */
  #waitingSinceMs = 0
  #isSending = false

  constructor(contact: Contact) {
    this.contact = contact
  }

  get told(): ReadonlyMap<number, Told> {
    return this.#told
  }

  restore(id: number, told: Told): void {
    this.#told.set(id, told)
  }

  /** Somebody has acknowledged or shelved it. Returns what is to be kept of that; undefined: it is. */
  seen(id: number): Told | undefined {
    const told = this.#told.get(id)
    if (told === undefined || told.wasSeen) return undefined
    const changed = { ...told, wasSeen: true }
    this.#told.set(id, changed)
    return changed
  }

  /** What waits to be told, the oldest first. */
  wanted(standing: ReadonlyMap<number, Standing>, moment: Moment): Notice[] {
    const notices: Notice[] = []
    let room = limits.noticesKept - this.#told.size
    for (const [id, each] of standing) {
      const told = this.#told.get(id)
      const kind = this.#kindOf(each, told, moment)
      if (kind === undefined || (told === undefined && room-- <= 0)) continue
      notices.push({ kind, alarm: each.alarm })
    }
    for (const [id, { alarm, isOver }] of this.#told) {
      if (isOver || standing.has(id) || this.#isHeldBack(alarm, moment)) continue
      notices.push({ kind: 'over', alarm })
    }
    return notices.toSorted(byTime)
  }

  /** Of what is there no more, and was told of to its end, nothing need be kept. */
  forget(standing: ReadonlyMap<number, Standing>): number[] {
    const gone = [...this.#told].filter(([id, { isOver }]) => isOver && !standing.has(id))
    for (const [id] of gone) this.#told.delete(id)
    return gone.map(([id]) => id)
  }

  /** The next message; undefined: nothing is due. It is on its way until `delivered` or `failed`. */
  next(standing: ReadonlyMap<number, Standing>, moment: Moment): readonly Notice[] | undefined {
    if (this.#isSending) return undefined
    const notices = this.wanted(standing, moment)
    if (notices.length === 0) {
      this.#waitingSinceMs = 0
      return undefined
    }
    const { nowMs } = moment
    // A clock that was set back starts the wait anew.
    if (this.#waitingSinceMs === 0 || this.#waitingSinceMs > nowMs) this.#waitingSinceMs = nowMs
    const hasGathered = nowMs - this.#waitingSinceMs >= this.contact.gatherMs
    if (!hasGathered || !this.backOff.isOver(nowMs)) return undefined
    this.#isSending = true
    return notices.slice(0, limits.noticesPerMessage)
  }

  /** They have been taken, or are not to leave. Returns what is to be kept of each; undefined: nothing any more. */
  delivered(
    notices: readonly Notice[],
    standing: ReadonlyMap<number, Standing>,
    nowMs: number,
  ): ReadonlyMap<number, Told | undefined> {
    assert(this.#isSending, 'only what was sent is delivered')
    this.#isSending = false
    this.#waitingSinceMs = 0
    this.backOff.succeeded()
    const kept = new Map<number, Told | undefined>()
    for (const { kind, alarm } of notices) {
      const latest = standing.get(alarm.id)?.alarm
      const isOver = kind === 'over' || alarm.state === 'returned'
      // Whoever acknowledged it meanwhile has seen it.
      const wasSeen = latest !== undefined && !isOpen(latest)
      const told: Told = { alarm, isOver, wasSeen, atMs: nowMs }
      const isDone = isOver && latest === undefined
      if (isDone) this.#told.delete(alarm.id)
      else this.#told.set(alarm.id, told)
      kept.set(alarm.id, isDone ? undefined : told)
    }
    return kept
  }

  failed(why: string, nowMs: number): void {
    assert(this.#isSending, 'only what was sent can fail')
    this.#isSending = false
    this.counters.failures++
    this.backOff.failed(why, nowMs)
  }

  #kindOf(
    { alarm, openMs }: Standing,
    told: Told | undefined,
    moment: Moment,
  ): Notice['kind'] | undefined {
    const { contact } = this
    const isBack = alarm.state === 'returned'
    if (isBack && told?.alarm.raised === alarm.raised)
      return told.isOver || this.#isHeldBack(alarm, moment) ? undefined : 'over'
    if (isOpen(alarm) && isNews(alarm, told)) {
      if (!contact.priorities.includes(alarm.priority) || this.#isHeldBack(alarm, moment))
        return undefined
      // Who stands behind the first is called for what is there, not for what was.
      const isEarly = isBack || moment.nowMs - openMs < contact.afterMs
      return contact.afterMs > 0 && isEarly ? undefined : 'raised'
    }
    const isDue = told !== undefined && moment.nowMs - told.atMs >= contact.repeatMs
    return contact.repeatMs > 0 && isDue && !isBack ? 'repeated' : undefined
  }

  #isHeldBack({ priority }: AlarmFacts, { minute }: Moment): boolean {
    const { quiet } = this.contact
    return quiet !== undefined && isQuiet(quiet, minute) && !isUrgent(quiet, priority)
  }
}

function isNews(alarm: AlarmFacts, told: Told | undefined): boolean {
  if (told === undefined || told.alarm.raised !== alarm.raised) return true
  const isMoreUrgent = priorities.indexOf(alarm.priority) > priorities.indexOf(told.alarm.priority)
  return isMoreUrgent || told.wasSeen
}

/** Nobody has acknowledged or shelved it. */
export function isOpen({ state }: AlarmFacts): boolean {
  return state === 'unacknowledged' || state === 'returned'
}

function byTime({ alarm }: Notice, { alarm: other }: Notice): number {
  const time = ({ raised }: AlarmFacts): string => raised ?? ''
  return time(alarm) < time(other) ? -1 : time(alarm) > time(other) ? 1 : alarm.id - other.id
}
