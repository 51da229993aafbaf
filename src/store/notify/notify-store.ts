import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { asidePath, isCorrupt } from '../damage/corrupt.ts'

/** `body` is JSON, into which the store does not look. */
export const NOTIFY_APPLICATION_ID = 0x4255534e
export const NOTIFY_VERSION = 1

const SCHEMA = `
CREATE TABLE told (
  contact TEXT NOT NULL,
  alarm INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (contact, alarm)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = ${NOTIFY_APPLICATION_ID};
PRAGMA user_version = ${NOTIFY_VERSION};
`

export interface ToldRow {
  readonly contact: string
  readonly alarm: number
  /** Empty: nothing is kept of it any more. */
  readonly body: string
}

/** What each contact has been told of which alarm: `notify.db` in the data folder. */
export class NotifyStore implements Disposable {
  readonly #directory: string
  readonly #warn: (text: string) => void
  #db: DatabaseSync
  #put: StatementSync
  #remove: StatementSync

  /** A file that is damaged is put aside, told of, and begun anew: of what is there then people are told once more. */
  constructor(directory: string, warn: (text: string) => void) {
    this.#directory = directory
    this.#warn = warn
    this.#db = this.#open()
    this.#put = this.#db.prepare(
      'INSERT OR REPLACE INTO told (contact, alarm, body) VALUES (?, ?, ?)',
    )
    this.#remove = this.#db.prepare('DELETE FROM told WHERE contact = ? AND alarm = ?')
  }

  rows(): readonly ToldRow[] {
    return this.#db
      .prepare('SELECT contact, alarm, body FROM told ORDER BY contact, alarm')
      .all() as unknown as ToldRow[]
  }

  /** All of it, on the disk, or, where this throws, nothing. */
  write(rows: readonly ToldRow[]): void {
    const db = this.#db
    try {
      db.exec('BEGIN IMMEDIATE')
      for (const { contact, alarm, body } of rows) {
        if (body === '') this.#remove.run(contact, alarm)
        else this.#put.run(contact, alarm, body)
      }
      db.exec('COMMIT')
    } catch (thrown) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw thrown
    }
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #open(): DatabaseSync {
    const path = notifyPath(this.#directory)
    try {
      return openNotify(path)
    } catch (thrown) {
      if (!isCorrupt(thrown)) throw thrown
      for (const name of [path, `${path}-wal`])
        if (existsSync(name)) renameSync(name, asidePath(name))
      this.#warn(
        `${path} is damaged and was put aside; of alarms that are there people are told once more.`,
      )
      return openNotify(path)
    }
  }
}

function notifyPath(directory: string): string {
  return join(directory, 'notify.db')
}

function openNotify(path: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=${limits.walPages};
      PRAGMA journal_size_limit=${limits.walPages * 4096}; PRAGMA busy_timeout=${limits.readerBusyMs}`)
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}
    if (tables === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA}; COMMIT`)
    checkNotify(db, path)
    db.prepare('SELECT count(body) FROM told').get()
    return db
  } catch (cause) {
    db?.close()
    if (cause instanceof GridError) throw cause
    throw new GridError('disk', `opening ${path}: ${errorText(cause)}`, {
      hint: 'Check that the folder given with --data can be written to, and has free space.',
      cause,
    })
  }
}

/** A file of another program, or of a newer version, is refused before anything of it is believed. */
function checkNotify(db: DatabaseSync, path: string): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  if (pragma('application_id') !== NOTIFY_APPLICATION_ID) {
    throw new GridError('input', `${path}: an SQLite file, but not one of Busbar's messages`, {
      hint: 'Give the folder of an edge, or an empty one, with --data.',
    })
  }
  const version = pragma('user_version')
  if (version === NOTIFY_VERSION) return
  throw new GridError(
    'input',
    `${path}: format ${String(version)}; this program reads format ${NOTIFY_VERSION}`,
    { hint: 'Use the version of busbar that wrote it, or a later one.' },
  )
}
