import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isCorrupt } from './corrupt.ts'

const PAGE_BYTES = 4096
const HEADER_BYTES = 100
/** Where the header says how many pages there are. */
const PAGE_COUNT_AT = 28

export interface DamagedFile {
  readonly path: string
  /** A new, empty file of the same kind: its first page is what ours was when it was made. */
  readonly template: string
  /** Where a copy of it may stand. */
  readonly copy: string
}

/**
 * Opens a file of which pages are damaged. Where SQLite will not, because its first page is or because it was cut short, a copy is opened
 * that has the header, or all of the first page, of a new file: tables of the same program begin at the same pages. Undefined: nothing
 * can be read.
 */
export function openDamaged({ path, template, copy }: DamagedFile): DatabaseSync | undefined {
  if (!existsSync(path)) return undefined
  const opened = tryOpen(path)
  if (opened !== undefined) return opened
  for (const bytes of [HEADER_BYTES, PAGE_BYTES]) {
    copyFileSync(path, copy)
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`)
    graft(copy, readFileSync(template).subarray(0, bytes))
    const grafted = tryOpen(copy)
    if (grafted !== undefined) return grafted
  }
  return undefined
}

/** Undefined where it cannot even say which tables it has. */
function tryOpen(path: string): DatabaseSync | undefined {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const row = db
      .prepare("SELECT count(*) AS tables FROM sqlite_schema WHERE type = 'table'")
      .get()
    if (row?.['tables'] !== 0) return db
  } catch (thrown) {
    if (!isCorrupt(thrown)) throw thrown
  }
  db.close()
  return undefined
}

function graft(path: string, bytes: Uint8Array): void {
  const head = Buffer.from(bytes)
  head.writeUInt32BE(Math.floor(statSync(path).size / PAGE_BYTES), PAGE_COUNT_AT)
  const file = openSync(path, 'r+')
  writeSync(file, head, 0, head.length, 0)
  closeSync(file)
}
