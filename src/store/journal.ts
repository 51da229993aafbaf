import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Micros } from '../core/time.ts'
import type { Conflict } from './admission.ts'
import { AuditTable } from './audit.ts'
import { ClockSteps } from './clock-steps.ts'
import { checkFormat } from './format-check.ts'
import { KeptTable } from './kept.ts'
import type { Definitions } from './names.ts'
import type { EncodedRow } from './row.ts'
import { FORMAT_VERSION, SCHEMA, UPGRADE } from './schema.ts'

/** First bytes of a payload that was refused, for an operator to look at. */
export interface Evidence {
  readonly device: number
  readonly time: Micros
  readonly reason: string
  readonly complaint: string
  readonly bytes: Uint8Array
}

export interface JournalRow extends EncodedRow {
  readonly devices: number
  readonly readings: number
}

export function journalPath(directory: string): string {
  return join(directory, 'journal.db')
}

/** The journal's one writer. A commit has reached the disk when `commit` returns (WAL, synchronous=FULL). */
export class Journal {
  readonly db: DatabaseSync
  readonly kept: KeptTable
  readonly audit: AuditTable
  readonly clockSteps: ClockSteps
  /** The first row that is still there, or will be. */
  #first: number
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #rollback: StatementSync
  readonly #insertDevice: StatementSync
  readonly #insertPoint: StatementSync
  readonly #insertRow: StatementSync
  readonly #trim: StatementSync
  readonly #freePages: StatementSync
  readonly #insertConflict: StatementSync
  readonly #insertEvidence: StatementSync
  readonly #trimEvidence: StatementSync
  readonly #insertSnapshot: StatementSync

  constructor(directory: string) {
    const db = openJournal(directory)
    this.db = db
    this.kept = new KeptTable(db)
    this.audit = new AuditTable(db)
    this.clockSteps = new ClockSteps(db)
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#rollback = db.prepare('ROLLBACK')
    this.#insertDevice = db.prepare('INSERT INTO devices (number, name) VALUES (?, ?)')
    this.#insertPoint = db.prepare(
      'INSERT INTO points (number, device, quantity, unit) VALUES (?, ?, ?, ?)',
    )
    this.#insertRow = db.prepare(
      'INSERT INTO journal (number, first_time, last_time, devices, readings, body) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#trim = db.prepare('DELETE FROM journal WHERE number BETWEEN ? AND ?')
    this.#freePages = db.prepare('PRAGMA freelist_count')
    this.#first = db.prepare('SELECT min(number) AS first FROM journal').get()?.['first'] as number
    this.#insertConflict = db.prepare(
      'INSERT OR IGNORE INTO conflicts (point, time, value, quality) VALUES (?, ?, ?, ?)',
    )
    this.#insertEvidence = db.prepare(
      'INSERT INTO evidence (device, time, reason, complaint, bytes) VALUES (?, ?, ?, ?, ?)',
    )
    this.#trimEvidence = db.prepare(
      `DELETE FROM evidence WHERE number <= (SELECT max(number) FROM evidence) - ${limits.evidenceRows}`,
    )
    this.#insertSnapshot = db.prepare(
      'INSERT OR REPLACE INTO snapshot (id, journal, body) VALUES (0, ?, ?)',
    )
  }

  /** Runs `write` in one transaction; whatever it throws leaves the journal as it was. */
  commit(write: () => void): void {
    const first = this.#first
    this.#begin.run()
    try {
      write()
      this.#commit.run()
    } catch (cause) {
      this.#first = first
      if (this.db.isTransaction) this.#rollback.run()
      throw cause
    }
  }

  define({ devices, points }: Definitions): void {
    for (const { number, name } of devices) this.#insertDevice.run(number, name)
    for (const { number, device, quantity, unit } of points) {
      this.#insertPoint.run(number, device, quantity, unit)
    }
  }

  append(number: number, { bytes, firstTime, lastTime, devices, readings }: JournalRow): void {
    if (readings === 0) this.#insertRow.run(number, null, null, 0, 0, bytes)
    else this.#insertRow.run(number, firstTime, lastTime, devices, readings, bytes)
  }

  /** Takes away the next rows up to `last`, at most so many. */
  trim(last: number, rows: number): void {
    if (this.#first > last) return
    const end = Math.min(last, this.#first + rows - 1)
    this.#trim.run(this.#first, end)
    this.#first = end + 1
  }

  /** Gives pages back to the disk where more are free than are kept for the rows to come. */
  vacuum({ kept, pages }: { readonly kept: number; readonly pages: number }): void {
    const free = this.#freePages.get()?.['freelist_count'] as number
    if (free > kept) this.db.exec(`PRAGMA incremental_vacuum(${Math.min(pages, free - kept)})`)
  }

  contradict({ point, time, value, quality }: Conflict): void {
    this.#insertConflict.run(point, time, value, quality)
  }

  keepEvidence(evidence: readonly Evidence[]): void {
    for (const { device, time, reason, complaint, bytes } of evidence) {
      this.#insertEvidence.run(device, time, reason, complaint, bytes)
    }
    if (evidence.length > 0) this.#trimEvidence.run()
  }

  snapshot(number: number, body: Uint8Array): void {
    this.#insertSnapshot.run(number, body)
  }

  close(): void {
    this.db.close()
  }
}

function openJournal(directory: string): DatabaseSync {
  const path = journalPath(directory)
  try {
    const db = new DatabaseSync(path)
    if (isEmpty(db)) db.exec('PRAGMA auto_vacuum=INCREMENTAL')
    db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=${limits.walPages};
      PRAGMA journal_size_limit=${limits.walPages * 4096}; PRAGMA cache_size=-${limits.writerCacheKib}; PRAGMA temp_store=MEMORY;
      PRAGMA busy_timeout=${limits.readerBusyMs}`)
    if (isEmpty(db)) db.exec(`BEGIN IMMEDIATE; ${SCHEMA}; COMMIT`)
    if (checkFormat(db, path) < FORMAT_VERSION) db.exec(`BEGIN IMMEDIATE; ${UPGRADE}; COMMIT`)
    return db
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    throw new GridError('disk', `opening the journal ${path}: ${errorText(cause)}`, {
      hint: 'Check that the folder given with --data exists, can be written to, and has free space.',
      cause,
    })
  }
}

/** New, or left behind by a start that was cut off before its first commit. */
function isEmpty(db: DatabaseSync): boolean {
  return db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.['tables'] === 0
}
