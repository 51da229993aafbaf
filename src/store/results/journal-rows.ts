import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Columns } from '../../core/batch.ts'
import { limits } from '../../core/limits.ts'
import { journalPath } from '../journal.ts'
import { decodeRow } from '../row.ts'

export interface JournalRow {
  readonly number: number
  /** Undefined: the disk returned other bytes than were written. */
  readonly columns: Columns | undefined
}

export interface NamedPoint {
  readonly number: number
  readonly device: string
  readonly quantity: string
  readonly unit: string
}

/** The journal as processors read it: row after row, beside its writer. */
export class JournalRows implements Disposable {
  readonly #db: DatabaseSync
  readonly #rows: StatementSync
  readonly #points: StatementSync
  readonly #first: StatementSync
  readonly #last: StatementSync
  readonly #readings: StatementSync

  constructor(directory: string) {
    this.#db = new DatabaseSync(journalPath(directory), {
      readOnly: true,
      timeout: limits.readerBusyMs,
    })
    this.#rows = this.#db.prepare(
      'SELECT number, body FROM journal WHERE number > ? ORDER BY number LIMIT ?',
    )
    this.#points = this.#db.prepare(
      `SELECT p.number, d.name, p.quantity, p.unit FROM points p JOIN devices d ON d.number = p.device
       WHERE p.number BETWEEN ? AND ? ORDER BY p.number`,
    )
    this.#readings = this.#db.prepare(
      'SELECT sum(readings) AS readings FROM journal WHERE number > ?',
    )
    this.#last = this.#db.prepare(
      'SELECT max(coalesce((SELECT max(number) FROM journal), 0), coalesce((SELECT journal FROM snapshot), 0)) AS last',
    )
    this.#first = this.#db.prepare('SELECT min(number) AS first FROM journal')
  }

  /** In their order, at most so many. */
  after(number: number, rows: number): JournalRow[] {
    return this.#rows.all(number, rows).map((row) => {
      const own = row['number'] as number
      return { number: own, columns: columnsOf(row['body'] as Uint8Array, own) }
    })
  }

  /** Looks at every row: not to be asked all the time. */
  readingsAfter(number: number): number {
    return (this.#readings.get(number)?.['readings'] as number | null) ?? 0
  }

  /** The first row that is still there; undefined: there is none. */
  get first(): number | undefined {
    return (this.#first.get()?.['first'] as number | null) ?? undefined
  }

  /** The number of the last row that was ever written; it may be in history. */
  get last(): number {
    return this.#last.get()?.['last'] as number
  }

  /** Both inclusive. */
  points(first: number, last: number): NamedPoint[] {
    return this.#points.all(first, last).map((row) => ({
      number: row['number'] as number,
      device: row['name'] as string,
      quantity: row['quantity'] as string,
      unit: row['unit'] as string,
    }))
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}

function columnsOf(bytes: Uint8Array, number: number): Columns | undefined {
  try {
    return decodeRow(bytes, number)
  } catch {
    return undefined
  }
}
