import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { isDamaged } from '../history/damaged.ts'
import { levels } from './levels.ts'
import type { StoredWindows } from './rollup-body.ts'
import { type RollupKey, state } from './rollup-table.ts'

/** A stretch of time of one device, answered by a chunk or by its readings. */
export interface Segment {
  readonly from: number
  readonly to: number
  /** Undefined: by readings. */
  readonly windows: StoredWindows | undefined
}

export interface SegmentQuery {
  readonly device: number
  readonly from: number
  readonly to: number
  /** How many of the levels may be used. */
  readonly depth: number
  /** Whether a chunk may answer for these times; what may have come since it was made says no. */
  isCurrent(from: number, to: number): boolean
  /** Undefined: it does not answer what is asked. */
  decode(body: Uint8Array, windows: number): StoredWindows | undefined
}

/** The reading side of the table `rollups`. */
export class RollupReader {
  readonly #starts: StatementSync
  readonly #chunk: StatementSync
  readonly #last: StatementSync

  constructor(history: DatabaseSync) {
    this.#starts = history.prepare(
      `SELECT start FROM rollups WHERE device = ? AND width = ? AND start > ? AND start < ? AND state = ${state.kept} ORDER BY start`,
    )
    this.#chunk = history.prepare(
      `SELECT windows, body FROM rollups WHERE device = ? AND width = ? AND start = ? AND state = ${state.kept}`,
    )
    this.#last = history.prepare(
      `SELECT max(start) AS start FROM rollups WHERE width = ? AND state = ${state.kept}`,
    )
    this.#starts.setReturnArrays(true)
    this.#chunk.setReturnArrays(true)
  }

  /** When the last chunk of the levels that may be used ends; -Infinity: there is none. */
  end(depth: number): number {
    let end = -Infinity
    for (const { width, span } of levels.slice(0, depth)) {
      const start = this.#last.get(width)?.['start'] as number | null | undefined
      if (typeof start === 'number') end = Math.max(end, start + span)
    }
    return end
  }

  /** In order of time, without gaps: each stretch by the coarsest chunk that there is. */
  *segments(query: SegmentQuery): Generator<Segment> {
    let from: number | undefined
    let to = query.from
    // Stretches of readings that touch each other are one.
    for (const segment of this.#within(query)) {
      if (segment.windows === undefined) {
        from ??= segment.from
        to = segment.to
        continue
      }
      if (from !== undefined) yield { from, to, windows: undefined }
      from = undefined
      yield segment
    }
    if (from !== undefined) yield { from, to, windows: undefined }
  }

  *#within(query: SegmentQuery): Generator<Segment> {
    const { device, from, to, depth } = query
    const level = levels[depth - 1]
    if (level === undefined) {
      if (from < to) yield { from, to, windows: undefined }
      return
    }
    const { width, span } = level
    const finer = { ...query, depth: depth - 1 }
    let at = from
    const starts = this.#starts.all(device, width, from - span, to) as unknown as [number][]
    for (const [start] of starts) {
      const first = Math.max(at, start)
      const last = Math.min(to, start + span)
      if (first >= last || !query.isCurrent(first, last)) continue
      const windows = this.#read({ device, width, start }, query)
      if (windows === undefined) continue
      yield* this.#within({ ...finer, from: at, to: first })
      yield { from: first, to: last, windows }
      at = last
    }
    yield* this.#within({ ...finer, from: at, to })
  }

  /** Undefined also where it is no longer there, or damaged: then the readings answer. */
  #read({ device, width, start }: RollupKey, query: SegmentQuery): StoredWindows | undefined {
    const found = this.#chunk.get(device, width, start) as unknown as
      | [number, Uint8Array]
      | undefined
    if (found === undefined) return undefined
    try {
      return query.decode(found[1], found[0])
    } catch (thrown) {
      if (!isDamaged(thrown)) throw thrown
      return undefined
    }
  }
}
