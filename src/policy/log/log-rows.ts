import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Beginning, NOTHING_BEFORE, decodeBeginning } from './beginning.ts'
import type { SignedHead } from './log-head.ts'
import type { LogRow } from './log-row.ts'
import { APPLICATION_ID, FORMAT_VERSION } from './schema.ts'

export const LOG_FILE = 'policy.db'
export const ANCHOR_FILE = 'policy-head.json'

export interface StoredRow extends LogRow {
  readonly hash: string
}

const ROWS = `SELECT number, first, last, records, lower(hex(hash)) AS hash,
    revision, question, allow, reason, redact
  FROM rows LEFT JOIN decided ON decided.id = rows.decided`

/** Whoever reads the log of an edge, running or not. */
export function openLogForReading(directory: string): DatabaseSync {
  const path = join(directory, LOG_FILE)
  if (!existsSync(path)) {
    throw new GridError('not-found', `${path}: there is no decision log`, {
      hint: 'Name the data folder of an edge that has been asked whether something may leave.',
    })
  }
  const db = new DatabaseSync(path, { readOnly: true, timeout: limits.readerBusyMs })
  try {
    checkLogFormat(db, path)
  } catch (thrown) {
    db.close()
    throw thrown
  }
  return db
}

export function checkLogFormat(db: DatabaseSync, path: string): void {
  const isOurs = pragma(db, 'application_id') === APPLICATION_ID
  if (isOurs && pragma(db, 'user_version') === FORMAT_VERSION) return
  throw new GridError('input', `${path}: no decision log that this version can read`, {
    hint: 'Use the version of busbar that wrote it.',
  })
}

function pragma(db: DatabaseSync, name: string): number {
  try {
    return Number(db.prepare(`PRAGMA ${name}`).get()?.[name])
  } catch (cause) {
    throw new GridError('corrupt', `the decision log cannot be read: ${errorText(cause)}`, {
      hint: 'Put policy.db aside; its backup has what was in it.',
      cause,
    })
  }
}

/** All rows in their order. One whose decision is gone has an empty one, and so another hash. */
export function* rowsOf(db: DatabaseSync): Generator<StoredRow, undefined> {
  for (const row of db.prepare(`${ROWS} ORDER BY number`).iterate()) yield decodeRow(row)
  return undefined
}

/** The newest first. */
export function newestRows(db: DatabaseSync, limit: number): StoredRow[] {
  return db.prepare(`${ROWS} ORDER BY number DESC LIMIT ?`).all(limit).map(decodeRow)
}

export function rowNumbered(db: DatabaseSync, number: number): StoredRow | undefined {
  const row = db.prepare(`${ROWS} WHERE number = ?`).get(number)
  return row === undefined ? undefined : decodeRow(row)
}

function decodeRow(row: Record<string, unknown>): StoredRow {
  return {
    number: Number(row['number']),
    first: Number(row['first']),
    last: Number(row['last']),
    records: Number(row['records']),
    hash: textOf(row['hash']),
    revision: textOf(row['revision']),
    question: textOf(row['question']),
    allow: row['allow'] === 1,
    reason: textOf(row['reason']),
    redact: decodeNames(textOf(row['redact'])),
  }
}

/** What is no text, or not there any more, is an empty one. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What cannot be read is another text than was written, so the row's hash will not fit. */
function decodeNames(text: string): readonly string[] {
  try {
    const names: unknown = JSON.parse(text)
    return Array.isArray(names) ? names.map(String) : [text]
  } catch {
    return [text]
  }
}

/** Undefined: nothing was ever written. */
export function storedHead(db: DatabaseSync): SignedHead | undefined {
  const row = db.prepare('SELECT number, hash, time, signature FROM head').get()
  if (row === undefined) return undefined
  return {
    number: Number(row['number']),
    hash: textOf(row['hash']),
    time: Number(row['time']),
    signature: textOf(row['signature']),
  }
}

export interface StoredBeginning extends Beginning {
  readonly body: string
  readonly signature: string
}

export function storedBeginning(db: DatabaseSync): StoredBeginning {
  const row = db.prepare('SELECT body, signature FROM beginning').get()
  if (row === undefined) return { ...NOTHING_BEFORE, body: '', signature: '' }
  const body = textOf(row['body'])
  return { ...decodeBeginning(body), body, signature: textOf(row['signature']) }
}
