import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'

/**
 * The tables of `alarms.db`. `body` is the alarm as JSON, into which the store does not look. Numbers of transitions have no gaps, so the first
 * one tells how many are gone.
 */
export const ALARMS_APPLICATION_ID = 0x42555341
export const ALARMS_VERSION = 1

const SCHEMA = `
CREATE TABLE alarms (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE transitions (
  number INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  alarm INTEGER NOT NULL,
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  what TEXT NOT NULL,
  who TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX transitions_alarm ON transitions (alarm, number);
PRAGMA application_id = ${ALARMS_APPLICATION_ID};
PRAGMA user_version = ${ALARMS_VERSION};
`

export function alarmsPath(directory: string): string {
  return join(directory, 'alarms.db')
}

/** For its one writer. The file is made where it is missing. */
export function openAlarms(directory: string): DatabaseSync {
  const path = alarmsPath(directory)
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path)
    db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=${limits.walPages};
      PRAGMA journal_size_limit=${limits.walPages * 4096}; PRAGMA busy_timeout=${limits.readerBusyMs}`)
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}
    if (tables === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA}; COMMIT`)
    checkAlarms(db, path)
    return db
  } catch (cause) {
    db?.close()
    if (cause instanceof GridError) throw cause
    throw new GridError('disk', `opening the alarms ${path}: ${errorText(cause)}`, {
      hint: 'Check that the folder given with --data can be written to, and has free space.',
      cause,
    })
  }
}

/** A file of another program, or of a newer version, is refused before anything of it is believed. */
function checkAlarms(db: DatabaseSync, path: string): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  if (pragma('application_id') !== ALARMS_APPLICATION_ID) {
    throw new GridError('input', `${path}: an SQLite file, but not alarms of Busbar`, {
      hint: 'Give the folder of an edge, or an empty one, with --data.',
    })
  }
  const version = pragma('user_version')
  if (version !== ALARMS_VERSION) {
    throw new GridError(
      'input',
      `${path}: format ${String(version)}; this program reads format ${ALARMS_VERSION}`,
      { hint: 'Use the version of busbar that wrote it, or a later one.' },
    )
  }
}
