import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../core/limits.ts'
import type { Micros } from '../core/time.ts'

/** Who wanted what of a device, or what came of it: one of each for a command that was sent. */
export interface AuditEntry {
  readonly time: Micros
  /** Same in both. */
  readonly request: string
  readonly who: string
  /** Empty: not at hand. */
  readonly address: string
  readonly device: string
  readonly command: string
  /** `requested`: it is about to be sent. Anything else is the end of it. */
  readonly outcome: string
  readonly detail: string
  /** Undefined: it has not ended. */
  readonly durationMs: number | undefined
}

/** Adds to the audit, and keeps it within its bound. Numbers have no gaps, so the first one tells how many are gone. */
export class AuditTable {
  readonly #insert: StatementSync
  readonly #trim: StatementSync

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      `INSERT INTO audit (time, request, who, address, device, command, outcome, detail, duration_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#trim = db.prepare(
      `DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ${limits.auditRows}`,
    )
  }

  add(entries: readonly AuditEntry[]): void {
    for (const entry of entries) {
      const { time, request, who, address, device, command, outcome, detail, durationMs } = entry
      const duration = durationMs === undefined ? null : Math.round(durationMs)
      this.#insert.run(time, request, who, address, device, command, outcome, detail, duration)
    }
    if (entries.length > 0) this.#trim.run()
  }
}
