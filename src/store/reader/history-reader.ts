import { existsSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import { isDamaged } from '../history/damaged.ts'
import { checkHistory, historyPath } from '../history/history-file.ts'
import { SpanBody } from '../history/span-body.ts'
import { PastReader } from '../rollups/past-reader.ts'
import { RollupReader } from '../rollups/rollup-reader.ts'
import type { Pending, Wanted } from './pending.ts'

/** A span that may hold something of a window. */
export interface SpanEntry {
  readonly number: number
  readonly firstTime: number
  readonly lastTime: number
  readonly rows: number
  readonly readings: number
}

/** The reading side of `history.db`, which is there once an edge has been started on the folder. */
export class HistoryReader {
  readonly #database: DatabaseSync
  readonly #sealed: StatementSync
  readonly #ofDevice: StatementSync
  readonly #ofAll: StatementSync
  readonly #body: StatementSync
  readonly #firstToEnd: StatementSync
  /** Undefined: no edge that knows of them has been started on the folder yet. */
  readonly rollups: RollupReader | undefined
  readonly past: PastReader | undefined

  static open(directory: string): HistoryReader | undefined {
    const path = historyPath(directory)
    if (!existsSync(path)) return undefined
    const database = new DatabaseSync(path, { readOnly: true, timeout: limits.readerBusyMs })
    try {
      database.exec(`PRAGMA query_only = 1; PRAGMA cache_size = -${limits.readerCacheKib}`)
      checkHistory(database, path)
      return new HistoryReader(database)
    } catch (thrown) {
      database.close()
      throw thrown
    }
  }

  private constructor(database: DatabaseSync) {
    this.#database = database
    this.#sealed = database.prepare('SELECT journal FROM sealed')
    const columns = 'SELECT number, first_time, last_time, rows, readings FROM spans'
    const order = 'first_time < ? AND last_time >= ? ORDER BY since LIMIT ?'
    this.#ofDevice = database.prepare(`${columns} WHERE device = ? AND ${order}`)
    this.#ofAll = database.prepare(`${columns} WHERE ${order}`)
    this.#body = database.prepare('SELECT body FROM spans WHERE number = ?')
    const hasRollups = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'past'").get()
    this.rollups = hasRollups === undefined ? undefined : new RollupReader(database)
    this.past = hasRollups === undefined ? undefined : new PastReader(database)
    this.#firstToEnd = database.prepare(
      'SELECT last_time, rows FROM spans WHERE device = ? AND first_time < ? AND last_time >= ? ORDER BY last_time LIMIT 1',
    )
    for (const statement of [this.#ofDevice, this.#ofAll, this.#firstToEnd])
      statement.setReturnArrays(true)
  }

  /** All rows of the journal up to this one are in here. */
  get sealed(): number {
    return this.#sealed.get()?.['journal'] as number
  }

  get bytes(): number {
    const pragma = (name: string): number =>
      Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name])
    return pragma('page_count') * pragma('page_size')
  }

  /** Spans that overlap the range, in the order in which they came to be; at most so many. `devices`: undefined for all. */
  spans(
    devices: readonly number[] | undefined,
    { from, to }: { readonly from: number; readonly to: number },
    most: number,
  ): readonly SpanEntry[] {
    if (devices === undefined) return entriesOf(this.#ofAll.all(to, from, most))
    return devices.flatMap((device) => entriesOf(this.#ofDevice.all(device, to, from, most)))
  }

  /** Of a device's spans in the range the one that ends first: up to there a window opens each span once. */
  firstToEnd(
    device: number,
    { from, to }: { readonly from: number; readonly to: number },
  ): { readonly lastTime: number; readonly rows: number } | undefined {
    const found = this.#firstToEnd.get(device, to, from) as unknown as [number, number] | undefined
    return found === undefined ? undefined : { lastTime: found[0], rows: found[1] }
  }

  /** Adds what the span has of the wanted; returns how many of its blocks are damaged. */
  read({ number, rows }: SpanEntry, wanted: Wanted, pending: Pending): number {
    const bytes = this.#body.get(number)?.['body'] as Uint8Array | undefined
    if (bytes === undefined) return 0 // Merged into another since the list was made; the window is read again.
    let damaged = 0
    try {
      const body = new SpanBody(bytes, rows)
      for (const point of body.points) {
        if (wanted.flags !== undefined && wanted.flags[point] !== 1) continue
        damaged += this.#readColumn(body, point, { wanted, pending })
      }
    } catch (thrown) {
      if (!isDamaged(thrown)) throw thrown
      damaged++
    }
    return damaged
  }

  #readColumn(
    body: SpanBody,
    point: number,
    { wanted, pending }: { readonly wanted: Wanted; readonly pending: Pending },
  ): number {
    try {
      const column = body.column(point)
      if (column !== undefined) pending.addColumn(point, { times: body.times, column }, wanted)
      return 0
    } catch (thrown) {
      if (!isDamaged(thrown)) throw thrown
      return 1
    }
  }

  close(): void {
    this.#database.close()
  }
}

function entriesOf(rows: unknown): SpanEntry[] {
  return (rows as [number, number, number, number, number][]).map(
    ([number, firstTime, lastTime, span, readings]) => {
      return { number, firstTime, lastTime, rows: span, readings }
    },
  )
}
