import type { Columns } from '../core/batch.ts'
import { errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Result } from './output-decoder.ts'
import {
  type Loaded,
  type Place,
  type Running,
  type SavedState,
  type Watch,
  openRunning,
} from './running.ts'
import { type Comparison, Shadow } from './shadow.ts'
import { type NamedPoint, type NumberedSubject, SiteBook, type SiteEntry } from './site-book.ts'

/** The journal, row after row. */
export interface JournalSource {
  after(number: number, rows: number): readonly JournalRow[]
  /** Of the first row that is still there. */
  readonly first: number | undefined
  /** Of the last row that was ever written. */
  readonly last: number
  points(first: number, last: number): readonly NamedPoint[]
}

export interface JournalRow {
  readonly number: number
  /** Undefined: the disk returned other bytes than were written. */
  readonly columns: Columns | undefined
}

/** Where results go, and where a runner finds what the one before it left. */
export interface ResultStore {
  subjects(): readonly NumberedSubject[]
  processors(): readonly ProcessorRecord[]
  ticks(after: number): readonly Tick[]
  /** Returns the sequence of the last result. */
  commit(commit: {
    readonly subjects: readonly NumberedSubject[]
    readonly ticks: readonly Tick[]
    readonly found: readonly Found[]
    readonly processors: readonly ProcessorRecord[]
  }): number
}

export interface ProcessorRecord extends Place {
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly snapshot: SavedState | undefined
  /** Why it does not run; undefined: it does. */
  readonly fault: string | undefined
}

export interface Tick {
  readonly time: number
  readonly journal: number
}

export interface Found {
  readonly processor: string
  readonly results: readonly Result[]
}

export interface RunnerParts {
  readonly journal: JournalSource
  readonly store: ResultStore
  readonly site: { readonly entry: unknown; readonly subjects: readonly SiteEntry[] }
  readonly loaded: readonly Loaded[]
  /** Modules that were stopped from outside, before this runner began: digest to reason. They are not called again. */
  readonly banned: ReadonlyMap<string, string>
  readonly watch: Watch
  readonly stopwatch: () => number
}

/** What a step has found, when it is in the store. */
export interface Step {
  readonly found: readonly Found[]
  readonly sequence: number
  /** There is more in the journal. */
  readonly isBehind: boolean
}

/**
 * Runs processors behind the journal. Each has a place of its own in it; the one that is furthest behind decides what is read next, and every
 * processor that has not had a row gets it. Results and places are one commit, so after a crash each goes on where its results end.
 */
export class Runner {
  readonly #parts: RunnerParts
  readonly book: SiteBook
  readonly #running = new Map<string, Running>()
  readonly #stopped = new Map<string, ProcessorRecord>()
  readonly #shadows = new Map<string, Shadow>()
  /** Modules that were given and not taken: name to reason. */
  readonly refused: Map<string, string> = new Map()
  /** Later than the place of some processor. */
  #ticks: Tick[]
  #freshTicks: Tick[] = []
  #lastTick = 0
  #lastSnapshotMs: number
  damagedRows = 0
  missedRows = 0

  constructor(parts: RunnerParts) {
    this.#parts = parts
    const { store, site, loaded, banned, stopwatch } = parts
    this.book = new SiteBook(store.subjects(), site.subjects)
    this.#lastSnapshotMs = stopwatch()
    const records = new Map(store.processors().map((record) => [record.name, record]))
    this.#ticks = [...store.ticks(0)]
    this.#lastTick = this.#ticks.at(-1)?.time ?? 0
    for (const record of records.values()) this.#lastTick = Math.max(this.#lastTick, record.tick)
    for (const one of loaded) this.#start(one, clamped(records.get(one.name), parts.journal.last))
    if (banned.size > 0) this.#store([...this.#stopped.values()], [])
  }

  get running(): Iterable<Running> {
    return this.#running.values()
  }

  /** Those that do not run, and why. */
  get stopped(): Iterable<ProcessorRecord> {
    return this.#stopped.values()
  }

  /** Rows up to this one are needed by nobody here: the oldest snapshot is of this place. */
  get safeJournal(): number {
    let safe = Infinity
    for (const { snapshotPlace } of this.#running.values())
      safe = Math.min(safe, snapshotPlace.journal)
    return safe
  }

  /** Of the one that is furthest behind; Infinity where none runs. */
  get place(): number {
    return Math.min(...this.#all().map(({ journal }) => journal))
  }

  /** Ticks up to this one are needed by nobody here. */
  get safeTick(): number {
    let safe = Infinity
    for (const { snapshotPlace } of this.#running.values())
      safe = Math.min(safe, snapshotPlace.tick)
    return Math.min(safe, this.#lastTick)
  }

  /** Takes in what has come, a few rows at most, and commits what was found. Whoever has to catch up does so beside the others. */
  step(): Step {
    const places = [...this.#all()].map(({ journal }) => journal)
    if (places.length === 0) return { found: [], sequence: 0, isBehind: false }
    const first = Math.max(...places)
    const last = Math.min(...places)
    const rows = this.#feed(first)
    const caughtUp = last === first ? 0 : this.#feed(last)
    if (rows + caughtUp === 0) return { found: [], sequence: 0, isBehind: false }
    const isBehind = Math.max(rows, caughtUp) === limits.processorRows
    return { ...this.#commit(rows), isBehind }
  }

  /** `now` is microseconds since 1970; a clock that went back gives no ticks until it has caught up. Only where `step` found nothing more. */
  tick(now: number): Step {
    if (now <= this.#lastTick || this.#running.size === 0)
      return { found: [], sequence: 0, isBehind: false }
    const journal = Math.max(...this.#running.values().map((own) => own.journal))
    const tick = { time: now, journal }
    this.#lastTick = now
    this.#ticks.push(tick)
    this.#freshTicks.push(tick)
    this.#applyTicks(journal, journal + 1)
    return { ...this.#commit(0), isBehind: false }
  }

  /** Saves the state of all, so that the next start computes little again. */
  save(): void {
    this.#lastSnapshotMs = -Infinity
    this.#commit(0)
  }

  /**
   * What is to run now. A module that is new begins; one of another digest runs in the shadow of the one that runs, until both have been side by
   * side for a while, and then takes its place between two rows; one that is gone ends.
   */
  update(loaded: readonly Loaded[]): void {
    const { store } = this.#parts
    const wanted = new Map(loaded.map((one) => [one.name, one]))
    for (const name of [...this.#running.keys(), ...this.#stopped.keys()]) {
      if (wanted.has(name)) continue
      this.#running.delete(name)
      this.#stopped.delete(name)
      this.#shadows.delete(name)
    }
    for (const one of wanted.values()) {
      const { name, digest } = one
      const own = this.#running.get(name)
      if (own?.loaded.digest === digest) this.#shadows.delete(name)
      else if (own !== undefined) this.#overshadow(own, one)
      else if (this.#stopped.get(name)?.digest !== digest) {
        this.#stopped.delete(name)
        const record = store.processors().find((own) => own.name === name)
        this.#start(one, clamped(record, this.#parts.journal.last))
      }
    }
  }

  /** How a module that is to follow another compares with it so far. */
  comparison(name: string): Comparison | undefined {
    return this.#shadows.get(name)?.comparison
  }

  #start(loaded: Loaded, record: ProcessorRecord | undefined): void {
    const { journal, site, banned, watch, stopwatch } = this.#parts
    const { name, version, digest } = loaded
    const committed = record ?? { journal: 0, tick: 0 }
    const stop = (fault: string): void => {
      const { journal, tick } = committed
      const stopped = { name, version, digest, journal, tick, snapshot: undefined, fault }
      this.#stopped.set(name, stopped)
    }
    const known = banned.get(digest) ?? (record?.digest === digest ? record.fault : undefined)
    if (known !== undefined) return stop(known)
    // Without a snapshot the journal still has all that it has taken in.
    const start = { journal: (journal.first ?? 1) - 1, tick: 0 }
    const parts = { loaded, site: site.entry, book: this.book, committed, watch, stopwatch }
    try {
      const own = openRunning({ ...parts, saved: record?.snapshot, start }, journal)
      this.#running.set(name, own)
    } catch (cause) {
      stop(errorText(cause))
    }
  }

  /** The rows after this place, to all that have come to it. Returns how many there were. */
  #feed(place: number): number {
    const rows = this.#parts.journal.after(place, limits.processorRows)
    const [next] = rows
    if (next !== undefined && place > 0) this.missedRows += next.number - place - 1
    for (const { number, columns } of rows) {
      this.#applyTicks(place, number)
      if (columns === undefined) this.damagedRows++
      else this.#meetPoints(columns.points)
      for (const own of this.#all()) {
        if (own.journal >= number || own.journal < place) continue
        if (columns === undefined) own.journal = number
        else this.#try(own, () => own.takeRow(number, columns))
      }
    }
    return rows.length
  }

  /** From the state of the one that runs, or, where that means nothing to it, from all that the journal still has. */
  #overshadow(own: Running, loaded: Loaded): void {
    const { journal, site, banned, watch, stopwatch } = this.#parts
    const { name, version, digest } = loaded
    if (this.#shadows.get(name)?.own.loaded.digest === digest) return
    const fault = banned.get(digest)
    if (fault !== undefined) {
      this.refused.set(name, `${version}: ${fault}`)
      return
    }
    const nothing = { journal: 0, tick: 0 }
    const start = { journal: (journal.first ?? 1) - 1, tick: 0 }
    const parts = { loaded, site: site.entry, book: this.book, watch, stopwatch }
    try {
      const saved = own.save()
      this.#store([{ ...placeOf(own), snapshot: saved }], [])
      const shadow = openRunning({ ...parts, saved, start, committed: nothing }, journal)
      this.#shadows.set(name, new Shadow(shadow))
    } catch (cause) {
      this.refused.set(name, `${version}: ${errorText(cause)}`)
    }
  }

  /** Those that take in rows, those in the shadow of another included. */
  *#all(): Generator<Running> {
    yield* this.#running.values()
    for (const { own } of this.#shadows.values()) yield own
  }

  /** The one that runs from now on: the same, or the one in its shadow. */
  #follow(own: Running, results: readonly Result[], rows: number): Running {
    const { name } = own.loaded
    const shadow = this.#shadows.get(name)
    if (shadow === undefined) return own
    shadow.compare(own, results, rows)
    if (!shadow.maySwap) return own
    this.#shadows.delete(name)
    this.#running.set(name, shadow.own)
    this.refused.delete(name)
    return shadow.own
  }

  /** All ticks that came before this row, each to whoever has come to the place, and has not had it. */
  #applyTicks(place: number, row: number): void {
    for (const { time, journal } of this.#ticks) {
      if (journal >= row) break
      for (const own of this.#all()) {
        if (own.tick < time && own.journal >= journal && own.journal >= place)
          this.#try(own, () => own.takeTick(time))
      }
    }
  }

  /** Points that these rows are the first of. Always all up to a number, in their order, so that a replay meets them alike. */
  #meetPoints(points: Uint32Array): void {
    let last = 0
    for (const point of points) if (point > last) last = point
    for (const own of this.#all()) {
      if (last < own.knownPoints) continue
      const named = this.#parts.journal.points(own.knownPoints, last)
      this.#try(own, () => own.introduce(named, last + 1))
    }
  }

  #try(own: Running, work: () => void): void {
    try {
      work()
    } catch (cause) {
      this.#quarantine(own, errorText(cause))
    }
  }

  #quarantine(own: Running, fault: string): void {
    const { name, version, digest } = own.loaded
    const { journal, tick } = own
    if (this.#shadows.get(name)?.own === own) {
      this.#shadows.delete(name)
      this.refused.set(name, `${version}: ${fault}`)
      return
    }
    this.#shadows.delete(name)
    this.#running.delete(name)
    this.#stopped.set(name, { name, version, digest, journal, tick, snapshot: undefined, fault })
    this.#faults.push({ processor: name, results: own.takeFound() })
  }

  /** Of processors that were stopped since the last commit: what they had found until then. */
  readonly #faults: Found[] = []

  #commit(rows: number): Omit<Step, 'isBehind'> {
    const { stopwatch } = this.#parts
    const isDue = stopwatch() - this.#lastSnapshotMs >= limits.processorSnapshotMs
    if (isDue) this.#lastSnapshotMs = stopwatch()
    const found = this.#faults.splice(0)
    const processors: ProcessorRecord[] = []
    for (const own of this.#running.values()) {
      const results = own.takeFound()
      if (results.length > 0) found.push({ processor: own.loaded.name, results })
      let snapshot: SavedState | undefined
      if (isDue) this.#try(own, () => (snapshot = own.save()))
      if (!this.#running.has(own.loaded.name)) continue
      processors.push({ ...placeOf(this.#follow(own, results, rows)), snapshot })
    }
    processors.push(...this.#stopped.values())
    // A place that is not written is computed from again, to the same results. At a few readings a second a write for each would wear the disk.
    const isWorthIt = isDue || found.length > 0 || this.#freshTicks.length > 0
    if (!isWorthIt) return { found, sequence: 0 }
    const sequence = this.#store(processors, found)
    const safe = this.safeTick
    this.#ticks = this.#ticks.filter(({ time }) => time > safe)
    return { found, sequence }
  }

  #store(processors: readonly ProcessorRecord[], found: readonly Found[]): number {
    const subjects = this.book.takeFresh()
    const ticks = this.#freshTicks
    this.#freshTicks = []
    return this.#parts.store.commit({ subjects, ticks, found, processors })
  }
}

function placeOf({ loaded, journal, tick }: Running): ProcessorRecord {
  const { name, version, digest } = loaded
  return { name, version, digest, journal, tick, snapshot: undefined, fault: undefined }
}

/** A journal that ends before the place of a processor is another one, restored or salvaged: what comes next is new all the same. */
function clamped(record: ProcessorRecord | undefined, last: number): ProcessorRecord | undefined {
  if (record === undefined) return undefined
  const snapshot =
    record.snapshot === undefined
      ? undefined
      : { ...record.snapshot, journal: Math.min(record.snapshot.journal, last) }
  return { ...record, journal: Math.min(record.journal, last), snapshot }
}
