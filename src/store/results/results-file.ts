import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { EXPORTS_SCHEMA } from '../outbox/exports.ts'
import { asidePath, isCorrupt } from '../damage/corrupt.ts'

/**
 * The tables of `results.db` and `own-results.db`: what processors found, and how far each of them is. A processor's `journal` and `tick` say up to which row of
 * the journal and which tick its results are in here; its snapshot, apart because it is large and changes seldom, is of an earlier place or the same, from where
 * it computes again after a start. A series is what one processor says under one name of one subject. `sequence` rises with every result that is written or changed.
 */
export const RESULTS_APPLICATION_ID = 0x42555352
export const RESULTS_VERSION = 1

const SCHEMA = `
CREATE TABLE subjects (
  number INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  UNIQUE (kind, id)
) STRICT;
CREATE TABLE processors (
  name TEXT PRIMARY KEY,
  version TEXT NOT NULL,
  digest TEXT NOT NULL,
  journal INTEGER NOT NULL,
  tick INTEGER NOT NULL,
  fault TEXT
) STRICT;
CREATE TABLE snapshots (
  processor TEXT PRIMARY KEY,
  journal INTEGER NOT NULL,
  tick INTEGER NOT NULL,
  points INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE ticks (
  time INTEGER PRIMARY KEY,
  journal INTEGER NOT NULL
) STRICT;
CREATE TABLE series (
  number INTEGER PRIMARY KEY,
  processor TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  subject INTEGER NOT NULL,
  key INTEGER NOT NULL,
  UNIQUE (processor, kind, name, subject, key)
) STRICT;
CREATE TABLE derived (
  series INTEGER NOT NULL,
  time INTEGER NOT NULL,
  value REAL,
  quality INTEGER NOT NULL,
  fields TEXT,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (series, time)
) STRICT, WITHOUT ROWID;
CREATE INDEX derived_sequence ON derived (sequence);
CREATE TABLE aggregates (
  series INTEGER NOT NULL,
  time INTEGER NOT NULL,
  end INTEGER NOT NULL,
  value REAL,
  quality INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  fields TEXT,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (series, time, end)
) STRICT, WITHOUT ROWID;
CREATE INDEX aggregates_sequence ON aggregates (sequence);
CREATE TABLE events (
  series INTEGER NOT NULL,
  time INTEGER NOT NULL,
  end INTEGER NOT NULL,
  value REAL,
  quality INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  severity INTEGER NOT NULL,
  state TEXT,
  fields TEXT,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (series, time)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_sequence ON events (sequence);
CREATE INDEX events_time ON events (time);
CREATE TABLE published (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  sequence INTEGER NOT NULL,
  removed INTEGER NOT NULL
) STRICT;
INSERT INTO published VALUES (0, 0, 0);
PRAGMA application_id = ${RESULTS_APPLICATION_ID};
PRAGMA user_version = ${RESULTS_VERSION};
`

/** Modules of a utility's own run in another thread than ours, and SQLite has one writer a file. */
export type ResultsOf = 'built-in' | 'own'

const FILES: Readonly<Record<ResultsOf, string>> = {
  'built-in': 'results.db',
  own: 'own-results.db',
}

export function resultsPath(directory: string, of: ResultsOf): string {
  return join(directory, FILES[of])
}

/**
 * For its one writer. A commit is not synced: what a power cut takes away, with the places of the processors, is computed again from the
 * journal, to the same bytes.
 */
export function openResults(directory: string, of: ResultsOf): DatabaseSync {
  const path = resultsPath(directory, of)
  try {
    const db = new DatabaseSync(path)
    db.exec(`PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=${limits.walPages};
      PRAGMA journal_size_limit=${limits.walPages * 4096}; PRAGMA cache_size=-${limits.writerCacheKib}; PRAGMA busy_timeout=${limits.readerBusyMs}`)
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}
    if (tables === 0) db.exec(`BEGIN IMMEDIATE; ${SCHEMA}; COMMIT`)
    checkResults(db, path)
    // An edge of an earlier version does not know it, and does not mind it: it may be put back.
    db.exec(EXPORTS_SCHEMA)
    return db
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    throw new GridError('disk', `opening the results ${path}: ${errorText(cause)}`, {
      hint: 'Check that the folder given with --data can be written to, and has free space.',
      cause,
    })
  }
}

/** Beside its writer. Undefined: that is about to make `table`, or finds the file damaged, too, and puts it aside. */
export function openToRead(path: string, table: 'series' | 'exports'): DatabaseSync | undefined {
  const db = new DatabaseSync(path, { readOnly: true, timeout: limits.readerBusyMs })
  try {
    if (db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined) {
      checkResults(db, path)
      return db
    }
  } catch (thrown) {
    db.close()
    if (isCorrupt(thrown)) return undefined
    throw thrown
  }
  db.close()
  return undefined
}

/** A damaged file makes room for a new one: what it alone knew is missing, and processors begin with what the journal still has. */
export function putResultsAside(directory: string, of: ResultsOf): void {
  const path = resultsPath(directory, of)
  for (const name of [path, `${path}-wal`, `${path}-shm`])
    if (existsSync(name)) renameSync(name, asidePath(name))
}

/** A file of another program, or of a newer version, is refused before anything of it is believed. */
export function checkResults(db: DatabaseSync, path: string): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  if (pragma('application_id') !== RESULTS_APPLICATION_ID) {
    throw new GridError('input', `${path}: an SQLite file, but not one of Busbar's results`, {
      hint: 'Give the folder of an edge, or an empty one, with --data.',
    })
  }
  const version = pragma('user_version')
  if (version !== RESULTS_VERSION) {
    throw new GridError(
      'input',
      `${path}: format ${String(version)}; this program reads format ${RESULTS_VERSION}`,
      { hint: 'Use the version of busbar that wrote it, or a later one.' },
    )
  }
}
