import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import { Exports } from '../outbox/exports.ts'
import type { StoredRanges } from '../outbox/streams.ts'
import type { ProcessorRecord, StoredResult, StoredSubject, Tick } from './result.ts'
import { type ResultsOf, openResults } from './results-file.ts'
import { resultOf } from './result-row.ts'

/** What one processor adds with a commit. */
export interface Found {
  readonly processor: string
  readonly results: readonly StoredResult[]
}

export interface ResultsCommit {
  readonly subjects: readonly StoredSubject[]
  readonly ticks: readonly Tick[]
  readonly found: readonly Found[]
  /** Where each processor is now. A snapshot that is undefined leaves the last one. */
  readonly processors: readonly ProcessorRecord[]
}

export interface ResultsSettings {
  readonly directory: string
  readonly of: ResultsOf
  /** Events and aggregates are sent to a centre: a commit that has some is synced, for their numbers are given with it. */
  readonly areSent: boolean
}

/** The one writer of a file of results: results, and the place of the processor that found them, are one commit. */
export class ResultsWriter implements Disposable {
  readonly #db: DatabaseSync
  readonly #series = new Map<string, number>()
  #sequence: number
  #published: number
  readonly #statements: Statements
  readonly #exports: Exports
  readonly #areSent: boolean
  #sweptMs = 0

  constructor({ directory, of, areSent }: ResultsSettings) {
    this.#db = openResults(directory, of)
    this.#statements = prepareAll(this.#db)
    this.#sequence = this.#lastSequence()
    this.#published = this.#db.prepare('SELECT sequence FROM published').get()?.[
      'sequence'
    ] as number
    this.#exports = new Exports(this.#db, of)
    this.#areSent = areSent
    if (areSent) this.#synced(() => this.#exports.begin(Date.now() * 1000))
  }

  subjects(): StoredSubject[] {
    const rows = this.#db.prepare('SELECT number, kind, id FROM subjects ORDER BY number').all()
    return rows.map((row) => ({
      number: row['number'] as number,
      kind: row['kind'] as string,
      id: row['id'] as string,
    }))
  }

  processors(): ProcessorRecord[] {
    return this.#db
      .prepare(
        `SELECT p.*, s.journal AS snapshot_journal, s.tick AS snapshot_tick, s.points AS snapshot_points, s.body AS snapshot
         FROM processors p LEFT JOIN snapshots s ON s.processor = p.name`,
      )
      .all()
      .map(recordOf)
  }

  /** Later than this one, in their order. */
  ticks(after: number): Tick[] {
    const rows = this.#db.prepare('SELECT time, journal FROM ticks WHERE time > ? ORDER BY time')
    return rows.all(after).map((row) => ({
      time: row['time'] as number,
      journal: row['journal'] as number,
    }))
  }

  /** Returns the sequence of the last result. */
  commit({ subjects, ticks, found, processors }: ResultsCommit): number {
    const { subject, tick, published } = this.#statements
    const isSent = this.#areSent && found.some(({ results }) => results.some(isExported))
    const transact = isSent ? this.#synced.bind(this) : this.#transact.bind(this)
    return transact(() => {
      for (const { number, kind, id } of subjects) subject.run(number, kind, id)
      for (const { time, journal } of ticks) tick.run(time, journal)
      for (const { processor, results } of found) {
        for (const result of results) this.#put(processor, result)
      }
      for (const record of processors) this.#place(record)
      published.run(this.#published)
      return this.#sequence
    })
  }

  /** The next results that subscribers were not told of, and the sequence of the last. */
  unpublished(
    after: number,
    results: number,
  ): { readonly found: readonly Found[]; readonly sequence: number } {
    const rows = this.#statements.unpublished.all(Math.max(after, this.#published), results)
    const found = rows.map((row) => ({
      processor: row['processor'] as string,
      results: [resultOf(row)],
    }))
    return { found, sequence: (rows.at(-1)?.['sequence'] ?? 0) as number }
  }

  /** Subscribers were told of everything up to this sequence; written with the next commit, for to be told again does no harm. */
  published(sequence: number): void {
    this.#published = Math.max(this.#published, sequence)
  }

  /** The centre has these of a stream. */
  acknowledge(stream: string, ranges: StoredRanges): void {
    this.#transact(() => this.#exports.acknowledge(stream, ranges))
  }

  /** A stream begins anew, in another epoch. */
  renew(stream: string): void {
    this.#synced(() => this.#exports.renew(stream, Date.now() * 1000))
  }

  /** Ticks that no processor needs for a replay, and, where the file is too large, the oldest results. Returns how many results went. */
  sweep({ ticksUpTo, nowMs }: { readonly ticksUpTo: number; readonly nowMs: number }): number {
    if (nowMs - this.#sweptMs < limits.resultsSweepMs) return 0
    this.#sweptMs = nowMs
    return this.#transact(() => {
      this.#statements.dropTicks.run(ticksUpTo)
      return this.#isTooLarge() ? this.#removeOldest() : 0
    })
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  /** With it all that was committed before is on the disk, too. */
  #synced<Result>(write: () => Result): Result {
    this.#db.exec('PRAGMA synchronous=FULL')
    try {
      return this.#transact(write)
    } finally {
      this.#db.exec('PRAGMA synchronous=NORMAL')
    }
  }

  #transact<Result>(write: () => Result): Result {
    const sequence = this.#sequence
    this.#statements.begin.run()
    try {
      const result = write()
      this.#statements.commit.run()
      return result
    } catch (cause) {
      this.#sequence = sequence
      this.#series.clear()
      if (this.#db.isTransaction) this.#statements.rollback.run()
      throw cause
    }
  }

  #put(processor: string, result: StoredResult): void {
    const { derived, aggregate, event } = this.#statements
    const { kind, time, end, quality, revision, severity, state = null } = result
    const series = this.#seriesOf(processor, result)
    const value = Number.isFinite(result.value) ? result.value : null
    const fields = Object.keys(result.fields).length === 0 ? null : JSON.stringify(result.fields)
    const sequence = ++this.#sequence
    switch (kind) {
      case 'derived':
        derived.run(series, time, value, quality, fields, sequence)
        return
      case 'aggregate':
        aggregate.run(series, time, end, value, quality, revision, fields, sequence)
        return
      case 'event':
        event.run(series, time, end, value, quality, revision, severity, state, fields, sequence)
    }
  }

  #seriesOf(processor: string, { kind, name, subject, key }: StoredResult): number {
    const id = `${processor} ${kind} ${name} ${subject} ${key}`
    const known = this.#series.get(id)
    if (known !== undefined) return known
    if (this.#series.size >= limits.resultSeriesKept) this.#series.clear()
    this.#statements.series.run(processor, kind, name, subject, key)
    const row = this.#statements.findSeries.get(processor, kind, name, subject, key)
    const number = row?.['number'] as number
    this.#series.set(id, number)
    return number
  }

  #place({ name, version, digest, journal, tick, snapshot, fault }: ProcessorRecord): void {
    const { place, save } = this.#statements
    place.run(name, version, digest, journal, tick, fault ?? null)
    if (snapshot === undefined) return
    save.run(name, snapshot.journal, snapshot.tick, snapshot.points, snapshot.bytes)
  }

  #lastSequence(): number {
    const tables = ['derived', 'aggregates', 'events'].map(
      (table) => `(SELECT coalesce(max(sequence), 0) FROM ${table})`,
    )
    const row = this.#db
      .prepare(`SELECT max(${tables.join(', ')}, (SELECT sequence FROM published)) AS last`)
      .get()
    return row?.['last'] as number
  }

  #isTooLarge(): boolean {
    const pages = this.#db.prepare('PRAGMA page_count').get()?.['page_count'] as number
    const free = this.#db.prepare('PRAGMA freelist_count').get()?.['freelist_count'] as number
    return (pages - free) * 4096 > limits.resultsBytes
  }

  /** What can be said with fewer words goes first: derived readings, then aggregates. Events are the last. */
  #removeOldest(): number {
    for (const table of ['derived', 'aggregates', 'events'] as const) {
      const first = this.#db.prepare(`SELECT min(sequence) AS first FROM ${table}`).get()?.['first']
      if (typeof first !== 'number') continue
      const end = first + Math.max(1, Math.ceil((this.#sequence - first) * REMOVED_SHARE))
      this.#exports.makesRoom(table, end)
      const { changes } = this.#db.prepare(`DELETE FROM ${table} WHERE sequence < ?`).run(end)
      this.#db.prepare('UPDATE published SET removed = removed + ?').run(changes)
      this.#db.exec('PRAGMA incremental_vacuum(4096)')
      return Number(changes)
    }
    return 0
  }
}

function isExported({ kind }: StoredResult): boolean {
  return kind !== 'derived'
}

/** A sweep takes away so much of a table, so that it is over in a moment and comes again. */
const REMOVED_SHARE = 0.02

type Statements = ReturnType<typeof prepareAll>

function prepareAll(db: DatabaseSync) {
  const prepare = (sql: string): StatementSync => db.prepare(sql)
  return {
    begin: prepare('BEGIN IMMEDIATE'),
    commit: prepare('COMMIT'),
    rollback: prepare('ROLLBACK'),
    subject: prepare('INSERT INTO subjects (number, kind, id) VALUES (?, ?, ?)'),
    tick: prepare('INSERT INTO ticks (time, journal) VALUES (?, ?)'),
    dropTicks: prepare('DELETE FROM ticks WHERE time <= ?'),
    series: prepare(
      'INSERT OR IGNORE INTO series (processor, kind, name, subject, key) VALUES (?, ?, ?, ?, ?)',
    ),
    findSeries: prepare(
      'SELECT number FROM series WHERE processor = ? AND kind = ? AND name = ? AND subject = ? AND key = ?',
    ),
    derived: prepare('INSERT OR REPLACE INTO derived VALUES (?, ?, ?, ?, ?, ?)'),
    aggregate: prepare('INSERT OR REPLACE INTO aggregates VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    event: prepare('INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    place: prepare(
      `INSERT INTO processors VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET version = excluded.version, digest = excluded.digest, journal = excluded.journal,
       tick = excluded.tick, fault = excluded.fault`,
    ),
    save: prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?)'),
    unpublished: prepare(
      `SELECT * FROM (
         SELECT series, 'derived' AS kind, time, time AS end, value, quality, 0 AS revision, 0 AS severity, NULL AS state, fields, sequence
         FROM derived WHERE sequence > ?1
         UNION ALL SELECT series, 'aggregate', time, end, value, quality, revision, 0, NULL, fields, sequence
         FROM aggregates WHERE sequence > ?1
         UNION ALL SELECT series, 'event', time, end, value, quality, revision, severity, state, fields, sequence
         FROM events WHERE sequence > ?1
       ) AS r JOIN series s ON s.number = r.series ORDER BY r.sequence LIMIT ?2`,
    ),
    published: prepare('UPDATE published SET sequence = ?'),
  }
}

function recordOf(row: Readonly<Record<string, unknown>>): ProcessorRecord {
  const bytes = row['snapshot'] as Uint8Array | null
  return {
    name: row['name'] as string,
    version: row['version'] as string,
    digest: row['digest'] as string,
    journal: row['journal'] as number,
    tick: row['tick'] as number,
    fault: (row['fault'] as string | null) ?? undefined,
    snapshot:
      bytes === null
        ? undefined
        : {
            journal: row['snapshot_journal'] as number,
            tick: row['snapshot_tick'] as number,
            points: row['snapshot_points'] as number,
            bytes,
          },
  }
}
