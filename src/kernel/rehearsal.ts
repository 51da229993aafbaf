import type { Columns } from '../core/batch.ts'
import { limits } from '../core/limits.ts'
import type { Result } from './output-decoder.ts'
import { type Loaded, Running } from './running.ts'
import { type NamedPoint, SiteBook, type SiteEntry } from './site-book.ts'

const BEGIN = { journal: 0, tick: 0 }

/**
 * A module on readings of the past, in order of their time, which is not the order in which they came. It ticks as they go by, once a second of
 * theirs at most.
 */
export class Rehearsal {
  readonly #running: Running
  readonly #book: SiteBook
  /** Results by kind and name; one that is told of again counts once. */
  readonly counts: Map<string, number> = new Map()
  readonly #seen = new Set<string>()
  readings = 0
  #row = 0
  #tick = 0

  constructor(
    loaded: Loaded,
    site: { readonly entry: unknown; readonly subjects: readonly SiteEntry[] },
  ) {
    this.#book = new SiteBook([], site.subjects)
    this.#running = new Running({
      loaded,
      site: site.entry,
      book: this.#book,
      saved: undefined,
      start: BEGIN,
      committed: BEGIN,
      watch: { begin() {}, end() {} },
      stopwatch: () => 0,
    })
  }

  introduce(points: readonly NamedPoint[]): void {
    this.#running.introduce(points, Math.max(0, ...points.map(({ number }) => number + 1)))
  }

  /** What was found, with the id of its subject. */
  feed(columns: Columns): (Omit<Result, 'subject'> & { readonly subject: string })[] {
    this.readings += columns.points.length
    for (let start = 0; start < columns.points.length; start += limits.slotReadings)
      this.#running.takeRow(++this.#row, sliceOf(columns, start))
    const last = columns.times.at(-1) ?? 0
    if (last - this.#tick >= limits.processorTickMs * 1000) {
      this.#tick = last
      this.#running.takeTick(last)
    }
    return this.#running.takeFound().map((result) => {
      this.#count(result)
      return { ...result, subject: this.#book.numbered(result.subject)?.id ?? '' }
    })
  }

  #count({ kind, name, subject, time, end, key }: Result): void {
    const about = kind === 'event' ? `${time} ${key}` : `${time} ${end} ${key}`
    const id = `${kind} ${name} ${subject} ${about}`
    if (this.#seen.has(id)) return
    if (this.#seen.size < limits.resultSeriesKept) this.#seen.add(id)
    this.counts.set(`${kind} ${name}`, (this.counts.get(`${kind} ${name}`) ?? 0) + 1)
  }
}

/** As many as a row of the journal may have. */
function sliceOf({ points, times, values, qualities }: Columns, start: number): Columns {
  const end = start + limits.slotReadings
  return {
    points: points.subarray(start, end),
    times: times.subarray(start, end),
    values: values.subarray(start, end),
    qualities: qualities.subarray(start, end),
  }
}
