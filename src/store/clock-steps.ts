import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'

/** The clock of the edge was set: from `since` to `before` it had run undisturbed, and where it would have said `before` it said `after`. */
export interface ClockStep {
  readonly since: Micros
  readonly before: Micros
  readonly after: Micros
}

export interface RecordedStep extends ClockStep {
  readonly number: number
  /** The last row of the journal before it was noticed. */
  readonly journal: number
}

/** Adds to the table `clock_steps`, and keeps it within its bound. */
export class ClockSteps {
  readonly #insert: StatementSync
  readonly #trim: StatementSync

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      'INSERT INTO clock_steps (journal, since, before, after) VALUES (?, ?, ?, ?)',
    )
    this.#trim = db.prepare(
      `DELETE FROM clock_steps WHERE number <= (SELECT max(number) FROM clock_steps) - ${limits.clockSteps}`,
    )
  }

  add(steps: readonly ClockStep[], journal: number): void {
    for (const { since, before, after } of steps) this.#insert.run(journal, since, before, after)
    if (steps.length > 0) this.#trim.run()
  }
}

/** The newest first. */
export function readClockSteps(db: DatabaseSync): readonly RecordedStep[] {
  const rows = db.prepare('SELECT * FROM clock_steps ORDER BY number DESC').all()
  return rows.map((row) => ({
    number: row['number'] as number,
    journal: row['journal'] as number,
    since: Micros(row['since'] as number),
    before: Micros(row['before'] as number),
    after: Micros(row['after'] as number),
  }))
}
