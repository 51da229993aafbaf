import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SpanKey } from './merge-choice.ts'
import { encodeSpan } from './span-body.ts'
import type { Span } from './span.ts'

/** The table `spans`, for its one writer. */
export class SpanTable {
  readonly #keys: StatementSync
  readonly #body: StatementSync
  readonly #insert: StatementSync
  readonly #remove: StatementSync

  constructor(db: DatabaseSync) {
    this.#keys = db.prepare(
      'SELECT number, first_time, last_time, rows, since FROM spans WHERE device = ? ORDER BY since',
    )
    this.#body = db.prepare('SELECT body FROM spans WHERE number = ?')
    this.#insert = db.prepare(
      'INSERT INTO spans (device, first_time, last_time, rows, readings, since, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#remove = db.prepare('DELETE FROM spans WHERE number = ?')
    this.#keys.setReturnArrays(true)
  }

  /** Of one device, what came first in front. */
  keysOf(device: number): readonly SpanKey[] {
    const rows = this.#keys.all(device) as unknown as [number, number, number, number, number][]
    return rows.map(([number, firstTime, lastTime, span, since]) => {
      return { number, firstTime, lastTime, rows: span, since }
    })
  }

  body(number: number): Uint8Array {
    return this.#body.get(number)?.['body'] as Uint8Array
  }

  /** Returns the bytes that it takes. */
  insert(device: number, span: Span, since: number): number {
    const { times, columns } = span
    const body = encodeSpan(span)
    let readings = 0
    for (const { values } of columns.values()) readings += values.length
    const last = times.at(-1) as number
    this.#insert.run(device, times[0] as number, last, times.length, readings, since, body)
    return body.length
  }

  remove(number: number): void {
    this.#remove.run(number)
  }
}
