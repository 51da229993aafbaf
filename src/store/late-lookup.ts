import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Columns } from '../core/batch.ts'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import type { HistoryLookup } from './history/history-lookup.ts'
import { type Known, known } from './recent.ts'
import { decodeRow } from './row.ts'

const SPAN_MICROS = limits.journalRowSpanMs * 1000
/** Late readings closer together than this are looked for in one go. */
const WINDOW_MICROS = 1_000_000

/** Rows of a batch whose (point, time) may already stand in the journal. */
export interface Suspects {
  readonly columns: Columns
  readonly rows: readonly number[]
  readonly deviceOf: (point: number) => number
}

/**
 * Decides by reading the journal, and history behind it, whether readings are already there. Work per commit is bounded by `limits.lateLookupReadings`:
 * one hostile device must not hold up everybody's acknowledgement. What is past the bound, or may stand in a damaged row, stays `unknown`.
 */
export class LateLookup {
  readonly #rowsInWindow: StatementSync
  readonly #body: StatementSync
  readonly #history: HistoryLookup
  readonly #onDamage: (number: number) => void
  readonly #wanted = new Uint8Array(limits.points)

  /** `onDamage` is told of every row that cannot be read, each time. */
  constructor(db: DatabaseSync, history: HistoryLookup, onDamage: (number: number) => void) {
    this.#history = history
    this.#onDamage = onDamage
    this.#rowsInWindow = db.prepare(
      `SELECT number, readings FROM journal
       WHERE first_time BETWEEN ? AND ? AND last_time >= ? AND (devices & ?) != 0`,
    )
    this.#body = db.prepare('SELECT body FROM journal WHERE number = ?')
  }

  /** One verdict for each of `rows`, in their order. */
  judge({ columns, rows, deviceOf }: Suspects): Known[] {
    const verdicts = new Map<number, Known>()
    const sorted = rows.toSorted((a, b) => timeAt(columns, a) - timeAt(columns, b))
    let budget: number = limits.lateLookupReadings
    this.#history.decodedRows = 0
    for (let start = 0, end = 0; start < sorted.length; start = end) {
      const from = timeAt(columns, sorted[start] as number)
      let to = from
      let devices = 0
      for (; end < sorted.length; end++) {
        const row = sorted[end] as number
        if (timeAt(columns, row) > to + WINDOW_MICROS) break
        to = timeAt(columns, row)
        devices |= 1 << (deviceOf(columns.points[row] as number) & 31)
      }
      const window = sorted.slice(start, end)
      const undecided = Map.groupBy(window, (row) => timeAt(columns, row))
      let isComplete = true
      for (const found of this.#rowsInWindow.iterate(from - SPAN_MICROS, to, from, devices >>> 0)) {
        budget -= found['readings'] as number
        if (budget < 0 || undecided.size === 0) break
        const number = found['number'] as number
        const stored = this.#read(number)
        if (stored === undefined) isComplete = false
        else this.#compare(columns, undecided, { stored, verdicts })
      }
      if (budget < 0) break
      if (!isComplete) continue
      for (const row of window) {
        if (verdicts.has(row) || this.#history.decodedRows > limits.lateLookupReadings) continue
        const point = columns.points[row] as number
        const time = Micros(timeAt(columns, row))
        const value = columns.values[row] as number
        verdicts.set(row, this.#history.judge({ device: deviceOf(point), point, time, value }))
      }
    }
    return rows.map((row) => verdicts.get(row) ?? known.unknown)
  }

  /** Undefined where the disk returned other bytes than were written: what stood there, nobody can say. */
  #read(number: number): Columns | undefined {
    try {
      return decodeRow(this.#body.get(number)?.['body'] as Uint8Array, number)
    } catch {
      this.#onDamage(number)
      return undefined
    }
  }

  /** Takes what it decides out of `undecided`, which holds rows of the batch by their time. */
  #compare(
    columns: Columns,
    undecided: Map<number, number[]>,
    { stored, verdicts }: { readonly stored: Columns; readonly verdicts: Map<number, Known> },
  ): void {
    const rows = [...undecided.values()].flat()
    for (const row of rows) this.#wanted[columns.points[row] as number] = 1
    for (let at = 0; at < stored.points.length; at++) {
      if (this.#wanted[stored.points[at] as number] === 0) continue
      const candidates = undecided.get(timeAt(stored, at)) ?? NONE
      for (const row of candidates) {
        if (columns.points[row] !== stored.points[at]) continue
        const same = Object.is(columns.values[row], stored.values[at])
        verdicts.set(row, same ? known.identical : known.conflicting)
      }
      if (candidates.length > 0 && candidates.every((row) => verdicts.has(row))) {
        undecided.delete(timeAt(stored, at))
      }
    }
    for (const row of rows) this.#wanted[columns.points[row] as number] = 0
  }
}

const NONE: readonly number[] = []

function timeAt(columns: Columns, row: number): number {
  return columns.times[row] as number
}
