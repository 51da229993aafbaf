import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { ResultsOf } from '../results/results-file.ts'
import { EXPORT_STREAMS, type ExportTable, type StoredRanges, gapsIn } from './streams.ts'

/**
 * How far each stream of a file of results has come. Results are not copied into an outbox: a row's `sequence` is its number, given in the commit that
 * carries the row, and what is not acknowledged waits where it stands. An edge that knows nothing of this table leaves it alone.
 */
export const EXPORTS_SCHEMA = `
CREATE TABLE IF NOT EXISTS exports (
  stream TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL,
  acknowledged TEXT NOT NULL,
  lost INTEGER NOT NULL,
  secret BLOB NOT NULL
) STRICT;
`

const SECRET_BYTES = 32

/** The side of the file's one writer: each call is part of a transaction of its own or of the writer's. */
export class Exports {
  readonly #db: DatabaseSync
  readonly #of: ResultsOf

  constructor(db: DatabaseSync, of: ResultsOf) {
    this.#db = db
    this.#of = of
  }

  /** Nothing is sent before this commit is synced, and all results before it with it: their numbers will not be given to others. */
  begin(nowUs: number): void {
    const add = this.#db.prepare("INSERT OR IGNORE INTO exports VALUES (?, ?, '[]', 0, ?)")
    const touch = this.#db.prepare('UPDATE exports SET lost = lost WHERE stream = ?')
    for (const { stream } of this.#streams()) {
      add.run(stream, nowUs, randomBytes(SECRET_BYTES))
      touch.run(stream)
    }
  }

  /** The centre has these and will not lose them. What is not kept before a power cut is told again. */
  acknowledge(stream: string, ranges: StoredRanges): void {
    this.#db
      .prepare('UPDATE exports SET acknowledged = ? WHERE stream = ?')
      .run(JSON.stringify(ranges), stream)
  }

  /** The centre knows numbers that were never given here: all that is here goes again, under another epoch. */
  renew(stream: string, nowUs: number): void {
    this.#db
      .prepare("UPDATE exports SET epoch = max(epoch + 1, ?), acknowledged = '[]' WHERE stream = ?")
      .run(nowUs, stream)
  }

  /** Rows up to this number are about to make room: those that no centre has are lost, and counted. */
  makesRoom(table: 'derived' | ExportTable, end: number): void {
    const own = this.#streams().find((each) => each.table === table)
    if (own === undefined) return
    const { stream } = own
    const row = this.#db.prepare('SELECT acknowledged FROM exports WHERE stream = ?').get(stream)
    if (row === undefined) return
    const ranges = JSON.parse(row['acknowledged'] as string) as StoredRanges
    const count = this.#db.prepare(
      `SELECT count(*) AS rows FROM ${own.table} WHERE sequence BETWEEN ? AND ?`,
    )
    let lost = 0
    for (const [first, last] of gapsIn(ranges, end - 1))
      lost += count.get(first, last)?.['rows'] as number
    this.#db.prepare('UPDATE exports SET lost = lost + ? WHERE stream = ?').run(lost, stream)
  }

  #streams(): typeof EXPORT_STREAMS {
    return EXPORT_STREAMS.filter(({ of }) => of === this.#of)
  }
}
