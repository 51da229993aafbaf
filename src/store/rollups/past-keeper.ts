import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import type { OldSpan } from '../history/thinner.ts'
import { journalPath } from '../journal.ts'
import { Conflicts } from '../reader/conflicts.ts'
import type { ReadingsChunk } from '../reader/readings-query.ts'
import type { WindowFold } from '../reader/window-fold.ts'
import { GoingReadings } from './going-readings.ts'
import { type Level, levels } from './levels.ts'
import { PastTable, readPiece } from './past-table.ts'
import type { StoredWindows } from './rollup-body.ts'
import type { RollupKey } from './rollup-table.ts'
import { RollupWindows, foldInto } from './rollup-windows.ts'

/**
 * Folds readings into the table `past` in the transaction that deletes them, so that each is either there or among the readings: what
 * a window says is what both say together, whatever comes late, and however often.
 */
export class PastKeeper implements Disposable {
  readonly #journal: DatabaseSync
  readonly #least: number
  readonly #table: PastTable
  readonly #going: GoingReadings
  readonly #isLeft: StatementSync
  readonly #forget: StatementSync

  /** `history`: of its one writer. `least`: readings to a window of a minute, from which on it is kept. */
  constructor(
    directory: string,
    history: DatabaseSync,
    { least = limits.rollupReadings }: { readonly least?: number } = {},
  ) {
    this.#least = least
    this.#journal = new DatabaseSync(journalPath(directory), {
      readOnly: true,
      timeout: limits.readerBusyMs,
    })
    this.#table = new PastTable(history)
    this.#going = new GoingReadings(history)
    this.#isLeft = history.prepare(
      'SELECT 1 FROM spans WHERE device = ? AND first_time < ? AND last_time >= ? AND number NOT IN (SELECT value FROM json_each(?)) LIMIT 1',
    )
    this.#forget = history.prepare(
      'DELETE FROM rollups WHERE device = ? AND width = ? AND start = ?',
    )
  }

  /** Of spans that are about to go, while they are still there. */
  keep(spans: readonly OldSpan[]): void {
    const conflicts = new Conflicts(this.#journal)
    const left = new Set(spans.map(({ number }) => number))
    for (const span of spans) {
      left.delete(span.number)
      const going = spans.map(({ number }) => number).filter((number) => !left.has(number))
      this.#fold(span, { conflicts, going })
    }
    const all = JSON.stringify(spans.map(({ number }) => number))
    for (const span of spans) this.#dropCache(span, all)
  }

  [Symbol.dispose](): void {
    this.#journal.close()
  }

  /** The finer levels first, for they begin only where no coarser one has begun yet. */
  #fold(
    span: OldSpan,
    { conflicts, going }: { readonly conflicts: Conflicts; readonly going: readonly number[] },
  ): void {
    const columns = this.#going.read(span, going)
    for (const column of columns) conflicts.mark(column)
    for (const [depth, level] of levels.entries()) {
      const chunks = new Chunks(level)
      for (const column of columns) chunks.add(column)
      const isMuch = depth > 0 || densityOf(columns, level.width) >= this.#least
      for (const [start, windows] of chunks.byStart) {
        const key = { device: span.device, width: level.width, start }
        const isBegun = this.#table.has(key)
        if (isBegun || (isMuch && this.#table.isWhole(key))) this.#put(key, windows)
      }
    }
  }

  /** As one more piece; where there are many already they become one. */
  #put(key: RollupKey, windows: RollupWindows): void {
    const pieces = this.#table.pieces(key)
    const isFull = pieces.length >= limits.rollupPieces
    this.#table.insert(key, isFull ? this.#joined(key, windows) : windows)
  }

  /** What is damaged stays a piece of its own: whoever asks is told of it. */
  #joined(key: RollupKey, windows: RollupWindows): RollupWindows {
    const pieces: StoredWindows[] = []
    const newest = { number: 0, windows: windows.times.length, body: windows.encode() }
    for (const piece of [...this.#table.pieces(key), newest]) {
      const read = readPiece(piece)
      if (read === undefined) continue
      pieces.push(read)
      this.#table.remove(piece.number)
    }
    const joined = new RollupWindows()
    const fold = foldInto(key.width, () => joined)
    fold.add({ kind: 'past', from: -Infinity, to: Infinity, pieces })
    fold.finish()
    return joined
  }

  /** Where nothing is left of the readings of a chunk, what has gone is all, and need not be there twice. */
  #dropCache({ device, firstTime, lastTime }: OldSpan, going: string): void {
    for (const { width, span } of levels) {
      for (let start = Math.floor(firstTime / span) * span; start <= lastTime; start += span) {
        if (this.#isLeft.get(device, start + span, start, going) === undefined)
          this.#forget.run(device, width, start)
      }
    }
  }
}

/** Windows of one level, by the chunk they go into. */
class Chunks {
  readonly byStart: Map<number, RollupWindows> = new Map()
  readonly #span: number
  readonly #fold: WindowFold

  constructor({ width, span }: Level) {
    this.#span = span
    this.#fold = foldInto(width, (time) => this.#at(time))
  }

  /** Of one point, in order of time. */
  add(column: ReadingsChunk): void {
    this.#fold.add(column)
    this.#fold.finish()
  }

  #at(time: number): RollupWindows {
    const start = Math.floor(time / this.#span) * this.#span
    let chunk = this.byStart.get(start)
    if (chunk === undefined) {
      chunk = new RollupWindows()
      this.byStart.set(start, chunk)
    }
    return chunk
  }
}

/** Readings to a window of each point. Where a span begins and ends it has parts of windows only, which do not count. */
function densityOf(columns: readonly ReadingsChunk[], width: number): number {
  let readings = 0
  let windows = 0
  for (const { times } of columns) {
    let end = -Infinity
    let found = 0
    for (const time of times) {
      if (time < end) continue
      found++
      end = Math.floor(time / width) * width + width
    }
    windows += Math.max(1, found - 2)
    readings += times.length
  }
  return readings / Math.max(1, windows)
}
