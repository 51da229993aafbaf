import type { Columns } from '../core/batch.ts'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { BATCH_ROWS } from '../../kernel/sdk/layout.ts'
import { CallTimes } from './call-times.ts'
import type { Call } from './call-watch.ts'
import { fillColumns } from './fill.ts'
import { ProcessorInstance } from './instance.ts'
import type { Result } from './output-decoder.ts'
import type { SiteBook, NamedPoint } from './site-book.ts'
import { type PointEntry, isRead } from './subjects.ts'

/** A module that is to run, as it was loaded and checked. */
export interface Loaded {
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly module: WebAssembly.Module
  readonly reads: readonly string[]
  readonly settings: unknown
}

/** Everything up to this row of the journal and this tick has been taken in. */
export interface Place {
  readonly journal: number
  readonly tick: number
}

export interface SavedState extends Place {
  /** Points numbered below this one have been introduced. */
  readonly points: number
  readonly bytes: Uint8Array
}

/** As `CallWatch`, of all modules. */
export interface Watch {
  begin(module: Loaded, call: Call): void
  end(): void
}

export interface RunningParts {
  readonly loaded: Loaded
  readonly site: unknown
  readonly book: SiteBook
  readonly saved: SavedState | undefined
  /** Where it begins without a snapshot. */
  readonly start: Place
  /** What is there already: results up to here are computed again and not put out. */
  readonly committed: Place
  readonly watch: Watch
  readonly stopwatch: () => number
}

/** A processor at work: where it is, what it has found since it was asked last, and how it fares. */
export class Running {
  readonly loaded: Loaded
  readonly times = new CallTimes()
  readonly #parts: RunningParts
  readonly #instance: ProcessorInstance
  /** 1 for a point that it reads. */
  readonly #wanted = new Uint8Array(limits.points)
  readonly #rows = new Uint16Array(limits.slotReadings)
  #points = 0
  #subjects = 0
  #found: Result[] = []
  #overflows = 0
  journal: number
  tick: number
  readings = 0
  results = 0
  /** Readings in rows of the journal that were gone before it came to them. */
  missedRows = 0
  snapshotPlace: Place

  /** @throws what the module refuses, or WebAssembly.RuntimeError. */
  constructor(parts: RunningParts) {
    this.#parts = parts
    const { loaded, site, saved, start, book, watch } = parts
    this.loaded = loaded
    const { settings, module, name } = loaded
    this.#instance = new ProcessorInstance(
      module,
      name,
      { settings, site },
      { begin: (call) => watch.begin(loaded, call), end: () => watch.end() },
    )
    this.#introduceSubjects(book)
    const place = saved ?? start
    this.journal = place.journal
    this.tick = place.tick
    this.snapshotPlace = place
  }

  /** The state it was saved in. Before anything else; a module of another version may refuse it. */
  restore(saved: SavedState, points: readonly NamedPoint[]): void {
    this.introduce(points, saved.points)
    this.#instance.restore(saved.bytes)
  }

  get memoryBytes(): number {
    return this.#instance.memoryBytes
  }

  get dropped(): number {
    return this.#instance.dropped
  }

  /** Points numbered from here on are new to it. */
  get knownPoints(): number {
    return this.#points
  }

  /** Points that may come in the next rows, by number, up to but without `end`. */
  introduce(points: readonly NamedPoint[], end: number): void {
    const { book } = this.#parts
    const entries: PointEntry[] = []
    for (const point of points) {
      if (point.number < this.#points || point.number >= end) continue
      if (!isRead(this.loaded.reads, point.quantity)) continue
      entries.push(book.pointEntry(point))
      this.#wanted[point.number] = 1
    }
    this.#points = Math.max(this.#points, end)
    this.#introduceSubjects(book)
    this.#instance.introduce({ subjects: [], points: entries })
  }

  /** The row after the one it has taken in last. */
  takeRow(number: number, columns: Columns): void {
    const { points } = columns
    const rows = this.#rows
    let count = 0
    for (let row = 0; row < points.length; row++) {
      rows[count] = row
      count += this.#wanted[points[row] as number] as number
    }
    for (let at = 0; at < count; at += BATCH_ROWS) {
      const some = Math.min(BATCH_ROWS, count - at)
      fillColumns(this.#instance.columns, { columns, rows: rows.subarray(at), count: some })
      this.#timed(() => this.#instance.process(some))
      this.#collect(number <= this.#parts.committed.journal)
    }
    this.journal = number
    this.readings += count
  }

  takeTick(time: number): void {
    this.#timed(() => this.#instance.tick(time))
    this.#collect(time <= this.#parts.committed.tick)
    this.tick = time
  }

  takeFound(): readonly Result[] {
    const found = this.#found
    this.#found = []
    return found
  }

  save(): SavedState {
    const bytes = this.#timed(() => this.#instance.snapshot())
    this.snapshotPlace = { journal: this.journal, tick: this.tick }
    return { ...this.snapshotPlace, points: this.#points, bytes }
  }

  #introduceSubjects(book: SiteBook): void {
    const { all } = book
    if (all.length === this.#subjects) return
    this.#instance.introduce({ subjects: all.slice(this.#subjects), points: [] })
    this.#subjects = all.length
  }

  #timed<Value>(work: () => Value): Value {
    const { stopwatch } = this.#parts
    const started = stopwatch()
    const value = work()
    this.times.add(stopwatch() - started)
    return value
  }

  /** What was put out before the process ended the last time is in the store, and is left out. */
  #collect(isKnown: boolean): void {
    const droppedBefore = this.#instance.dropped
    const results = this.#instance.take()
    this.#overflows = this.#instance.dropped > droppedBefore ? this.#overflows + 1 : 0
    if (this.#overflows > limits.processorOverflows) throw tooMuch(this.loaded.name)
    if (isKnown) return
    for (const result of results) this.#found.push(result)
    this.results += results.length
  }
}

/** In the state it was saved in. One that another version saved, and that this one refuses, is left. */
export function openRunning(
  parts: RunningParts,
  names: { points(first: number, last: number): readonly NamedPoint[] },
): Running {
  const { saved } = parts
  const own = new Running(parts)
  if (saved === undefined) return own
  try {
    own.restore(saved, names.points(0, saved.points - 1))
    return own
  } catch {
    return new Running({ ...parts, saved: undefined })
  }
}

function tooMuch(name: string): GridError {
  return new GridError(
    'input',
    `processor ${name} puts out more than ${limits.processorOverflows} calls in a row have room for`,
  )
}
