import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'

/**
 * The tables of `history.db`. A span is one device's readings over a range of time; `since` is the first row of the journal that it
 * holds something of; a number is never given twice. `sealed.journal`: all rows of the journal up to this one are in here, and those that still stand there count
 * no more. `thinned`: readings of a device that were in here and had to make room, or were too old.
 */
export const HISTORY_APPLICATION_ID = 0x42555348
export const HISTORY_VERSION = 1

/** See `rollups/rollup-table.ts` and `rollups/past-table.ts`; a file that was made before there were any gains them. */
const ROLLUPS = `
CREATE TABLE IF NOT EXISTS rollups (
  number INTEGER PRIMARY KEY,
  device INTEGER NOT NULL,
  width INTEGER NOT NULL,
  start INTEGER NOT NULL,
  state INTEGER NOT NULL,
  windows INTEGER NOT NULL,
  body BLOB NOT NULL,
  UNIQUE (device, width, start)
) STRICT;
CREATE INDEX IF NOT EXISTS rollups_stale ON rollups (width, start) WHERE state = 0;
CREATE INDEX IF NOT EXISTS rollups_kept ON rollups (width, start) WHERE state = 2;
CREATE TABLE IF NOT EXISTS past (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  device INTEGER NOT NULL,
  width INTEGER NOT NULL,
  start INTEGER NOT NULL,
  last INTEGER NOT NULL,
  readings INTEGER NOT NULL,
  windows INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS past_chunk ON past (device, width, start);
CREATE INDEX IF NOT EXISTS past_age ON past (width, start, device);
CREATE INDEX IF NOT EXISTS past_last ON past (width, last);
CREATE TABLE IF NOT EXISTS thinned_windows (
  device INTEGER PRIMARY KEY,
  windows INTEGER NOT NULL
) STRICT;
`

export const HISTORY_SCHEMA = `
CREATE TABLE spans (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  device INTEGER NOT NULL,
  first_time INTEGER NOT NULL,
  last_time INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  readings INTEGER NOT NULL,
  since INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX spans_device ON spans (device, first_time, last_time, rows, readings, since);
CREATE INDEX spans_age ON spans (last_time);
CREATE TABLE thinned (
  device INTEGER PRIMARY KEY,
  readings INTEGER NOT NULL
) STRICT;
CREATE TABLE sealed (
  id INTEGER PRIMARY KEY CHECK (id = 0),
  journal INTEGER NOT NULL
) STRICT;
INSERT INTO sealed VALUES (0, 0);
${ROLLUPS}
CREATE TABLE quarantine (
  number INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  source_number INTEGER NOT NULL,
  first_time INTEGER,
  last_time INTEGER,
  complaint TEXT NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
PRAGMA application_id = ${HISTORY_APPLICATION_ID};
PRAGMA user_version = ${HISTORY_VERSION};
`

/** A span ends in the middle of a page: with pages of 4 KiB spans of a thousand rows take a tenth more. */
const PAGE_BYTES = 1024

export function historyPath(directory: string): string {
  return join(directory, 'history.db')
}

/** For its one writer. The file is made where it is missing. */
export function openHistory(directory: string): DatabaseSync {
  const path = historyPath(directory)
  try {
    const db = new DatabaseSync(path)
    // The first two take effect in a file without tables only, and before it has a WAL.
    db.exec(`PRAGMA page_size=${PAGE_BYTES}; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=${limits.walPages * 4};
      PRAGMA journal_size_limit=${limits.walPages * 4096}; PRAGMA cache_size=-${limits.writerCacheKib};
      PRAGMA busy_timeout=${limits.readerBusyMs}`)
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {}
    if (tables === 0) db.exec(`BEGIN IMMEDIATE; ${HISTORY_SCHEMA}; COMMIT`)
    checkHistory(db, path)
    db.exec(ROLLUPS)
    return db
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    throw new GridError('disk', `opening the history ${path}: ${errorText(cause)}`, {
      hint: 'Check that the folder given with --data can be written to, and has free space.',
      cause,
    })
  }
}

/** All rows of the journal up to this one are in here. */
export function sealedIn(db: DatabaseSync): number {
  return db.prepare('SELECT journal FROM sealed').get()?.['journal'] as number
}

/** A file of another program, or of a newer version, is refused before anything of it is believed. */
export function checkHistory(db: DatabaseSync, path: string): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  if (pragma('application_id') !== HISTORY_APPLICATION_ID) {
    throw new GridError('input', `${path}: an SQLite file, but not a history of Busbar`, {
      hint: 'Give the folder of an edge, or an empty one, with --data.',
    })
  }
  const version = pragma('user_version')
  if (version !== HISTORY_VERSION) {
    throw new GridError(
      'input',
      `${path}: format ${String(version)}; this program reads format ${HISTORY_VERSION}`,
      { hint: 'Use the version of busbar that wrote it, or a later one.' },
    )
  }
}
