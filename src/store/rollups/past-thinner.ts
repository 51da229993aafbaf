import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import { levels } from './levels.ts'
import { PastTable, readPiece } from './past-table.ts'
import type { RollupKey } from './rollup-table.ts'

const TIMES_ONLY = { partsOf: () => undefined, goodOnly: false }

/** Takes away what stays of readings that went: whole chunks, those that end first in front. How many windows of each device went is counted by the same commit. */
export class PastThinner {
  readonly #db: DatabaseSync
  readonly #table: PastTable
  readonly #oldest: StatementSync
  readonly #count: StatementSync

  /** `db`: of the one writer of `history.db`. */
  constructor(db: DatabaseSync) {
    this.#db = db
    this.#table = new PastTable(db)
    this.#oldest = db.prepare(
      'SELECT DISTINCT device, width, start FROM past WHERE width = ? AND start <= ? ORDER BY start LIMIT ?',
    )
    this.#count = db.prepare(
      `INSERT INTO thinned_windows (device, windows) VALUES (?, ?)
       ON CONFLICT (device) DO UPDATE SET windows = windows + excluded.windows`,
    )
  }

  /** One commit of chunks that end before a time. Returns how many windows went; 0: there are no such chunks. */
  step(before: number): number {
    const keys = this.#oldestKeys(before)
    if (keys.length === 0) return 0
    let windows = 0
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      for (const key of keys) windows += this.#remove(key)
      this.#db.exec('COMMIT')
    } catch (cause) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw cause
    }
    return windows
  }

  /** Of those that end at one time the finer ones first. */
  #oldestKeys(before: number): readonly RollupKey[] {
    const found = levels.flatMap(({ width, span }) => {
      const keys = this.#oldest.all(width, before - span, limits.thinSpans)
      return (keys as unknown as RollupKey[]).map((key) => ({ key, end: key.start + span }))
    })
    return found
      .toSorted((a, b) => a.end - b.end)
      .slice(0, limits.thinSpans)
      .map(({ key }) => key)
  }

  /** One that is damaged counts as what the table says of it. */
  #remove(key: RollupKey): number {
    const times = new Set<number>()
    let damaged = 0
    for (const piece of this.#table.pieces(key)) {
      const read = readPiece(piece, TIMES_ONLY)
      for (const time of read?.times ?? []) times.add(time)
      if (read === undefined) damaged += piece.windows
      this.#table.remove(piece.number)
    }
    this.#count.run(key.device, times.size + damaged)
    return times.size + damaged
  }
}
