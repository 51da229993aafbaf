import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { isCorrupt } from './corrupt.ts'

export type TableRow = Record<string, SQLOutputValue>

/** Rows fetched at a time. */
const BATCH = 64
/** Seeks into a damaged place, each of which fails, before it is given up. */
const SEEKS = 20_000
/** Row numbers are of this size at most; the first and the last are looked for by seeking, not by asking. */
export const HIGHEST: number = 2 ** 40

/** Rowids, exclusive, between which a table cannot be read. */
export interface Gap {
  readonly after: number
  readonly before: number
}

/**
 * Every row of a table that can be read, whatever pages of it are damaged: forwards as far as that goes, then backwards from the end,
 * then from the middle of what is left, until only what cannot be read remains. `key` is the rowid under its name.
 */
export class TableWalk {
  readonly gaps: Gap[] = []
  readonly #forwards: StatementSync
  readonly #backwards: StatementSync
  readonly #key: string
  #seeks = 0

  constructor(db: DatabaseSync, table: string, key: string) {
    this.#key = key
    // NOT INDEXED: an index may be what disagrees.
    const rows = `SELECT * FROM ${table} NOT INDEXED WHERE ${key} > ? AND ${key} < ? ORDER BY ${key}`
    this.#forwards = db.prepare(`${rows} LIMIT ?`)
    this.#backwards = db.prepare(`${rows} DESC LIMIT ?`)
  }

  *rows(): Generator<TableRow, void> {
    yield* this.#between(-1, HIGHEST)
  }

  *#between(after: number, before: number): Generator<TableRow, void> {
    const reached = yield* this.#run(this.#forwards, { after, before })
    if (reached === 'end') return
    const rest = yield* this.#run(this.#backwards, { after: reached, before })
    if (rest === 'end') return
    const middle = Math.floor((reached + rest) / 2)
    this.#seeks++
    if (rest - reached <= 2 || this.#seeks > SEEKS) {
      if (rest - reached > 1) this.#addGap({ after: reached, before: rest })
      return
    }
    yield* this.#between(reached, middle + 1)
    yield* this.#between(middle, rest)
  }

  /** Returns how far it came, or `end` where there is nothing more. */
  *#run(statement: StatementSync, { after, before }: Gap): Generator<TableRow, number | 'end'> {
    const isForwards = statement === this.#forwards
    let [low, high] = [after, before]
    for (let batch = BATCH; ;) {
      let rows: TableRow[]
      try {
        rows = statement.all(low, high, batch)
      } catch (thrown) {
        if (!isCorrupt(thrown)) throw thrown
        if (batch === 1) return isForwards ? low : high
        batch = 1
        continue
      }
      yield* rows
      const last = rows.at(-1)?.[this.#key]
      if (rows.length < batch || typeof last !== 'number') return 'end'
      if (isForwards) low = last
      else high = last
    }
  }

  #addGap(gap: Gap): void {
    const last = this.gaps.at(-1)
    if (last !== undefined && last.before >= gap.after)
      this.gaps[this.gaps.length - 1] = { after: last.after, before: gap.before }
    else this.gaps.push(gap)
  }
}
