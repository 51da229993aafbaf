import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { GridError } from '../../core/errors.ts'
import { decodeRow } from '../row.ts'
import { Conflicts } from './conflicts.ts'
import { Pending, type Wanted } from './pending.ts'
import { type ReadingsChunk, type ReadingsQuery, allocateChunk } from './readings-query.ts'
import { RowIndex, type IndexStep, type RowKey } from './row-index.ts'
import { selectPoints } from './selection.ts'
import { shortRead } from './short-read.ts'

/** Rows and readings fetched in one read transaction: a few milliseconds, about a megabyte. */
const BATCH_ROWS = 256
const BATCH_READINGS = 32_768

interface Batch {
  readonly rows: readonly RowKey[]
  /** No row of a later batch begins before this. */
  readonly frontier: number
}

interface Window extends Wanted {
  readonly devices: number
  to: number
}

/**
 * One query. It walks the rows by their first time and hands out, sorted, what is older than the first time of the row that
 * comes next. What must wait is bounded twice: it lies within `limits.journalRowSpanMs`, for no row is longer; and where even
 * that is too much (half the devices a minute late, and a high rate), the later half is forgotten, the query goes on to the
 * time of the cut, and starts again from there. So memory stays below some 2 × `limits.queryOverlapReadings`, readings of 22 bytes
 * whatever the journal holds, and rows that were cut through are read once more.
 */
export class ReadingsWalk {
  readonly #database: DatabaseSync
  readonly #query: ReadingsQuery
  readonly #body: StatementSync
  #damaged = 0

  constructor(database: DatabaseSync, query: ReadingsQuery) {
    this.#database = database
    this.#query = query
    this.#body = database.prepare('SELECT body FROM journal WHERE number = ?')
    this.#body.setReturnArrays(true)
  }

  /** Undefined: a few milliseconds of work, and nothing to hand out yet. */
  *steps(): Generator<ReadingsChunk | undefined> {
    const { from, to } = this.#query
    const selection = selectPoints(this.#database, this.#query)
    if (selection === undefined) return
    const conflicts = new Conflicts(this.#database)
    for (let start: number = from; start < to;) {
      const window: Window = { flags: selection.flags, devices: selection.devices, from: start, to }
      for (const chunk of this.#window(window)) {
        if (chunk === undefined) yield undefined
        else {
          conflicts.mark(chunk)
          yield this.#withDamage(chunk)
        }
      }
      start = window.to
    }
    if (this.#damaged > 0) yield this.#withDamage(allocateChunk(0, 0))
  }

  /** All readings from `window.from` to `window.to`, which moves to an earlier time where there are too many. */
  *#window(window: Window): Generator<ReadingsChunk | undefined> {
    const pending = new Pending()
    for (const step of new RowIndex(this.#database).steps(window)) {
      for (const batch of batchesOf(step)) {
        if ((batch.rows[0]?.firstTime ?? 0) >= window.to) break
        this.#read(batch.rows, pending, window)
        yield undefined
        if (!pending.due) continue
        yield* pending.take(batch.frontier)
        if (pending.crowded) window.to = pending.cut() ?? window.to
      }
      if (step.frontier >= window.to) break
      yield undefined
    }
    yield* pending.take(Infinity)
  }

  #read(rows: readonly RowKey[], pending: Pending, window: Wanted): void {
    shortRead(this.#database, () => {
      for (const { number, firstTime } of rows) {
        const found = this.#body.get(number) as unknown as [Uint8Array] | undefined
        if (found === undefined) continue
        try {
          pending.add(decodeRow(found[0], number), window)
        } catch (thrown) {
          if (!(thrown instanceof GridError) || thrown.code !== 'corrupt') throw thrown
          // A row that began before this window was met, and counted, in the window before.
          if (firstTime >= window.from || window.from === this.#query.from) this.#damaged++
        }
      }
    })
  }

  #withDamage(chunk: ReadingsChunk): ReadingsChunk {
    if (this.#damaged === 0) return chunk
    const damagedRows = this.#damaged
    this.#damaged = 0
    return { ...chunk, damagedRows }
  }
}

function* batchesOf({ rows, frontier }: IndexStep): Generator<Batch> {
  for (let start = 0; start < rows.length;) {
    let end = start
    let readings = 0
    while (end < rows.length && end - start < BATCH_ROWS && readings < BATCH_READINGS) {
      readings += rows[end]?.readings ?? 0
      end++
    }
    yield { rows: rows.slice(start, end), frontier: rows[end]?.firstTime ?? frontier }
    start = end
  }
}
