import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Level, levels } from './levels.ts'
import { type PastPiece, readPiece } from './past-table.ts'
import type { StoredWindows, WantedParts } from './rollup-body.ts'

/** What has gone of one chunk's time. */
export interface PastStretch {
  readonly from: number
  readonly to: number
  readonly pieces: readonly StoredWindows[]
  /** Pieces that cannot be read. */
  readonly damaged: number
}

export interface PastRange {
  readonly device: number
  readonly from: number
  readonly to: number
}

/** The reading side of the table `past`. */
export class PastReader {
  readonly #starts: StatementSync
  readonly #pieces: StatementSync
  readonly #thinned: StatementSync
  readonly #last: StatementSync

  constructor(history: DatabaseSync) {
    this.#starts = history.prepare(
      'SELECT DISTINCT start FROM past WHERE device = ? AND width = ? AND start > ? AND start < ? ORDER BY start',
    )
    this.#starts.setReturnArrays(true)
    this.#pieces = history.prepare(
      'SELECT number, windows, body FROM past WHERE device = ? AND width = ? AND start = ?',
    )
    this.#last = history.prepare('SELECT max(last) AS last FROM past WHERE width = ?')
    this.#thinned = history.prepare('SELECT readings FROM thinned WHERE device = ?')
  }

  /** Readings of a device that have gone: a number that is another one whenever some go. */
  thinned(device: number): number {
    return (this.#thinned.get(device)?.['readings'] as number | undefined) ?? 0
  }

  /** When the last window of a level ends; -Infinity: there is none. */
  end({ width }: Level): number {
    const last = this.#last.get(width)?.['last'] as number | null | undefined
    return typeof last === 'number' ? last + width : -Infinity
  }

  /** Without gaps, and in order of time; of a time of which nothing has gone there are no pieces. */
  *stretches(
    { device, from, to }: PastRange,
    { width, span }: Level,
    wanted: WantedParts,
  ): Generator<PastStretch> {
    const nothing = { pieces: [], damaged: 0 }
    let at = from
    const starts = this.#starts.all(device, width, from - span, to) as unknown as [number][]
    for (const [start] of starts) {
      const first = Math.max(at, start)
      const last = Math.min(to, start + span)
      if (at < first) yield { from: at, to: first, ...nothing }
      const found = this.#pieces.all(device, width, start) as unknown as PastPiece[]
      const pieces = found.map((piece) => readPiece(piece, wanted))
      const read = pieces.filter((piece) => piece !== undefined)
      yield { from: first, to: last, pieces: read, damaged: pieces.length - read.length }
      at = last
    }
    if (at < to) yield { from: at, to, ...nothing }
  }
}

/** The coarsest level that windows of this length can be made of. */
export function levelOf(step: number): Level | undefined {
  return levels.findLast(({ width }) => step % width === 0)
}
