import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Micros } from '../../core/time.ts'
import type { StoredResult } from './result.ts'
import { resultOf } from './result-row.ts'
import { type ResultsOf, openToRead, resultsPath } from './results-file.ts'

export interface ResultsQuery {
  readonly kind: StoredResult['kind']
  /** Inclusive; of events those that go on at `from` are in, of others those that begin in the range. */
  readonly from: Micros
  /** Exclusive. */
  readonly to: Micros
  /** Id of what they are about, the name of the result, the processor; undefined: all. */
  readonly subject: string | undefined
  readonly name: string | undefined
  readonly processor: string | undefined
  /** Of aggregates, microseconds from begin to end; undefined: all. */
  readonly widthUs: number | undefined
  readonly limit: number
  /** Of events by the time they began. */
  readonly order?: 'asc' | 'desc'
  /** Of events: this severe, or more. */
  readonly leastSeverity?: number
}

export interface NamedResult extends Omit<StoredResult, 'subject'> {
  readonly processor: string
  readonly subject: { readonly kind: string; readonly id: string }
}

const SETS: readonly ResultsOf[] = ['built-in', 'own']

/** What processors found, read beside the threads that write it. */
export class ResultsReader implements Disposable {
  readonly #directory: string
  readonly #open = new Map<ResultsOf, { readonly db: DatabaseSync; readonly inode: number }>()

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Events by the time they began; others series by series, each in order of time. Read in steps. */
  *results(query: ResultsQuery): Generator<NamedResult> {
    const sources = SETS.map((set) => this.#database(set)).filter((db) => db !== undefined)
    const found =
      query.kind === 'event'
        ? merged(
            sources.map((db) => events(db, query)),
            query.order ?? 'asc',
          )
        : sources
            .flatMap((db) => [seriesBySeries(db, query)])
            .values()
            .flatMap((each) => each)
    yield* found.take(query.limit)
  }

  [Symbol.dispose](): void {
    for (const { db } of this.#open.values()) db.close()
  }

  /** Undefined: no processor of that set has ever run here, or its writer has not come so far. */
  #database(of: ResultsOf): DatabaseSync | undefined {
    const path = resultsPath(this.#directory, of)
    const file = statSync(path, { throwIfNoEntry: false })
    const known = this.#open.get(of)
    // A damaged file is put aside while the edge runs, and another stands in its place.
    if (known !== undefined && known.inode === file?.ino) return known.db
    known?.db.close()
    this.#open.delete(of)
    if (file === undefined) return undefined
    const db = openToRead(path, 'series')
    if (db === undefined) return undefined
    this.#open.set(of, { db, inode: file.ino })
    return db
  }
}

const JOINED =
  'JOIN series s ON s.number = r.series JOIN subjects j ON j.number = s.subject WHERE (?1 IS NULL OR j.id = ?1) AND (?2 IS NULL OR s.name = ?2) AND (?3 IS NULL OR s.processor = ?3)'

/** Each in order, to all in order. */
function* merged(
  lists: readonly Generator<NamedResult>[],
  order: 'asc' | 'desc',
): Generator<NamedResult> {
  const heads = lists.map((list) => ({ list, next: list.next() }))
  const isBefore = (one: NamedResult, other: NamedResult): boolean =>
    order === 'asc' ? one.time < other.time : one.time > other.time
  for (;;) {
    let first: { head: (typeof heads)[number]; value: NamedResult } | undefined
    for (const head of heads) {
      if (head.next.done === true) continue
      const { value } = head.next
      if (first === undefined || isBefore(value, first.value)) first = { head, value }
    }
    if (first === undefined) return
    yield first.value
    first.head.next = first.head.list.next()
  }
}

function* events(db: DatabaseSync, query: ResultsQuery): Generator<NamedResult> {
  const { subject = null, name = null, processor = null, from, to, limit } = query
  const { order = 'asc', leastSeverity = 0 } = query
  const rows = db.prepare(
    `SELECT r.*, s.processor, s.name, s.key, j.kind AS subject_kind, j.id AS subject_id FROM events r ${JOINED}
     AND r.time < ?4 AND (r.end = 0 OR r.end > ?5) AND r.severity >= ?7
     ORDER BY r.time ${order}, r.series ${order} LIMIT ?6`,
  )
  for (const row of rows.all(subject, name, processor, to, from, limit, leastSeverity))
    yield namedResult({ ...row, kind: 'event' })
}

function* seriesBySeries(db: DatabaseSync, query: ResultsQuery): Generator<NamedResult> {
  const { subject = null, name = null, processor = null, kind } = query
  const series = db.prepare(
    `SELECT s.number, s.processor, s.kind, s.name, s.key, j.kind AS subject_kind, j.id AS subject_id
     FROM series s JOIN subjects j ON j.number = s.subject
     WHERE s.kind = ?4 AND (?1 IS NULL OR j.id = ?1) AND (?2 IS NULL OR s.name = ?2) AND (?3 IS NULL OR s.processor = ?3)
     ORDER BY j.number, s.name, s.key`,
  )
  // Windows of several widths may begin together, so a step goes on behind the last time and end.
  const [table, end] = kind === 'derived' ? ['derived', 'time'] : ['aggregates', 'end']
  const rows = db.prepare(
    `SELECT * FROM ${table} WHERE series = ?1 AND time >= ?2 AND (time, ${end}) > (?2, ?3) AND time < ?4 ORDER BY time, ${end} LIMIT ?5`,
  )
  for (const own of series.all(subject, name, processor, kind)) {
    const { number, ...about } = own
    let [lastTime, lastEnd]: [number, number] = [query.from, Number.MIN_SAFE_INTEGER]
    for (;;) {
      const some = rows.all(number as number, lastTime, lastEnd, query.to, STEP_ROWS)
      for (const row of some) {
        const end = (row['end'] ?? row['time']) as number
        if (query.widthUs !== undefined && end - (row['time'] as number) !== query.widthUs) continue
        yield namedResult({ revision: 0, severity: 0, state: null, ...row, end, ...about })
      }
      const last = some.at(-1)
      if (last === undefined || some.length < STEP_ROWS) break
      lastTime = last['time'] as number
      lastEnd = (last['end'] ?? lastTime) as number
    }
  }
}

function namedResult(row: Readonly<Record<string, unknown>>): NamedResult {
  const { subject: _number, ...result } = resultOf(row)
  const kind = row['subject_kind'] as string
  const id = row['subject_id'] as string
  return { ...result, processor: row['processor'] as string, subject: { kind, id } }
}

const STEP_ROWS = 512
