import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { journalPath } from '../journal.ts'
import { RollupTable } from '../rollups/rollup-table.ts'
import { checkRow, viewRow } from '../row.ts'
import { Harvest } from './harvest.ts'
import { openHistory, sealedIn } from './history-file.ts'
import { type Newcomer, type SpanKey, chooseMerge } from './merge-choice.ts'
import { type Series, joined } from './series.ts'
import { SpanBody } from './span-body.ts'
import { SpanTable } from './span-table.ts'
import { spansOf } from './span.ts'

/** What one sealing did. */
export interface Sealed {
  /** Everything up to this row of the journal is in history. */
  readonly journal: number
  /** Readings of these rows. */
  readonly readings: number
  readonly spans: number
  /** Readings in these spans: those that were new, and those of spans that were written again. */
  readonly written: number
  /** Spans that were written again, with more in them. */
  readonly merged: number
  readonly bytes: number
  /** Readings of a point and time that history had already. */
  readonly repeated: number
  readonly quarantined: number
}

/** Moves readings from the journal into history: sorted by device, point and time, in columns. The one writer of `history.db`. */
export class Sealer implements Disposable {
  readonly #journal: DatabaseSync
  readonly #history: DatabaseSync
  readonly #spans: SpanTable
  readonly #rows: StatementSync
  readonly #rollups: RollupTable
  readonly #harvest = new Harvest()
  readonly #deviceOf = new Map<number, number>()

  constructor(directory: string) {
    this.#history = openHistory(directory)
    this.#journal = new DatabaseSync(journalPath(directory), {
      readOnly: true,
      timeout: limits.readerBusyMs,
    })
    this.#spans = new SpanTable(this.#history)
    this.#rollups = new RollupTable(this.#history)
    this.#rows = this.#journal.prepare(
      'SELECT number, first_time, last_time, body FROM journal WHERE number > ? ORDER BY number LIMIT 16',
    )
  }

  get sealed(): number {
    return sealedIn(this.#history)
  }

  /** For whatever else writes `history.db`: it has one writer. */
  get db(): DatabaseSync {
    return this.#history
  }

  /** Seals the next rows, up to `limits.sealReadingsMost`; undefined: there are none. */
  seal(): Sealed | undefined {
    const before = this.sealed
    const damaged: DamagedRow[] = []
    const journal = this.#gather(before, damaged)
    if (journal === before) return undefined
    this.#learnDevices()
    const readings = this.#harvest.count
    let leisure = readings < limits.sealReadings ? limits.historyLeisureReadings : 0
    const tally = { spans: 0, written: 0, merged: 0, bytes: 0, repeated: 0 }
    this.#history.exec('BEGIN IMMEDIATE')
    try {
      for (const [device, series] of this.#byDevice()) {
        const newcomer = newcomerOf(series)
        const keys = chooseMerge(this.#spans.keysOf(device), newcomer, { leisure: leisure > 0 })
        const written = tally.written
        this.#rollups.touch(device, [...series.values()])
        this.#write({ device, keys, series, since: before + 1 }, tally)
        leisure -= tally.written - written
      }
      for (const row of damaged) this.#quarantine(row)
      this.#history.prepare('UPDATE sealed SET journal = ?').run(journal)
      this.#history.exec('COMMIT')
    } catch (cause) {
      if (this.#history.isTransaction) this.#history.exec('ROLLBACK')
      throw cause
    }
    return { journal, readings, ...tally, quarantined: damaged.length }
  }

  /** The log goes with it, though others may have the file open; where one is just reading it stays. */
  [Symbol.dispose](): void {
    this.#journal.close()
    this.#history.exec('PRAGMA busy_timeout=0; PRAGMA wal_checkpoint(TRUNCATE)')
    this.#history.close()
  }

  /** Returns the last row that was read. */
  #gather(after: number, damaged: DamagedRow[]): number {
    const harvest = this.#harvest
    harvest.begin()
    const last = this.#eachRow(after, (row) => {
      const { number, body } = row
      try {
        checkRow(body, number)
        harvest.expect(viewRow(body))
      } catch (cause) {
        damaged.push({ ...row, complaint: errorText(cause) })
      }
      return harvest.count < limits.sealReadingsMost
    })
    harvest.arrange()
    const bad = new Set(damaged.map(({ number }) => number))
    this.#eachRow(after, ({ number, body }) => {
      if (number <= last && !bad.has(number)) harvest.add(viewRow(body))
      return number < last
    })
    return last
  }

  /** Until `visit` says that it has enough; returns the number of the last one that it saw. */
  #eachRow(after: number, visit: (row: Stored) => boolean): number {
    let last = after
    for (;;) {
      const rows = this.#rows.all(last) as unknown as Stored[]
      for (const row of rows) {
        last = row.number
        if (!visit(row)) return last
      }
      if (rows.length === 0) return last
    }
  }

  #learnDevices(): void {
    const statement = this.#journal.prepare('SELECT number, device FROM points WHERE number >= ?')
    for (const row of statement.iterate(this.#deviceOf.size)) {
      this.#deviceOf.set(row['number'] as number, row['device'] as number)
    }
  }

  #byDevice(): Map<number, Map<number, Series>> {
    const devices = new Map<number, Map<number, Series>>()
    for (const [point, series] of this.#harvest.take()) {
      const device = this.#deviceOf.get(point) ?? -1
      const known = devices.get(device)
      if (known === undefined) devices.set(device, new Map([[point, series]]))
      else known.set(point, series)
    }
    return devices
  }

  #write(
    { device, keys, series, since }: Writing,
    tally: { spans: number; written: number; merged: number; bytes: number; repeated: number },
  ): void {
    const parts = new Map<number, Series[]>()
    let readings = 0
    for (const key of keys) this.#takeOut(key, parts)
    for (const [point, one] of series) append(parts, point, one)
    for (const list of parts.values()) for (const { times } of list) readings += times.length
    const whole = new Map(Array.from(parts, ([point, list]) => [point, joined(list)]))
    const first = Math.min(since, ...keys.map((key) => key.since))
    let written = 0
    for (const span of spansOf(whole)) {
      tally.bytes += this.#spans.insert(device, span, first)
      tally.spans++
      for (const { values } of span.columns.values()) written += values.length
    }
    tally.written += written
    tally.merged += keys.length
    tally.repeated += readings - written
  }

  /** A span that is damaged stays where it is: what can be read of it, a query reads. */
  #takeOut(key: SpanKey, parts: Map<number, Series[]>): void {
    const found = new Map<number, Series>()
    try {
      const body = new SpanBody(this.#spans.body(key.number), key.rows)
      for (const point of body.points) {
        const column = body.column(point)
        if (column === undefined) continue
        const { values, qualities, rows } = column
        const times = rows === undefined ? body.times : timesAt(body.times, rows)
        found.set(point, { times, values, qualities })
      }
    } catch {
      return
    }
    for (const [point, series] of found) append(parts, point, series)
    this.#spans.remove(key.number)
  }

  #quarantine({ number, first_time, last_time, complaint, body }: DamagedRow): void {
    this.#history
      .prepare(
        `INSERT INTO quarantine (source, source_number, first_time, last_time, complaint, bytes)
         VALUES ('journal', ?, ?, ?, ?, ?)`,
      )
      .run(number, first_time, last_time, complaint, body)
  }
}

/** A row of the journal. */
interface Stored {
  readonly number: number
  readonly first_time: number | null
  readonly last_time: number | null
  readonly body: Uint8Array
}

interface DamagedRow extends Stored {
  readonly complaint: string
}

interface Writing {
  readonly device: number
  /** Spans that are written again together with what is new. */
  readonly keys: readonly SpanKey[]
  readonly series: ReadonlyMap<number, Series>
  readonly since: number
}

function append(parts: Map<number, Series[]>, point: number, series: Series): void {
  const known = parts.get(point)
  if (known === undefined) parts.set(point, [series])
  else known.push(series)
}

function timesAt(times: Float64Array, rows: Uint16Array): Float64Array {
  return Float64Array.from(rows, (row) => times[row] as number)
}

function newcomerOf(series: ReadonlyMap<number, Series>): Newcomer {
  let firstTime = Infinity
  let lastTime = -Infinity
  let rows = 0
  for (const { times } of series.values()) {
    rows = Math.max(rows, times.length)
    for (let row = 0; row < times.length; row++) {
      const time = times[row] as number
      if (time < firstTime) firstTime = time
      if (time > lastTime) lastTime = time
    }
  }
  return { firstTime, lastTime, rows }
}
