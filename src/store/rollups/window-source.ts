import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import type { HistoryReader } from '../reader/history-reader.ts'
import { allocateChunk } from '../reader/readings-query.ts'
import { ReadingsWalk } from '../reader/readings-walk.ts'
import { RowIndex } from '../reader/row-index.ts'
import type { Selection } from '../reader/selection.ts'
import type { WindowItem } from '../reader/window-fold.ts'
import { levelOf } from './past-reader.ts'
import { type WantedParts, decodeRollup } from './rollup-body.ts'

export interface SourceQuery {
  readonly selection: Selection
  /** Both where a window begins. */
  readonly from: number
  readonly to: number
  readonly step: number
  /** How many of the levels of rollups may answer in the stead of readings. */
  readonly depth: number
  readonly goodOnly: boolean
  /** Which parts of a point are wanted. */
  readonly partsFor: (point: number) => readonly number[]
}

interface Range {
  readonly from: number
  readonly to: number
}

/** How far a query of one device is. */
interface Progress {
  /** The last time of which something was handed out. */
  last: number
  /** How often it began again without getting on. */
  tries: number
}

/**
 * What windows of one device are made of: the coarsest chunks that say the same as the readings; for the rest the readings, and what stays of
 * those that have gone. A chunk does not answer where a reading has come that it may not have: one that is in the journal still, or one
 * that another contradicts, which is a matter of the journal alone. Where readings go while they are read, the window begins again.
 */
export class WindowSource {
  readonly #journal: DatabaseSync
  readonly #history: HistoryReader | undefined
  readonly #rows: RowIndex
  readonly #conflict: StatementSync

  constructor(journal: DatabaseSync, history: HistoryReader | undefined) {
    this.#journal = journal
    this.#history = history
    this.#rows = new RowIndex(journal)
    this.#conflict = journal.prepare(
      'SELECT 1 FROM conflicts WHERE point = ? AND time >= ? AND time < ? LIMIT 1',
    )
  }

  *steps(query: SourceQuery, device: number): Generator<WindowItem | undefined> {
    const { step, to } = query
    const progress: Progress = { last: -Infinity, tries: 0 }
    for (let from = query.from; from < to;) {
      if (yield* this.#pass({ ...query, from }, device, progress)) return
      yield { kind: 'again' }
      const start = Math.max(query.from, Math.floor(progress.last / step) * step)
      progress.tries = start > from ? 0 : progress.tries + 1
      from = start
    }
  }

  /** Without any stored windows: where none are of use. */
  *readings({ selection, from, to }: SourceQuery): Generator<WindowItem | undefined> {
    yield* new ReadingsWalk(this.#journal, this.#history, { from, to, selection }).steps()
  }

  /** False: it has to begin again. */
  *#pass(
    query: SourceQuery,
    device: number,
    progress: Progress,
  ): Generator<WindowItem | undefined, boolean> {
    const { from, to, depth } = query
    const wanted = wantedOf(query)
    let sealed = -1
    const segments = this.#history?.rollups?.segments({
      device,
      from,
      to,
      depth,
      isCurrent: (first, last) => {
        sealed = this.#history?.sealed ?? 0
        return this.#isCurrent(query, { from: first, to: last, sealed })
      },
      // What was sealed meanwhile is in no journal any more, and in the chunk only if that is of after.
      decode: (body, windows) =>
        this.#history?.sealed === sealed ? decodeRollup(body, windows, wanted) : undefined,
    })
    for (const segment of segments ?? [{ from, to, windows: undefined }]) {
      const { windows } = segment
      if (windows !== undefined) yield { kind: 'run', from: segment.from, to: segment.to, windows }
      else if (!(yield* this.#rest({ ...query, ...segment }, device, progress))) return false
      progress.last = segment.to - 1
      yield undefined
    }
    return true
  }

  /** What has gone, and what is left. False: some has gone meanwhile. */
  *#rest(
    query: SourceQuery,
    device: number,
    progress: Progress,
  ): Generator<WindowItem | undefined, boolean> {
    const past = this.#history?.past
    const level = levelOf(query.step)
    const thinned = past?.thinned(device)
    const hasGone = (): boolean =>
      past?.thinned(device) !== thinned && progress.tries < limits.rollupTries
    const stretches =
      level === undefined
        ? undefined
        : past?.stretches({ ...query, device }, level, wantedOf(query))
    for (const { from, to, pieces, damaged } of stretches ?? [{ ...query, ...NO_PIECES }]) {
      if (pieces.length > 0) yield { kind: 'past', from, to, pieces }
      if (damaged > 0) yield allocateChunk(0, damaged)
      for (const chunk of this.readings({ ...query, from, to })) {
        if (chunk !== undefined && 'times' in chunk && chunk.times.length > 0) {
          if (hasGone()) return false
          progress.last = chunk.times.at(-1) as number
        }
        yield chunk
      }
      if (hasGone()) return false
      progress.last = to - 1
    }
    return true
  }

  #isCurrent(
    { selection }: SourceQuery,
    { from, to, sealed }: Range & { readonly sealed: number },
  ): boolean {
    for (const { rows } of this.#rows.steps({ from, to, devices: selection.devices })) {
      if (rows.some(({ number }) => number > sealed)) return false
    }
    const { points = [] } = selection
    return points.every((point) => this.#conflict.get(point, from, to) === undefined)
  }
}

const NO_PIECES = { pieces: [], damaged: 0 }

function wantedOf({ selection, goodOnly, partsFor }: SourceQuery): WantedParts {
  return {
    goodOnly,
    partsOf: (point) => (selection.flags?.[point] === 1 ? partsFor(point) : undefined),
  }
}
