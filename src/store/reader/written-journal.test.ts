import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { test } from 'node:test'
import { RowEncoder } from '../row.ts'
import { SCHEMA } from '../schema.ts'

/** A reading as a test writes it down. */
export interface Reading {
  readonly point: number
  readonly time: number
  readonly value?: number
  readonly quality?: number
}

/** A journal in a temporary folder, written without the writer; `using` removes it. */
export class WrittenJournal {
  readonly directory = mkdtempSync(join(tmpdir(), 'busbar-reader-'))
  readonly database = new DatabaseSync(join(this.directory, 'journal.db'))
  readonly #encoder = new RowEncoder()
  readonly #deviceOf: number[] = []
  readonly #insert: StatementSync
  #devices = 0

  constructor() {
    this.database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;${SCHEMA}`)
    this.#insert = this.database.prepare(
      'INSERT INTO journal (first_time, last_time, devices, readings, body) VALUES (?,?,?,?,?)',
    )
  }

  /** Points 0.. in the order given, as `device/quantity`. */
  define(...names: readonly string[]): this {
    const numbers = new Map<string, number>()
    for (const name of names) {
      const [device = '', quantity = ''] = name.split('/')
      if (!numbers.has(device)) {
        numbers.set(device, this.#devices)
        this.database.prepare('INSERT INTO devices VALUES (?, ?)').run(this.#devices, device)
        this.#devices++
      }
      const owner = numbers.get(device) ?? 0
      const point = this.#deviceOf.length
      this.#deviceOf.push(owner)
      this.database
        .prepare('INSERT INTO points VALUES (?, ?, ?, ?)')
        .run(point, owner, quantity, 'V')
    }
    return this
  }

  /** One row of `journal`; its number. */
  row(readings: readonly Reading[]): number {
    const columns = {
      points: Uint32Array.from(readings, ({ point }) => point),
      times: Float64Array.from(readings, ({ time }) => time),
      values: Float64Array.from(readings, ({ value = 0 }) => value),
      qualities: Uint16Array.from(readings, ({ quality = 0 }) => quality),
    }
    const count = readings.length
    const row = this.#encoder.encode(
      {
        columns,
        count,
        order: undefined,
        firstTime: Math.min(...columns.times),
        lastTime: Math.max(...columns.times),
        notes: new Uint32Array(0),
      },
      Uint16Array.from(this.#deviceOf),
    )
    const times = count === 0 ? [null, null] : [row.firstTime, row.lastTime]
    const { lastInsertRowid } = this.#insert.run(
      ...(times as [number, number]),
      row.devices,
      count,
      row.bytes,
    )
    return Number(lastInsertRowid)
  }

  conflict(point: number, time: number): void {
    this.database.prepare('INSERT INTO conflicts VALUES (?, ?, 1, 0)').run(point, time)
  }

  /** As a disk would that returns other bytes than were written. */
  damage(number: number): void {
    const zeroes = 'zeroblob(length(body))'
    this.database.prepare(`UPDATE journal SET body = ${zeroes} WHERE number = ?`).run(number)
  }

  [Symbol.dispose](): void {
    this.database.close()
    rmSync(this.directory, { recursive: true })
  }
}

test('a written journal holds what a test put into it', () => {
  using journal = new WrittenJournal().define('m1/voltage.a', 'm2/voltage.a')
  journal.row([{ point: 1, time: 5 }])
  const row = journal.database.prepare('SELECT first_time, last_time, devices FROM journal').get()
  assert.deepEqual({ ...row }, { first_time: 5, last_time: 5, devices: 2 })
})
