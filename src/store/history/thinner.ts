import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import { folderBytes } from '../folder-bytes.ts'
import { type Retention, highWaterBytes, lowWaterBytes } from './retention.ts'

/** A span that is about to go. */
export interface OldSpan {
  readonly number: number
  readonly device: number
  readonly firstTime: number
  readonly lastTime: number
  readonly rows: number
  readonly readings: number
}

export interface ThinnerSettings {
  readonly directory: string
  readonly retention: Retention
  /** Told of spans in the transaction that deletes them, while they are still there: what is to be kept of them is kept now. */
  readonly keep: (spans: readonly OldSpan[]) => void
  /** Takes away some of what was kept of spans, of before a time. Returns how many windows; 0: there are no more. */
  readonly forget: (before: number) => number
}

/** What went. */
export interface Thinned {
  readonly readings: number
  readonly windows: number
}

/**
 * Takes away the oldest readings of history where the data folder comes near its budget, or where they are older than is to be kept: whole
 * spans, those that end first in front. How many of each device went stands in `thinned`, by the same commit. Where no readings are left to go, what was kept
 * of those that went makes room.
 */
export class Thinner {
  readonly #db: DatabaseSync
  readonly #settings: ThinnerSettings
  readonly #oldest: StatementSync
  readonly #remove: StatementSync
  readonly #count: StatementSync
  readonly #pages: StatementSync
  readonly #pageBytes: number
  readonly #freePages: StatementSync

  /** `db`: of the one writer of `history.db`. */
  constructor(db: DatabaseSync, settings: ThinnerSettings) {
    this.#db = db
    this.#settings = settings
    this.#oldest = db.prepare(
      `SELECT number, device, first_time AS firstTime, last_time AS lastTime, rows, readings
       FROM spans WHERE last_time < ? ORDER BY last_time LIMIT ?`,
    )
    this.#remove = db.prepare('DELETE FROM spans WHERE number = ?')
    this.#count = db.prepare(
      `INSERT INTO thinned (device, readings) VALUES (?, ?)
       ON CONFLICT (device) DO UPDATE SET readings = readings + excluded.readings`,
    )
    this.#pages = db.prepare('PRAGMA page_count')
    this.#pageBytes = db.prepare('PRAGMA page_size').get()?.['page_size'] as number
    this.#freePages = db.prepare('PRAGMA freelist_count')
  }

  /** Takes away what has to go, step by step. */
  thin(nowMs: number): Thinned {
    const { rawMs, rollupsMs } = this.#settings.retention
    const readings = (before: number): number => this.#step(before)
    const windows = (before: number): number => this.#forget(before)
    const went = { readings: 0, windows: 0 }
    const always = (): boolean => true
    if (rawMs !== undefined) went.readings += repeat(readings, (nowMs - rawMs) * 1000, always)
    if (rollupsMs !== undefined) went.windows += repeat(windows, (nowMs - rollupsMs) * 1000, always)
    if (this.#folderBytes() > highWaterBytes(this.#settings.retention)) {
      const enough = lowWaterBytes(this.#settings.retention)
      const isMuch = (): boolean => this.#folderBytes() > enough
      went.readings += repeat(readings, EVER, isMuch)
      went.windows += repeat(windows, EVER, isMuch)
    }
    if (went.readings + went.windows > 0) this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return went
  }

  #forget(before: number): number {
    const windows = this.#settings.forget(before)
    this.#giveBack()
    return windows
  }

  /** What the folder takes once the pages that were given back have left the file. */
  #folderBytes(): number {
    const pages = this.#pages.get()?.['page_count'] as number
    const path = this.#db.location()
    const size = path === null ? 0 : fileBytes(path)
    return folderBytes(this.#settings.directory) - size + pages * this.#pageBytes
  }

  #step(before: number): number {
    const spans = this.#oldest.all(before, limits.thinSpans) as unknown as OldSpan[]
    if (spans.length === 0) return 0
    let readings = 0
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      this.#settings.keep(spans)
      for (const span of spans) {
        this.#remove.run(span.number)
        this.#count.run(span.device, span.readings)
        readings += span.readings
      }
      this.#db.exec('COMMIT')
    } catch (cause) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw cause
    }
    this.#giveBack()
    return readings
  }

  /** A few pages at a time: a reader waits for no more than that. */
  #giveBack(): void {
    for (let free = Infinity; ;) {
      const left = this.#freePages.get()?.['freelist_count'] as number
      if (left === 0 || left >= free) return
      free = left
      this.#db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`)
    }
  }
}

/** Until there is nothing of before that time, or enough. Returns how much went. */
function repeat(step: (before: number) => number, before: number, isMuch: () => boolean): number {
  let all = 0
  while (isMuch()) {
    const went = step(before)
    if (went === 0) break
    all += went
  }
  return all
}

function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}

const VACUUM_PAGES = 256
const EVER = Number.MAX_SAFE_INTEGER
