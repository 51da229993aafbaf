import { existsSync, renameSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import { asidePath, isCorrupt } from '../damage/corrupt.ts'
import { ALARMS_VERSION, alarmsPath, openAlarms } from './alarm-file.ts'

export interface StoredAlarm {
  readonly id: number
  readonly body: string
}

export interface StoredTransition {
  readonly time: number
  readonly alarm: number
  readonly name: string
  readonly subject: string
  readonly what: string
  readonly who: string
  readonly detail: string
}

/** What one transaction writes. */
export interface AlarmBatch {
  readonly rows: readonly StoredAlarm[]
  readonly gone: readonly number[]
  readonly transitions: readonly StoredTransition[]
}

/** `soon`: it outlives the process at once, and a power cut once a checkpoint has been. `now`: a power cut, too. */
export type Durability = 'soon' | 'now'

/** Alarms as they are, and every step that they took, bounded: `alarms.db` in the data folder. */
export class AlarmStore implements Disposable {
  readonly #directory: string
  readonly #warn: (text: string) => void
  #db: DatabaseSync
  #statements: Statements
  #renewedMs = -Infinity

  /** A file that is damaged is put aside, told of, and begun anew: what goes on will be raised again. */
  constructor(directory: string, warn: (text: string) => void) {
    this.#directory = directory
    this.#warn = warn
    try {
      this.#db = openAlarms(directory)
      this.#statements = statementsOf(this.#db)
      this.alarms()
    } catch (thrown) {
      if (!isCorrupt(thrown)) throw thrown
      this.#db = this.#anew()
      this.#statements = statementsOf(this.#db)
    }
  }

  /**
   * Damage has shown: a new file takes the place of the old one, and has nothing in it. False: that was done a short while ago, so the disk is
   * dying and another file would not help.
   */
  renew(): boolean {
    const nowMs = performance.now()
    if (nowMs - this.#renewedMs < limits.salvageEveryMs) return false
    this.#renewedMs = nowMs
    this.#db.close()
    this.#db = this.#anew()
    this.#statements = statementsOf(this.#db)
    return true
  }

  alarms(): readonly StoredAlarm[] {
    return this.#db
      .prepare('SELECT id, body FROM alarms ORDER BY id')
      .all() as unknown as StoredAlarm[]
  }

  /** The highest id that anything here speaks of. */
  get lastId(): number {
    const row = this.#db
      .prepare(
        'SELECT max(coalesce((SELECT max(id) FROM alarms), 0), coalesce((SELECT max(alarm) FROM transitions), 0)) AS last',
      )
      .get()
    return row?.['last'] as number
  }

  /** All of it or, where this throws, nothing. */
  write({ rows, gone, transitions }: AlarmBatch, durability: Durability): void {
    const db = this.#db
    const { put, remove, note, trim } = this.#statements
    if (durability === 'now') db.exec('PRAGMA synchronous=FULL')
    try {
      db.exec('BEGIN IMMEDIATE')
      for (const { id, body } of rows) put.run(id, body)
      for (const id of gone) remove.run(id)
      for (const { time, alarm, name, subject, what, who, detail } of transitions)
        note.run(time, alarm, name, subject, what, who, detail)
      if (transitions.length > 0) trim.run()
      db.exec('COMMIT')
    } catch (thrown) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw thrown
    } finally {
      if (durability === 'now') db.exec('PRAGMA synchronous=NORMAL')
    }
  }

  /** A commit that is synced takes all before it along, so one that says nothing new will do. */
  sync(): void {
    this.#db.exec(
      `PRAGMA synchronous=FULL; BEGIN IMMEDIATE; PRAGMA user_version = ${ALARMS_VERSION}; COMMIT; PRAGMA synchronous=NORMAL`,
    )
  }

  /** The newest first, of one alarm or of all. */
  transitions(alarm: number | undefined, most: number): readonly StoredTransition[] {
    const where = alarm === undefined ? '' : 'WHERE alarm = ?'
    const statement = this.#db.prepare(
      `SELECT time, alarm, name, subject, what, who, detail FROM transitions ${where} ORDER BY number DESC LIMIT ?`,
    )
    const rows = alarm === undefined ? statement.all(most) : statement.all(alarm, most)
    return rows as unknown as StoredTransition[]
  }

  /** Steps that made room for later ones. */
  get dropped(): number {
    const row = this.#db.prepare('SELECT min(number) AS first FROM transitions').get()
    return Math.max(0, ((row?.['first'] as number | null) ?? 1) - 1)
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #anew(): DatabaseSync {
    const path = alarmsPath(this.#directory)
    for (const name of [path, `${path}-wal`]) {
      if (existsSync(name)) renameSync(name, asidePath(name))
    }
    this.#warn(
      `${path} is damaged and was put aside; the steps of alarms before, and what it alone knew, are missing.`,
    )
    return openAlarms(this.#directory)
  }
}

interface Statements {
  readonly put: StatementSync
  readonly remove: StatementSync
  readonly note: StatementSync
  readonly trim: StatementSync
}

function statementsOf(db: DatabaseSync): Statements {
  return {
    put: db.prepare('INSERT OR REPLACE INTO alarms (id, body) VALUES (?, ?)'),
    remove: db.prepare('DELETE FROM alarms WHERE id = ?'),
    note: db.prepare(
      `INSERT INTO transitions (time, alarm, name, subject, what, who, detail)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    trim: db.prepare(
      `DELETE FROM transitions WHERE number <= (SELECT max(number) FROM transitions) - ${limits.alarmTransitions}`,
    ),
  }
}
