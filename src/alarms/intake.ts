import { limits } from '../core/limits.ts'
import { type Alarm, isActive } from './alarm.ts'
import type { AlarmBook } from './book.ts'
import type { ChatterWatch } from './chatter.ts'
import type { FloodWatch } from './flood.ts'
import type { Lifecycle } from './lifecycle.ts'
import { OWN_NAMES } from './own-names.ts'
import type { AlarmEvent, Fields } from './ports.ts'

export interface IntakeParts {
  readonly book: AlarmBook
  readonly lifecycle: Lifecycle
  readonly flood: FloodWatch
  readonly chatter: ChatterWatch
}

/** Events taken since the start, by what became of those that changed nothing. */
export interface IntakeCounters {
  events: number
  /** Seen before, or older than what is known of the same alarm. */
  repeated: number
  /** Not severe enough for an alarm. */
  informative: number
  /** Over before the on-delay was. */
  brief: number
  /** No room for another alarm. */
  refused: number
}

/** From events to signals that are on or off, with delays. An event that comes again changes nothing. */
export class EventIntake {
  readonly counters: IntakeCounters = {
    events: 0,
    repeated: 0,
    informative: 0,
    brief: 0,
    refused: 0,
  }
  readonly #parts: IntakeParts
  /** Alarms that wait for the end of a delay. */
  readonly #delayed = new Set<number>()

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  take(event: AlarmEvent, now: number): void {
    const { book } = this.#parts
    this.counters.events++
    const known = book.find(event)
    // What is known from a clock that ran ahead must not make everything old that comes once it is set.
    const isAhead = known !== undefined && known.time > now + limits.alarmAheadMs * 1000
    if (known !== undefined && event.time < known.time && !isAhead) {
      this.counters.repeated++
      return
    }
    if (event.time !== known?.time) this.#begin(known, event, now)
    else if (known !== undefined && known.end === 0) this.#update(known, event, now)
    else this.counters.repeated++
  }

  restore(alarm: Alarm): void {
    if (alarm.dueAt !== 0) this.#delayed.add(alarm.id)
  }

  /** Delays that are over. */
  tick(now: number): void {
    for (const id of this.#delayed) {
      const alarm = this.#parts.book.get(id)
      if (alarm !== undefined && alarm.dueAt > now) continue
      this.#delayed.delete(id)
      if (alarm?.condition === 'rising') this.#raise(alarm, now)
      else if (alarm?.condition === 'falling') this.#parts.lifecycle.fall(alarm, now)
    }
    this.#watchRoom(now)
  }

  #begin(known: Alarm | undefined, event: AlarmEvent, now: number): void {
    const { book } = this.#parts
    if (event.severity < book.settings.severityFrom || event.name.startsWith(OWN_NAMES)) {
      this.counters.informative++
      return
    }
    const alarm = known ?? book.add(event)
    if (alarm === undefined) {
      this.#refuse(now)
      return
    }
    alarm.time = event.time
    alarm.end = 0
    alarm.latest = isActive(alarm) ? Math.max(alarm.latest, event.time) : event.time
    describe(alarm, event)
    if (isActive(alarm)) this.#parts.lifecycle.escalate(alarm, event.severity, now)
    else alarm.severity = event.severity
    book.touch(alarm)
    this.#on(alarm, now)
    if (isOver(event)) this.#off(alarm, event, now)
  }

  #update(alarm: Alarm, event: AlarmEvent, now: number): void {
    const isSame = alarm.value === event.value && alarm.severity >= event.severity
    if (!isOver(event) && isSame && areEqual(alarm.fields, event.fields)) {
      this.counters.repeated++
      return
    }
    const { book, lifecycle } = this.#parts
    describe(alarm, event)
    lifecycle.escalate(alarm, event.severity, now)
    book.touch(alarm)
    if (isOver(event)) this.#off(alarm, event, now)
  }

  #on(alarm: Alarm, now: number): void {
    switch (alarm.condition) {
      case 'off':
      case 'rising':
        if (alarm.terms.onDelay === 0) this.#raise(alarm, now)
        else this.#delay(alarm, 'rising', now + alarm.terms.onDelay)
        break
      case 'on':
      case 'falling':
        alarm.condition = 'on'
        alarm.dueAt = 0
        alarm.occurrences++
        this.#parts.chatter.rose(alarm, now)
        break
    }
  }

  #off(alarm: Alarm, event: AlarmEvent, now: number): void {
    alarm.end = event.end === 0 ? event.time : event.end
    switch (alarm.condition) {
      case 'rising':
        this.counters.brief++
        alarm.condition = 'off'
        alarm.dueAt = 0
        this.#parts.book.touch(alarm)
        break
      case 'on':
        if (alarm.terms.offDelay === 0) this.#parts.lifecycle.fall(alarm, now)
        else this.#delay(alarm, 'falling', now + alarm.terms.offDelay)
        break
      case 'off':
      case 'falling':
        break
    }
  }

  #delay(alarm: Alarm, condition: 'rising' | 'falling', dueAt: number): void {
    alarm.condition = condition
    alarm.dueAt = dueAt
    this.#delayed.add(alarm.id)
    this.#parts.book.touch(alarm)
  }

  #raise(alarm: Alarm, now: number): void {
    const { lifecycle, chatter, flood } = this.#parts
    lifecycle.raise(alarm, now)
    chatter.rose(alarm, now)
    flood.place(alarm, now)
  }

  /** One alarm says that others could not be kept. */
  #refuse(now: number): void {
    const { book, lifecycle } = this.#parts
    this.counters.refused++
    const identity = { name: OVERFLOW, subject: book.grid.site, key: 0 }
    const alarm = book.find(identity) ?? book.add(identity, 'own')
    if (alarm === undefined) return
    alarm.fields = { refused: this.counters.refused }
    book.touch(alarm)
    if (alarm.condition === 'on') return
    Object.assign(alarm, { severity: 3, time: now, latest: now, end: 0 })
    lifecycle.raise(alarm, now)
  }

  #watchRoom(now: number): void {
    const { book, lifecycle } = this.#parts
    const alarm = book.find({ name: OVERFLOW, subject: book.grid.site, key: 0 })
    if (alarm?.condition !== 'on' || !book.hasRoom) return
    alarm.end = now
    lifecycle.fall(alarm, now)
  }
}

function isOver({ state, end }: AlarmEvent): boolean {
  return state === undefined || state === 'end' || end !== 0
}

function describe(alarm: Alarm, { value, fields }: AlarmEvent): void {
  alarm.value = value
  const entries = Object.entries(fields)
  alarm.fields =
    entries.length > limits.alarmFields
      ? Object.fromEntries(entries.slice(0, limits.alarmFields))
      : fields
}

function areEqual(fields: Fields, others: Fields): boolean {
  const names = Object.keys(others)
  return (
    Object.keys(fields).length === Math.min(names.length, limits.alarmFields) &&
    Object.keys(fields).every((name) => Object.is(fields[name], others[name]))
  )
}

const OVERFLOW = `${OWN_NAMES}overflow`
