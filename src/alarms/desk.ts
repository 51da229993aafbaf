import { limits } from '../core/limits.ts'
import { type AlarmInfo, infoOf, leavesOf } from './alarm-info.ts'
import {
  type Alarm,
  type AlarmState,
  isActive,
  isOpen,
  priorityOf,
  rankOf,
  stateOf,
  states,
} from './alarm.ts'
import { AlarmBook } from './book.ts'
import { ChatterWatch } from './chatter.ts'
import { FloodWatch } from './flood.ts'
import { EventIntake, type IntakeCounters } from './intake.ts'
import { Lifecycle } from './lifecycle.ts'
import { type ActionOutcome, Operators, type Shelving } from './operators.ts'
import type {
  AlarmEvent,
  AlarmMessage,
  AlarmRow,
  AlarmSettings,
  Changes,
  Grid,
  Priority,
} from './ports.ts'
import { encodeAlarm } from './record.ts'
import { restoreBook } from './restore.ts'

export interface DeskCounters extends IntakeCounters {
  /** Rested and made room. */
  readonly evicted: number
  /** Steps that found no room on their way to the disk. */
  readonly transitionsDropped: number
  /** Alarms formed of many. */
  readonly floods: number
  /** Rows that could not be read at the start. */
  readonly damaged: number
}

export interface AlarmFilter {
  readonly states: readonly AlarmState[]
  readonly priority: Priority | undefined
  readonly name: string | undefined
  /** An id of a device, or of what supplies it. */
  readonly subject: string | undefined
}

/**
 * From events of processors to alarms that a person can deal with, after IEC 62682 (ISA-18.2) and EEMUA 191: `(state, input, now) -> changes`, without a
 * clock or a disk. Times are microseconds since 1970.
 */
export class AlarmDesk {
  readonly #book: AlarmBook
  readonly #lifecycle: Lifecycle
  readonly #flood: FloodWatch
  readonly #chatter: ChatterWatch
  readonly #intake: EventIntake
  readonly #operators: Operators
  /** Shown over MQTT, and those that are to be once there is room. */
  readonly #shown = new Set<number>()
  readonly #unshown = new Set<number>()
  #damaged = 0

  constructor(settings: AlarmSettings, grid: Grid) {
    this.#book = new AlarmBook(settings, grid)
    const book = this.#book
    const lifecycle = new Lifecycle(book)
    const flood = new FloodWatch(book, lifecycle)
    const chatter = new ChatterWatch(book, { lifecycle, flood })
    this.#lifecycle = lifecycle
    this.#flood = flood
    this.#chatter = chatter
    this.#intake = new EventIntake({ book, lifecycle, flood, chatter })
    this.#operators = new Operators({ book, lifecycle, flood })
  }

  /** What the last process left, before anything else; ids up to `lastId` have been given before. */
  restore(rows: Iterable<AlarmRow>, lastId: number, now: number): void {
    const book = this.#book
    book.skip(lastId)
    this.#damaged = restoreBook(rows, { book, lifecycle: this.#lifecycle }, now)
    for (const alarm of book.all()) {
      this.#intake.restore(alarm)
      this.#chatter.restore(alarm, now)
      this.#operators.restore(alarm)
    }
    const { windowMs } = book.settings.flood
    for (const alarm of book.all()) {
      // What rose shortly before the end counts with what rises now.
      if (now - alarm.raisedAt < windowMs * 1000) this.#flood.place(alarm, now)
      this.#announce(alarm)
    }
  }

  take(events: Iterable<AlarmEvent>, now: number): void {
    for (const event of events) this.#intake.take(event, now)
  }

  acknowledge(
    id: number,
    words: { readonly who: string; readonly comment: string },
    now: number,
  ): ActionOutcome {
    return this.#operators.acknowledge(id, words, now)
  }

  shelve(id: number, shelving: Shelving, now: number): ActionOutcome {
    return this.#operators.shelve(id, shelving, now)
  }

  unshelve(id: number, words: { readonly who: string }, now: number): ActionOutcome {
    return this.#operators.unshelve(id, words, now)
  }

  /** Delays, shelves and windows that are over. */
  tick(now: number): void {
    this.#intake.tick(now)
    this.#operators.tick(now)
    this.#chatter.tick(now)
    this.#flood.tick(now)
  }

  /** So many of what has changed at most. It stays due until `written` is told that it is on the disk. */
  changes(most: number): Changes {
    const { touched, gone, transitions } = this.#book
    const rows: AlarmRow[] = []
    for (const id of touched) {
      const alarm = this.#book.get(id)
      if (alarm !== undefined) rows.push(encodeAlarm(alarm))
      if (rows.length >= most) break
    }
    return { rows, gone: [...gone], transitions: transitions.slice(0, most) }
  }

  written({ rows, gone, transitions }: Changes): void {
    const { touched, gone: forgotten, transitions: waiting } = this.#book
    for (const { id } of rows) touched.delete(id)
    for (const id of gone) forgotten.delete(id)
    waiting.splice(0, transitions.length)
  }

  /** What was written is lost. */
  rewrite(): void {
    for (const { id } of this.#book.all()) this.#book.touched.add(id)
  }

  /** What has changed for those who listen: what is on the disk, or all of it where that refuses to write. */
  messages(which: 'written' | 'all'): readonly AlarmMessage[] {
    const { untold, touched } = this.#book
    const told: AlarmMessage[] = []
    for (const id of untold) {
      if (which === 'written' && touched.has(id)) continue
      untold.delete(id)
      const alarm = this.#book.get(id)
      if (alarm !== undefined && this.#announce(alarm)) told.push({ id, text: this.#textOf(alarm) })
      else if (this.#shown.delete(id)) told.push({ id, text: '' })
      if (alarm === undefined) this.#unshown.delete(id)
    }
    for (const id of this.#unshown) {
      const alarm = this.#book.get(id)
      if (this.#shown.size >= limits.alarmMessages) break
      if (alarm !== undefined && this.#announce(alarm)) told.push({ id, text: this.#textOf(alarm) })
    }
    return told
  }

  get hasChanges(): boolean {
    const { touched, gone, transitions } = this.#book
    return touched.size > 0 || gone.size > 0 || transitions.length > 0
  }

  /** All that is shown, for those who listen since the start. */
  shown(): readonly AlarmMessage[] {
    return [...this.#shown].flatMap((id) => {
      const alarm = this.#book.get(id)
      return alarm === undefined ? [] : [{ id, text: this.#textOf(alarm) }]
    })
  }

  info(id: number): AlarmInfo | undefined {
    const alarm = this.#book.get(id)
    return alarm === undefined ? undefined : infoOf(alarm, this.#book)
  }

  /** Those that have members of their own are written out. */
  members(id: number): readonly number[] | undefined {
    const alarm = this.#book.get(id)
    return alarm === undefined ? undefined : leavesOf(alarm, this.#book).map((each) => each.id)
  }

  /** Ids, the most urgent first: by priority, those to be acknowledged before others, the latest first. */
  list({ states: wanted, priority, name, subject }: AlarmFilter): readonly number[] {
    const found = [...this.#book.all()].filter((alarm) => {
      if (!wanted.includes(stateOf(alarm))) return false
      if (name !== undefined && alarm.name !== name) return false
      if (priority !== undefined && infoOf(alarm, this.#book).priority !== priority) return false
      const places = [alarm.subject, ...alarm.above]
      return subject === undefined || places.some(({ id }) => id === subject)
    })
    return found.toSorted(byUrgency).map(({ id }) => id)
  }

  counts(): Readonly<Record<AlarmState, number>> {
    const none = Object.fromEntries(states.map((state) => [state, 0]))
    const counts = none as Record<AlarmState, number>
    for (const alarm of this.#book.all()) counts[stateOf(alarm)]++
    return counts
  }

  /** Of those that somebody has to look at. */
  openCounts(): Readonly<Record<Priority, number>> {
    const counts: Record<Priority, number> = { low: 0, medium: 0, high: 0, critical: 0 }
    for (const alarm of this.#book.all()) if (isOpen(alarm)) counts[priorityOf(alarm)]++
    return counts
  }

  get counters(): DeskCounters {
    const { evicted, transitionsDropped } = this.#book.counters
    const { formed: floods } = this.#flood
    const damaged = this.#damaged
    return { ...this.#intake.counters, evicted, transitionsDropped, floods, damaged }
  }

  /** Since the start, by kind. */
  get transitions(): ReadonlyMap<string, number> {
    return this.#book.counters.transitions
  }

  /** False: it is not for those who listen, or there is no room. */
  #announce(alarm: Alarm): boolean {
    const { id } = alarm
    this.#unshown.delete(id)
    if (!isOpen(alarm) && stateOf(alarm) !== 'shelved') return false
    if (!this.#shown.has(id) && this.#shown.size >= limits.alarmMessages) {
      this.#unshown.add(id)
      return false
    }
    this.#shown.add(id)
    return true
  }

  #textOf(alarm: Alarm): string {
    return JSON.stringify(infoOf(alarm, this.#book))
  }
}

function byUrgency(alarm: Alarm, other: Alarm): number {
  const order = (each: Alarm): number => states.indexOf(stateOf(each))
  return (
    rankOf(other) - rankOf(alarm) ||
    order(alarm) - order(other) ||
    other.raisedAt - alarm.raisedAt ||
    Number(isActive(other)) - Number(isActive(alarm)) ||
    other.id - alarm.id
  )
}
