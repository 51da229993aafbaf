import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'

/** What all rows of a series have in common. */
export interface Series {
  readonly processor: string
  readonly name: string
  readonly key: number
  readonly subject: { readonly kind: string; readonly id: string }
}

/** Series by their numbers, which never change: each is looked up once, and not with each row. */
export class OutboxSeries {
  readonly #find: StatementSync
  readonly #known = new Map<number, Series>()

  constructor(db: DatabaseSync) {
    this.#find = db.prepare(
      `SELECT s.processor, s.name, s.key, j.kind, j.id
       FROM series s JOIN subjects j ON j.number = s.subject WHERE s.number = ?`,
    )
  }

  named(number: number): Series {
    const known = this.#known.get(number)
    if (known !== undefined) return known
    const row = this.#find.get(number)
    const series = {
      processor: row?.['processor'] as string,
      name: row?.['name'] as string,
      key: row?.['key'] as number,
      subject: { kind: row?.['kind'] as string, id: row?.['id'] as string },
    }
    if (this.#known.size >= limits.outboxSeriesKept) this.#known.clear()
    this.#known.set(number, series)
    return series
  }
}
