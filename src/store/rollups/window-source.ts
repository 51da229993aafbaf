import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { HistoryReader } from '../reader/history-reader.ts'
import type { ReadingsChunk } from '../reader/readings-query.ts'
import { ReadingsWalk } from '../reader/readings-walk.ts'
import { RowIndex } from '../reader/row-index.ts'
import type { Selection } from '../reader/selection.ts'
import type { WindowRun } from '../reader/window-fold.ts'
import type { RollupBody } from './rollup-body.ts'
import type { StoredWindows } from './rollup-reader.ts'

export interface SourceQuery {
  readonly selection: Selection
  readonly from: number
  readonly to: number
  /** How many of the levels of rollups fit into the windows. */
  readonly depth: number
  readonly goodOnly: boolean
  /** Which parts of a point are wanted. */
  partsFor(point: number): readonly number[]
}

/**
 * What windows are made of: for one device the coarsest chunks that say the same as the readings, readings for the rest and for several
 * devices. A chunk does not answer where a reading has come that it may not have: one that is in the journal still, or one that another
 * contradicts, which is a matter of the journal alone.
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

  *steps(query: SourceQuery): Generator<ReadingsChunk | WindowRun | undefined> {
    const { selection, from, to, depth } = query
    const [device, other] = selection.deviceNumbers ?? []
    const rollups = this.#history?.rollups
    if (depth === 0 || device === undefined || other !== undefined || rollups === undefined) {
      yield* this.#readings(query, { from, to })
      return
    }
    let sealed = -1
    const segments = rollups.segments({
      device,
      from,
      to,
      depth,
      isCurrent: (first, last) => {
        sealed = this.#history?.sealed ?? 0
        return this.#isCurrent(query, { from: first, to: last, sealed })
      },
      // What was sealed meanwhile is in no journal any more, and in the chunk only if that is of after.
      decode: (body) => (this.#history?.sealed === sealed ? decode(body, query) : undefined),
    })
    for (const segment of segments) {
      const { windows } = segment
      if (windows === undefined) yield* this.#readings(query, segment)
      else yield { from: segment.from, to: segment.to, windows }
      yield undefined
    }
  }

  #readings(
    { selection }: SourceQuery,
    range: { readonly from: number; readonly to: number },
  ): Generator<ReadingsChunk | undefined> {
    return new ReadingsWalk(this.#journal, this.#history, { ...range, selection }).steps()
  }

  #isCurrent(
    { selection }: SourceQuery,
    { from, to, sealed }: { readonly from: number; readonly to: number; readonly sealed: number },
  ): boolean {
    for (const { rows } of this.#rows.steps({ from, to, devices: selection.devices })) {
      if (rows.some(({ number }) => number > sealed)) return false
    }
    for (const [point, flag] of (selection.flags ?? []).entries()) {
      if (flag === 1 && this.#conflict.get(point, from, to) !== undefined) return false
    }
    return true
  }
}

function decode(body: RollupBody, query: SourceQuery): StoredWindows | undefined {
  const wanted = [...body.points].filter((point) => query.selection.flags?.[point] === 1)
  if (query.goodOnly && !wanted.every((point) => body.isGood(point))) return undefined
  const columns = wanted.map((point) => [point, body.parts(point, query.partsFor(point))] as const)
  return { times: body.times, points: new Map(columns) }
}
