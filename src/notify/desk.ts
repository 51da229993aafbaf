import { ContactDesk, type Moment, type Standing, isOpen } from './contact-desk.ts'
import type { AlarmFacts, Contact, Told } from './ports.ts'
import { LocalTime } from './quiet-hours.ts'

/** What is to be written of one contact and one alarm; `told` undefined: nothing is kept of it any more. */
export interface ToldChange {
  readonly contact: string
  readonly alarm: number
  readonly told: Told | undefined
}

/** Who has to be told of what: `(state, input, now) -> messages`, without a clock, a socket or a disk. */
export class NotifyDesk {
  readonly contacts: readonly ContactDesk[]
  readonly #local: LocalTime
  /** Alarms that are there: to be acknowledged, acknowledged, come and gone, or shelved. */
  readonly #standing = new Map<number, Standing>()

  constructor(contacts: readonly Contact[], timeZone: string) {
    this.contacts = contacts.map((contact) => new ContactDesk(contact))
    this.#local = new LocalTime(timeZone)
  }

  get standing(): ReadonlyMap<number, Standing> {
    return this.#standing
  }

  find(name: string): ContactDesk | undefined {
    return this.contacts.find(({ contact }) => contact.name === name)
  }

  momentAt(nowMs: number): Moment {
    return { nowMs, minute: this.#local.minuteOf(nowMs) }
  }

  /** An alarm as it is now; undefined: it is over, or stands for itself no more. */
  hear(id: number, alarm: AlarmFacts | undefined, nowMs: number): ToldChange[] {
    const before = this.#standing.get(id)
    if (alarm === undefined) {
      this.#standing.delete(id)
      return this.contacts.flatMap((each) =>
        each
          .forget(this.#standing)
          .map((gone) => ({ contact: each.contact.name, alarm: gone, told: undefined })),
      )
    }
    this.#standing.set(id, { alarm, openMs: openSince(alarm, before, nowMs) })
    if (isOpen(alarm)) return []
    return this.contacts.flatMap((each) => {
      const told = each.seen(id)
      return told === undefined ? [] : [{ contact: each.contact.name, alarm: id, told }]
    })
  }
}

/** Since when it waits to be acknowledged: who had been told once begins to wait anew. */
function openSince(alarm: AlarmFacts, before: Standing | undefined, nowMs: number): number {
  const raisedMs = alarm.raised === null ? nowMs : Date.parse(alarm.raised)
  if (before === undefined || before.alarm.raised !== alarm.raised) return raisedMs
  return isOpen(alarm) && !isOpen(before.alarm) ? nowMs : before.openMs
}
