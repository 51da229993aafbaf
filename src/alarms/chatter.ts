import { type Alarm, isActive } from './alarm.ts'
import type { AlarmBook } from './book.ts'
import type { FloodWatch } from './flood.ts'
import type { Lifecycle } from './lifecycle.ts'
import { OWN_NAMES } from './own-names.ts'

/** An alarm that rises too often in too short a time is suppressed, and one alarm says so until it is quiet again. */
export class ChatterWatch {
  readonly #book: AlarmBook
  readonly #lifecycle: Lifecycle
  readonly #flood: FloodWatch
  readonly #chattering = new Set<number>()

  constructor(
    book: AlarmBook,
    { lifecycle, flood }: { readonly lifecycle: Lifecycle; readonly flood: FloodWatch },
  ) {
    this.#book = book
    this.#lifecycle = lifecycle
    this.#flood = flood
  }

  get count(): number {
    return this.#chattering.size
  }

  /** Its signal has come once more. */
  rose(alarm: Alarm, now: number): void {
    const { rises, windowMs } = this.#book.settings.chatter
    if (alarm.name.startsWith(OWN_NAMES)) return
    alarm.rises = [...alarm.rises.filter((at) => near(at, now, windowMs)), now].slice(-rises)
    const isQuiet = alarm.shelf !== undefined || alarm.terms.outOfService !== ''
    // One with members goes on for as long as they do; to suppress it would be to suppress them.
    if (alarm.rises.length < rises || alarm.chatter !== 0 || isQuiet || alarm.holding > 0) return
    const identity = { name: CHATTERING, subject: alarm.subject, key: alarm.id }
    const herald = this.#book.find(identity) ?? this.#book.add(identity)
    if (herald === undefined) return
    const { id, name, latest } = alarm
    const fields = { alarm: id, of: name, rises, withinSeconds: windowMs / 1000 }
    Object.assign(herald, { severity: 1, time: latest, end: 0, latest, fields })
    this.#chattering.add(id)
    this.#lifecycle.chatters(alarm, herald, now)
    this.#lifecycle.raise(herald, now)
    this.#flood.place(herald, now)
  }

  /** One whose alarm was not written any more has nothing to say. */
  restore(alarm: Alarm, now: number): void {
    if (alarm.chatter !== 0) this.#chattering.add(alarm.id)
    if (alarm.name !== CHATTERING) return
    const subject = this.#book.get(alarm.key)
    if (alarm.condition === 'on' && subject?.chatter !== alarm.id) this.#lifecycle.fall(alarm, now)
  }

  tick(now: number): void {
    const { windowMs } = this.#book.settings.chatter
    for (const id of this.#chattering) {
      const alarm = this.#book.get(id)
      if (alarm === undefined || near(alarm.rises.at(-1) ?? 0, now, windowMs)) continue
      this.#chattering.delete(id)
      const herald = this.#book.get(alarm.chatter)
      this.#lifecycle.calm(alarm, now)
      if (isActive(alarm)) this.#flood.place(alarm, now)
      if (herald !== undefined) {
        herald.end = now
        this.#lifecycle.fall(herald, now)
      }
    }
  }
}

/** Also where the clock was set back meanwhile. */
function near(at: number, now: number, windowMs: number): boolean {
  return Math.abs(now - at) < windowMs * 1000
}

const CHATTERING = `${OWN_NAMES}chattering`
