import { limits } from '../core/limits.ts'
import { type Alarm, type AlarmState, isActive, stateOf } from './alarm.ts'
import type { AlarmBook } from './book.ts'
import type { FloodWatch } from './flood.ts'
import type { Lifecycle } from './lifecycle.ts'

export type ActionOutcome =
  | { readonly kind: 'done'; readonly alarm: Alarm }
  | { readonly kind: 'unknown' }
  /** A clause that says why not. */
  | { readonly kind: 'refused'; readonly why: string }

export interface Shelving {
  readonly who: string
  readonly reason: string
  readonly forMs: number
}

export interface OperatorParts {
  readonly book: AlarmBook
  readonly lifecycle: Lifecycle
  readonly flood: FloodWatch
}

/** What people do to alarms. */
export class Operators {
  readonly #parts: OperatorParts
  readonly #shelved = new Set<number>()

  constructor(parts: OperatorParts) {
    this.#parts = parts
  }

  get shelved(): number {
    return this.#shelved.size
  }

  restore(alarm: Alarm): void {
    if (alarm.shelf !== undefined) this.#shelved.add(alarm.id)
  }

  acknowledge(
    id: number,
    { who, comment }: { readonly who: string; readonly comment: string },
    now: number,
  ): ActionOutcome {
    const { book, lifecycle } = this.#parts
    const alarm = book.get(id)
    if (alarm === undefined) return { kind: 'unknown' }
    const state = stateOf(alarm)
    if (state !== 'unacknowledged' && state !== 'returned') return refusal(alarm, state)
    alarm.isAcknowledged = true
    alarm.acknowledgement = { who, at: now, comment }
    book.note(alarm, 'acknowledged', { time: now, who, detail: comment })
    book.touch(alarm)
    lifecycle.settle(alarm, now)
    return { kind: 'done', alarm }
  }

  /** Again, for another time, where it is shelved already. */
  shelve(id: number, { who, reason, forMs }: Shelving, now: number): ActionOutcome {
    const { book } = this.#parts
    const alarm = book.get(id)
    if (alarm === undefined) return { kind: 'unknown' }
    const state = stateOf(alarm)
    const isMember = alarm.parent !== 0
    if (isMember || state === 'out-of-service') return refusal(alarm, state)
    if (!this.#shelved.has(id) && this.#shelved.size >= limits.alarmShelves)
      return {
        kind: 'refused',
        why: `${limits.alarmShelves} alarms are shelved, which is the most`,
      }
    const until = now + Math.min(forMs, book.settings.shelveMsMax) * 1000
    alarm.shelf = { who, at: now, until, reason }
    this.#shelved.add(id)
    const minutes = Math.round((until - now) / 60_000_000)
    book.note(alarm, 'shelved', { time: now, who, detail: `${minutes} min: ${reason}` })
    book.touch(alarm)
    return { kind: 'done', alarm }
  }

  unshelve(id: number, { who }: { readonly who: string }, now: number): ActionOutcome {
    const alarm = this.#parts.book.get(id)
    if (alarm === undefined) return { kind: 'unknown' }
    if (alarm.shelf === undefined) return { kind: 'refused', why: 'it is not shelved' }
    this.#end(alarm, { who, detail: '' }, now)
    return { kind: 'done', alarm }
  }

  /** Shelves whose time is over. */
  tick(now: number): void {
    for (const id of this.#shelved) {
      const alarm = this.#parts.book.get(id)
      if (alarm?.shelf === undefined) this.#shelved.delete(id)
      else if (alarm.shelf.until <= now) this.#end(alarm, { who: '', detail: 'time is over' }, now)
    }
  }

  /** What is still there has to be acknowledged anew; what has returned meanwhile is forgotten. */
  #end(alarm: Alarm, words: { who: string; detail: string }, now: number): void {
    const { book, lifecycle, flood } = this.#parts
    this.#shelved.delete(alarm.id)
    alarm.shelf = undefined
    alarm.isAcknowledged = !isActive(alarm)
    alarm.acknowledgement = undefined
    book.note(alarm, 'unshelved', { time: now, ...words })
    book.touch(alarm)
    lifecycle.settle(alarm, now)
    flood.place(alarm, now)
  }
}

function refusal(alarm: Alarm, state: AlarmState): ActionOutcome {
  const words: Readonly<Record<AlarmState, string>> = {
    unacknowledged: 'it is not acknowledged',
    acknowledged: `${alarm.acknowledgement?.who ?? 'somebody'} has acknowledged it already`,
    returned: 'it has returned',
    shelved: 'it is shelved',
    suppressed:
      alarm.parent === 0
        ? `it chatters; alarm ${alarm.chatter} says so`
        : `it is a member of alarm ${alarm.parent}`,
    'out-of-service': 'it is out of service by the site file',
    normal: 'it is normal',
  }
  return { kind: 'refused', why: words[state] }
}
