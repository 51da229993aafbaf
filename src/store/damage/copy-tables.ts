import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isCorrupt } from './corrupt.ts'
import { type Gap, TableWalk, type TableRow } from './table-walk.ts'

/** Rows written in one transaction: enough to be quick, few enough for the write-ahead log. */
const ROWS_PER_COMMIT = 1000
const EVERYTHING: Gap = { after: -1, before: Infinity }

export interface TableLoss extends Gap {
  readonly table: string
}

/** Copies what can be read of every table that the target has; returns where rows were left behind. */
export function copyTables(source: DatabaseSync | undefined, target: DatabaseSync): TableLoss[] {
  const losses: TableLoss[] = []
  for (const { name, sql } of tablesOf(target)) {
    const table = new TableCopy(target, name, sql)
    const gaps = source === undefined ? [EVERYTHING] : table.copy(source)
    losses.push(...gaps.map((gap) => ({ ...gap, table: name })))
  }
  return losses
}

function tablesOf(db: DatabaseSync): { readonly name: string; readonly sql: string }[] {
  const rows = db
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .all()
  return rows.map(({ name, sql }) => ({ name: String(name), sql: String(sql) }))
}

class TableCopy {
  readonly #target: DatabaseSync
  readonly #name: string
  readonly #keys: readonly string[]
  readonly #columns: readonly string[]
  readonly #hasRowid: boolean

  constructor(target: DatabaseSync, name: string, sql: string) {
    this.#target = target
    this.#name = name
    const info = target.prepare(`PRAGMA table_info(${name})`).all()
    this.#columns = info.map((column) => String(column['name']))
    this.#keys = info.filter(({ pk }) => pk !== 0).map((column) => String(column['name']))
    this.#hasRowid = !/WITHOUT ROWID/i.test(sql)
  }

  copy(source: DatabaseSync): readonly Gap[] {
    this.#target.exec(`DELETE FROM ${this.#name}`)
    try {
      return this.#hasRowid ? this.#copyByRowid(source) : this.#copyByKey(source)
    } catch (thrown) {
      // Neither the table's root nor its name can be read.
      if (this.#target.isTransaction) this.#target.exec('COMMIT')
      if (isCorrupt(thrown) || /no such (table|column)/.test(String(thrown))) return [EVERYTHING]
      throw thrown
    }
  }

  #copyByRowid(source: DatabaseSync): readonly Gap[] {
    const walk = new TableWalk(source, this.#name, this.#keys[0] as string)
    this.#insert(walk.rows())
    return walk.gaps
  }

  /** From both ends, as far as that goes. */
  #copyByKey(source: DatabaseSync): readonly Gap[] {
    for (const direction of ['', ' DESC']) {
      const order = this.#keys.map((key) => key + direction).join(', ')
      const statement = source.prepare(`SELECT * FROM ${this.#name} ORDER BY ${order}`)
      const reading = new ReadToDamage(statement)
      this.#insert(reading.rows())
      if (reading.isWhole) return []
    }
    return [EVERYTHING]
  }

  #insert(rows: Iterable<TableRow>): void {
    const columns = this.#columns.join(', ')
    const places = this.#columns.map(() => '?').join(', ')
    const statement = this.#target.prepare(
      `INSERT OR IGNORE INTO ${this.#name} (${columns}) VALUES (${places})`,
    )
    let count = 0
    this.#target.exec('BEGIN IMMEDIATE')
    for (const row of rows) {
      try {
        statement.run(...this.#columns.map((column) => row[column] ?? null))
      } catch {
        // A row of another shape than its table allows: a page of something else stands in its place.
        continue
      }
      if (++count % ROWS_PER_COMMIT === 0) this.#target.exec('COMMIT; BEGIN IMMEDIATE')
    }
    this.#target.exec('COMMIT')
  }
}

class ReadToDamage {
  readonly #statement: StatementSync
  isWhole = false

  constructor(statement: StatementSync) {
    this.#statement = statement
  }

  *rows(): Generator<TableRow> {
    try {
      yield* this.#statement.iterate()
      this.isWhole = true
    } catch (thrown) {
      if (!isCorrupt(thrown)) throw thrown
    }
  }
}
