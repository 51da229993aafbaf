import { limits } from '../core/limits.ts'
import { type Alarm, isAtRest, isOpen } from './alarm.ts'
import type {
  AlarmSettings,
  Grid,
  Place,
  PlaceKind,
  Subject,
  Transition,
  TransitionKind,
} from './ports.ts'
import { termsOf } from './terms.ts'

export interface Identity {
  readonly name: string
  readonly subject: Subject
  readonly key: number
}

/** Alarms by id, by what they are about and by where it hangs, and what has to be written of them. */
export class AlarmBook {
  readonly settings: AlarmSettings
  readonly grid: Grid
  /** Changed since they were written. */
  readonly touched = new Set<number>()
  readonly gone = new Set<number>()
  /** Changed since those who listen were told. */
  readonly untold = new Set<number>()
  readonly transitions: Transition[] = []
  readonly counters = { evicted: 0, transitionsDropped: 0, transitions: new Map<string, number>() }
  readonly #alarms = new Map<number, Alarm>()
  readonly #numbers = new Map<string, number>()
  /** The one that came to rest first is the first. */
  readonly #resting = new Set<number>()
  /** Of those that do not rest: by the part of the network that they are about, and by what supplies theirs. */
  readonly #about = new Map<string, Set<number>>()
  readonly #below = new Map<string, Set<number>>()
  #lastId = 0

  constructor(settings: AlarmSettings, grid: Grid) {
    this.settings = settings
    this.grid = grid
  }

  get size(): number {
    return this.#alarms.size
  }

  get hasRoom(): boolean {
    return this.#alarms.size < limits.alarms || this.#resting.size > 0
  }

  get(id: number): Alarm | undefined {
    return this.#alarms.get(id)
  }

  all(): Iterable<Alarm> {
    return this.#alarms.values()
  }

  find({ name, subject, key }: Identity): Alarm | undefined {
    const number = this.#numbers.get(identityText(name, subject, key))
    return number === undefined ? undefined : this.#alarms.get(number)
  }

  /** Where there is no room the one that has rested longest leaves; undefined: none rests. The desk's own alarms find room always. */
  add({ name, subject, key }: Identity, whose: 'event' | 'own' = 'event'): Alarm | undefined {
    if (this.#alarms.size >= limits.alarms && !this.#evict() && whose === 'event') return undefined
    const { kind, id } = subject
    const above = this.grid.above(subject)
    const alarm = blank({ id: ++this.#lastId, name, subject: { kind, id }, key, above }, this)
    this.restore(alarm)
    this.touch(alarm)
    return alarm
  }

  restore(alarm: Alarm): void {
    this.#alarms.set(alarm.id, alarm)
    this.#numbers.set(identityText(alarm.name, alarm.subject, alarm.key), alarm.id)
    this.skip(alarm.id)
  }

  /** Ids up to here have been given. */
  skip(id: number): void {
    this.#lastId = Math.max(this.#lastId, id)
  }

  /** To be called after every change of an alarm. What is said of those above it counts its members, so they have changed, too. */
  touch(alarm: Alarm): void {
    for (let each: Alarm | undefined = alarm; each !== undefined; each = this.get(each.parent))
      this.#mark(each.id)
    this.place(alarm)
  }

  #mark(id: number): void {
    this.touched.add(id)
    this.untold.add(id)
  }

  /** Brings the indexes up to date. */
  place(alarm: Alarm): void {
    const { id, subject, above } = alarm
    const isResting = isAtRest(alarm)
    if (!isResting) this.#resting.delete(id)
    else this.#resting.add(id)
    if (subject.kind !== 'device') {
      if (isResting) remove(this.#about, subject, id)
      else include(this.#about, subject, id)
    }
    const isStanding = isOpen(alarm)
    for (const place of above) {
      if (isStanding) include(this.#below, place, id)
      else remove(this.#below, place, id)
    }
  }

  /** That stand for a part of the network. */
  about(place: Place): Iterable<number> {
    return this.#about.get(placeText(place)) ?? []
  }

  /** That stand by themselves, of what a part of the network supplies. */
  below(place: Place): readonly number[] {
    return [...(this.#below.get(placeText(place)) ?? [])]
  }

  note(
    alarm: Alarm,
    what: TransitionKind,
    { time, who = '', detail = '' }: { time: number; who?: string; detail?: string },
  ): void {
    const { transitions } = this.counters
    transitions.set(what, (transitions.get(what) ?? 0) + 1)
    if (this.transitions.length >= limits.alarmTransitionsWaiting) {
      this.counters.transitionsDropped++
      return
    }
    const { id, name, subject } = alarm
    this.transitions.push({ time, alarm: id, name, subject: placeText(subject), what, who, detail })
  }

  #evict(): boolean {
    const [oldest] = this.#resting
    const alarm = oldest === undefined ? undefined : this.#alarms.get(oldest)
    if (alarm === undefined) return false
    this.counters.evicted++
    this.#resting.delete(alarm.id)
    this.#alarms.delete(alarm.id)
    this.#numbers.delete(identityText(alarm.name, alarm.subject, alarm.key))
    this.touched.delete(alarm.id)
    this.gone.add(alarm.id)
    this.untold.add(alarm.id)
    return true
  }
}

function include(index: Map<string, Set<number>>, place: Place, id: number): void {
  const text = placeText(place)
  const ids = index.get(text)
  if (ids === undefined) index.set(text, new Set([id]))
  else ids.add(id)
}

function remove(index: Map<string, Set<number>>, place: Place, id: number): void {
  const text = placeText(place)
  const ids = index.get(text)
  if (ids?.delete(id) === true && ids.size === 0) index.delete(text)
}

type Fixed = Pick<Alarm, 'id' | 'name' | 'subject' | 'key' | 'above'>

/** One that has never been raised. */
export function blank(fixed: Fixed, { settings }: Pick<AlarmBook, 'settings'>): Alarm {
  return {
    ...fixed,
    terms: termsOf(settings, fixed.name, fixed.subject),
    condition: 'off',
    dueAt: 0,
    time: 0,
    end: 0,
    since: 0,
    latest: 0,
    severity: 0,
    value: Number.NaN,
    fields: {},
    isAcknowledged: true,
    acknowledgement: undefined,
    shelf: undefined,
    raisedAt: 0,
    returnedAt: 0,
    occurrences: 0,
    rises: [],
    chatter: 0,
    parent: 0,
    members: new Set(),
    holding: 0,
  }
}

export function placeText({ kind, id }: { readonly kind: PlaceKind; readonly id: string }): string {
  return `${kind} ${id}`
}

function identityText(name: string, { kind, id }: Place, key: number): string {
  return `${name} ${kind} ${id} ${key}`
}
