import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Query } from '../../users/user-tables.ts'

export const USERS_APPLICATION_ID = 0x42555355
export const USERS_VERSION = 1

/** Times in ms since 1970. Numbers of the audit have no gaps, so the first one tells how many are gone. */
export const USERS_SCHEMA = `
CREATE TABLE users (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'engineer')),
  hash TEXT NOT NULL,
  token TEXT NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  unlocked INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_token ON users (token) WHERE token <> '';
CREATE TABLE user_sessions (
  key TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  changed INTEGER NOT NULL,
  created INTEGER NOT NULL,
  used INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE user_audit (
  number INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  who TEXT NOT NULL,
  address TEXT NOT NULL,
  what TEXT NOT NULL,
  about TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
PRAGMA application_id = ${USERS_APPLICATION_ID};
PRAGMA user_version = ${USERS_VERSION};
`

/**
 * Users of an edge: `users.db` in the data folder, which nobody else may read. The command line writes beside a running edge, so it is SQLite with a WAL
 * of its own. Where it cannot be read nobody is let in, rather than everybody; devices are served all the same.
 */
export class UserFile implements Disposable {
  readonly #path: string
  #db: DatabaseSync | undefined
  #failure = ''

  /** Makes the folder and the file where they are missing. */
  constructor(directory: string) {
    this.#path = join(directory, 'users.db')
    try {
      mkdirSync(directory, { recursive: true })
      // SQLite gives its logs the mode of the file.
      closeSync(openSync(this.#path, 'a', 0o600))
      chmodSync(this.#path, 0o600)
      this.#db = opened(this.#path)
    } catch (cause) {
      this.#failure = errorText(cause)
    }
  }

  /** Why it cannot be used; empty: it can. */
  get failure(): string {
    return this.#failure
  }

  /** Statements are not interrupted by others, so each is a transaction of its own. */
  readonly query: Query = async (sql, parameters = []) => {
    if (this.#db === undefined) throw this.#fault(this.#failure)
    try {
      const named = Object.fromEntries(parameters.map((value, at) => [`$${at + 1}`, value]))
      const rows = this.#db.prepare(sql).all(named)
      this.#failure = ''
      return rows
    } catch (cause) {
      this.#failure = errorText(cause)
      throw this.#fault(this.#failure, cause)
    }
  };

  [Symbol.dispose](): void {
    this.#db?.close()
  }

  #fault(text: string, cause?: unknown): GridError {
    return new GridError('disk', `${this.#path}: ${text}`, {
      hint: 'Run as the user of the edge, with room on the disk. A damaged file: put back that of a backup, or take it away and add users anew.',
      cause,
    })
  }
}

function opened(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    db.exec(`PRAGMA busy_timeout=${limits.readerBusyMs}; PRAGMA journal_mode=WAL`)
    db.exec(`PRAGMA synchronous=FULL; PRAGMA journal_size_limit=${limits.walPages * 4096}`)
    db.exec('BEGIN IMMEDIATE')
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}
    if (tables === 0) db.exec(USERS_SCHEMA)
    db.exec('COMMIT')
    check(db, path)
    return db
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

/** A file of another program, or of a newer version, is refused before anything of it is believed. */
function check(db: DatabaseSync, path: string): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  const version = pragma('user_version')
  if (pragma('application_id') === USERS_APPLICATION_ID && version === USERS_VERSION) return
  throw new GridError('input', `${path}: format ${String(version)}, or not of Busbar at all`, {
    hint: 'Use the version of busbar that wrote it, or a later one.',
  })
}
