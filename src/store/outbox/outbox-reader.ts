import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StoredResult } from '../results/result.ts'
import { type ResultsOf, openToRead, resultsPath } from '../results/results-file.ts'
import { OutboxSeries } from './outbox-series.ts'
import { EXPORT_STREAMS, type ExportStream, type StoredRanges, gapsIn } from './streams.ts'

export interface OutboxStream {
  readonly stream: string
  readonly epoch: number
  /** The number of the last row. */
  readonly last: number
  readonly acknowledged: StoredRanges
  /** Rows that made room before they were acknowledged. */
  readonly lost: number
  /** By which names that were taken out are replaced; it never leaves. */
  readonly secret: Uint8Array
}

export interface OutboxRow extends Omit<StoredResult, 'subject'> {
  readonly sequence: number
  readonly processor: string
  readonly subject: { readonly kind: string; readonly id: string }
}

export type OutboxStamp = Pick<OutboxRow, 'sequence' | 'time' | 'end' | 'revision'>

export interface Waiting {
  /** Counted up to a bound, reckoned beyond it. */
  readonly rows: number
  /** Of the first of them; 0: there is none. */
  readonly oldest: number
}

interface Source {
  readonly kind: 'event' | 'aggregate'
  readonly series: OutboxSeries
  readonly info: StatementSync
  readonly rows: StatementSync
  readonly stamps: StatementSync
  readonly some: StatementSync
  readonly first: StatementSync
}

/** As the statement has them. A row as an object with what its series is takes four times as long. */
type RowValues = readonly [
  series: number,
  time: number,
  end: number,
  value: number | null,
  quality: number,
  revision: number,
  severity: number,
  state: OutboxRow['state'] | null,
  fields: string | null,
  sequence: number,
]

interface OpenFile {
  readonly db: DatabaseSync
  readonly series: OutboxSeries
  /** By which the file system knows it. */
  readonly file: number
}

/** What waits to be sent, read beside the threads that write it. */
export class OutboxReader implements Disposable {
  readonly #directory: string
  readonly #open = new Map<ResultsOf, OpenFile>()
  #hasLooked = false
  readonly #sources = new Map<string, Source>()

  constructor(directory: string) {
    this.#directory = directory
  }

  /** Those that have begun. */
  streams(): OutboxStream[] {
    this.#look()
    return EXPORT_STREAMS.flatMap((each) => {
      const row = this.#source(each)?.info.get(each.stream)
      if (row === undefined) return []
      return {
        stream: each.stream,
        epoch: row['epoch'] as number,
        last: row['last'] as number,
        acknowledged: JSON.parse(row['acknowledged'] as string) as StoredRanges,
        lost: row['lost'] as number,
        secret: row['secret'] as Uint8Array,
      }
    })
  }

  /** Rows whose numbers are from `first` to `last`, in their order, at most so many. */
  rows(
    stream: string,
    { first, last, most }: { readonly first: number; readonly last: number; readonly most: number },
  ): OutboxRow[] {
    const source = this.#named(stream)
    if (source === undefined) return []
    const { rows, series, kind } = source
    return (rows.all(first, last, most) as unknown as RowValues[]).map((row) => {
      const [number, time, end, value, quality, revision, severity, state, fields, sequence] = row
      return {
        ...series.named(number),
        kind,
        time,
        end,
        value: value ?? NaN,
        quality,
        revision,
        severity,
        state: state ?? undefined,
        fields: fields === null ? {} : (JSON.parse(fields) as OutboxRow['fields']),
        sequence,
      }
    })
  }

  /** What tells rows of a stretch of time from others, at most so many. */
  stamps(
    stream: string,
    { from, to, most }: { readonly from: number; readonly to: number; readonly most: number },
  ): OutboxStamp[] {
    const found = this.#named(stream)?.stamps.all(from, to, most) ?? []
    return found.map((row) => ({
      sequence: row['sequence'] as number,
      time: row['time'] as number,
      end: row['end'] as number,
      revision: row['revision'] as number,
    }))
  }

  /** What is in none of the ranges. */
  waiting(stream: string, ranges: StoredRanges, last: number): Waiting {
    const source = this.#named(stream)
    if (source === undefined) return { rows: 0, oldest: 0 }
    let rows = 0
    let oldest = 0
    for (const gap of gapsIn(ranges, last)) {
      const own = rowsWithin(source, gap)
      rows += own
      if (oldest === 0 && own > 0) oldest = source.first.get(gap[0])?.['time'] as number
    }
    return { rows, oldest }
  }

  [Symbol.dispose](): void {
    for (const { db } of this.#open.values()) db.close()
  }

  /** A file may be new, and one that was damaged has made room for another of the same name. */
  #look(): void {
    this.#hasLooked = true
    for (const of of FILES) {
      const path = resultsPath(this.#directory, of)
      const file = fileAt(path)
      const known = this.#open.get(of)
      if (known?.file === file) continue
      if (known !== undefined) this.#close(of, known)
      if (file !== 0) this.#begin(of, path, file)
    }
  }

  #close(of: ResultsOf, { db }: OpenFile): void {
    db.close()
    this.#open.delete(of)
    this.#sources.clear()
  }

  #named(stream: string): Source | undefined {
    const known = EXPORT_STREAMS.find((each) => each.stream === stream)
    return known === undefined ? undefined : this.#source(known)
  }

  /** Undefined: there is nothing of it yet, or no uplink has ever been here. */
  #source({ stream, of, table }: ExportStream): Source | undefined {
    const known = this.#sources.get(stream)
    if (known !== undefined) return known
    if (!this.#hasLooked) this.#look()
    const open = this.#open.get(of)
    if (open === undefined) return undefined
    const { db, series } = open
    const own = table === 'events' ? 'severity, state' : '0, NULL'
    const rows = db.prepare(
      `SELECT series, time, end, value, quality, revision, ${own}, fields, sequence
       FROM ${table} INDEXED BY ${table}_sequence WHERE sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?`,
    )
    rows.setReturnArrays(true)
    const source: Source = {
      kind: table === 'events' ? 'event' : 'aggregate',
      series,
      rows,
      info: db.prepare(
        `SELECT epoch, acknowledged, lost, secret, (SELECT coalesce(max(sequence), 0) FROM ${table}) AS last
         FROM exports WHERE stream = ?`,
      ),
      // Aggregates have no index of times, but each series is in their order.
      stamps: db.prepare(
        `SELECT r.sequence, r.time, r.end, r.revision FROM ${
          table === 'events'
            ? 'events r INDEXED BY events_time'
            : 'series s CROSS JOIN aggregates r'
        } WHERE ${table === 'events' ? '' : 'r.series = s.number AND '}r.time >= ? AND r.time < ? LIMIT ?`,
      ),
      some: db.prepare(
        `SELECT count(*) AS rows, max(sequence) AS upTo
         FROM (SELECT sequence FROM ${table} WHERE sequence BETWEEN ? AND ? ORDER BY sequence LIMIT ?)`,
      ),
      first: db.prepare(`SELECT time FROM ${table} WHERE sequence >= ? ORDER BY sequence LIMIT 1`),
    }
    this.#sources.set(stream, source)
    return source
  }

  #begin(of: ResultsOf, path: string, file: number): void {
    const db = openToRead(path, 'exports')
    if (db === undefined) return
    this.#open.set(of, { db, series: new OutboxSeries(db), file })
  }
}

const FILES: readonly ResultsOf[] = ['built-in', 'own']

/** 0: there is none. */
function fileAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0
}

/** Counted as far as that is quick. Numbers lie close where little else was found, and far apart in a storm of other results: the rest is looked at in many places. */
function rowsWithin({ some }: Source, [start, end]: readonly [number, number]): number {
  const count = (first: number, last: number): Counted =>
    some.get(first, last, COUNTED_ROWS) as unknown as Counted
  const { rows, upTo } = count(start, end)
  if (rows < COUNTED_ROWS) return rows
  const left = end - upTo
  if (left <= COUNTED_ROWS) return rows + count(upTo + 1, end).rows
  let seen = 0
  for (let place = 0; place < PLACES; place++) {
    const first = upTo + 1 + Math.floor((left * place) / PLACES)
    seen += count(first, first + PLACE_NUMBERS - 1).rows
  }
  return rows + Math.round((seen * left) / (PLACES * PLACE_NUMBERS))
}

interface Counted {
  readonly rows: number
  readonly upTo: number
}

/** A scan of so many takes some ms; it comes again and again, in the thread of the sockets. */
const COUNTED_ROWS = 20_000
const PLACES = 500
const PLACE_NUMBERS = 40
