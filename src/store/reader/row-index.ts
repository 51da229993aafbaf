import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'

export interface RowKey {
  readonly number: number
  readonly firstTime: number
  readonly readings: number
}

export interface IndexRange {
  /** Inclusive. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
  /** Bit (device mod 32) of each wanted device. */
  readonly devices: number
}

/** Rows that may hold something of the range, in order of their first time. */
export interface IndexStep {
  readonly rows: readonly RowKey[]
  /** No row of a later step begins before this. */
  readonly frontier: number
}

/** Index entries walked per statement: a few milliseconds, so that no snapshot keeps the WAL from being checkpointed. */
const STEP_ROWS = 8192
const SPAN = limits.journalRowSpanMs * 1000
const KEY = '(first_time, last_time, devices, readings, number)'
const WALK = `FROM journal INDEXED BY journal_time WHERE first_time IS NOT NULL AND ${KEY} > (?, ?, ?, ?, ?)`
const ORDER = 'ORDER BY first_time, last_time, devices, readings, number'

/** Where the walk stands: the key of the last entry seen. */
type Key = readonly [number, number, number, number, number]

/** Walks `journal_time` without touching the rows themselves. */
export class RowIndex {
  readonly #end: StatementSync
  readonly #rows: StatementSync

  constructor(database: DatabaseSync) {
    this.#end = database.prepare(
      `SELECT first_time, last_time, devices, readings, number ${WALK} AND first_time < ? ${ORDER} LIMIT 1 OFFSET ${STEP_ROWS - 1}`,
    )
    this.#rows = database.prepare(
      `SELECT first_time, readings, number ${WALK} AND ${KEY} <= (?, ?, ?, ?, ?) AND last_time >= ? AND devices & ? ${ORDER}`,
    )
    this.#end.setReturnArrays(true)
    this.#rows.setReturnArrays(true)
  }

  *steps({ from, to, devices }: IndexRange): Generator<IndexStep> {
    let after = keyBefore(from - SPAN)
    for (;;) {
      const end = this.#end.get(...after, to) as Key | undefined
      const found = this.#rows.all(...after, ...(end ?? keyBefore(to)), from, devices)
      const rows = (found as unknown as [number, number, number][]).map(
        ([firstTime, readings, number]) => ({ number, firstTime, readings }),
      )
      yield { rows, frontier: end === undefined ? Infinity : end[0] }
      if (end === undefined) return
      after = end
    }
  }
}

/** Before every entry of that first time, for no row ends before it begins. */
function keyBefore(firstTime: number): Key {
  return [firstTime, -Number.MAX_SAFE_INTEGER, 0, 0, 0]
}
