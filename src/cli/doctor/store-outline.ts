import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorText } from '../../core/errors.ts'

/** Files, schemas and counts of a data folder; not one row. */
export function storeOutline(directory: string): Readonly<Record<string, unknown>> {
  const names = readdirSync(directory).filter((name) => statSync(join(directory, name)).isFile())
  const files = Object.fromEntries(
    names.sort().map((name) => [name, statSync(join(directory, name)).size]),
  )
  const databases = names.filter((name) => name.endsWith('.db') && name !== 'lock.db')
  return {
    files,
    databases: Object.fromEntries(
      databases.map((name) => [name, outlineOf(join(directory, name))]),
    ),
  }
}

/** Highest row numbers rather than counts: a table of a billion rows is not walked. */
function outlineOf(path: string): unknown {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true })
    const open = db
    const version = open.prepare('PRAGMA user_version').get()?.['user_version']
    const tables = open
      .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all()
    return {
      version,
      tables: tables.map(({ name, sql }) => ({ name, sql, lastRow: lastRow(open, String(name)) })),
    }
  } catch (thrown) {
    return { fault: errorText(thrown) }
  } finally {
    db?.close()
  }
}

function lastRow(db: DatabaseSync, table: string): unknown {
  try {
    return db.prepare(`SELECT max(rowid) AS last FROM "${table}"`).get()?.['last'] ?? 0
  } catch {
    // Without row numbers: small ones.
    return db.prepare(`SELECT count(*) AS last FROM "${table}"`).get()?.['last'] ?? 0
  }
}

/** Of devices that have ever sent, for the scrubber. */
export function deviceNames(directory: string): readonly string[] {
  const path = join(directory, 'journal.db')
  if (!existsSync(path)) return []
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return db
      .prepare('SELECT name FROM devices')
      .all()
      .map(({ name }) => String(name))
  } finally {
    db.close()
  }
}
