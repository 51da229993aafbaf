import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { decodeRow } from '../row.ts'
import { Conflicts } from './conflicts.ts'
import type { HistoryReader, SpanEntry } from './history-reader.ts'
import { Pending, type Wanted } from './pending.ts'
import { type ReadingsChunk, allocateChunk } from './readings-query.ts'
import { RowIndex, type RowKey } from './row-index.ts'
import type { Selection } from './selection.ts'
import { shortRead } from './short-read.ts'

/** Rows and readings fetched in one read transaction: a few milliseconds, about a megabyte. */
const BATCH_ROWS = 256
const BATCH_READINGS = 32_768
/** The first window; the next are as wide as the readings in them allow. */
const FIRST_WINDOW = 3_600_000_000
/** Spans listed for one window; where there are more, a narrower one has fewer, down to those that overlap at one moment. */
const SOME_SPANS = 4096
const ALL_SPANS = limits.devices * (limits.historyOverlap + 1)
const NARROW_WINDOW = 60_000_000

/** A window may be a whole span of so many readings: an answer is to begin at once. */
const SPAN_READINGS = 4 * limits.historySpanRows

export interface WalkQuery {
  readonly selection: Selection
  /** Inclusive. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

interface Window extends Wanted {
  /** Inclusive. */
  readonly from: number
  /** Moves to an earlier time where the window holds too much. */
  to: number
  /** Readings that it is to hold. */
  readonly most: number
}

interface Gathered {
  readonly pending: Pending
  readonly damaged: number
}

/**
 * One query, window by window: all that history and the journal have of a window is put in order and handed out. A window is as wide
 * as so many readings are, few at first, for an answer is to begin at once; where it turns out to hold more, its later half is forgotten and comes with the next one. So
 * memory stays below some 2 × `limits.queryOverlapReadings`, 22 bytes each, whatever is asked for. Where the journal was sealed meanwhile the
 * window is read once more, so that no reading is missed or comes twice.
 */
export class ReadingsWalk {
  readonly #journal: DatabaseSync
  readonly #history: HistoryReader | undefined
  readonly #query: WalkQuery
  readonly #index: RowIndex
  readonly #body: StatementSync
  #damaged = 0

  constructor(journal: DatabaseSync, history: HistoryReader | undefined, query: WalkQuery) {
    this.#journal = journal
    this.#history = history
    this.#query = query
    this.#index = new RowIndex(journal)
    this.#body = journal.prepare('SELECT body FROM journal WHERE number = ?')
    this.#body.setReturnArrays(true)
  }

  /** Undefined: a few milliseconds of work, and nothing to hand out yet. */
  *steps(): Generator<ReadingsChunk | undefined> {
    const { from, to, selection } = this.#query
    const conflicts = new Conflicts(this.#journal)
    let width = FIRST_WINDOW
    let most = 2 * limits.queryChunkReadings
    for (let start: number = from; start < to;) {
      const end = this.#endOfSpan({ from: start, to }, selection)
      const window: Window = {
        flags: selection.flags,
        from: start,
        to: end ?? Math.min(to, start + width),
        most: end === undefined ? most : limits.queryOverlapReadings,
      }
      const { pending, damaged } = yield* this.#gather(window, selection)
      this.#damaged += damaged
      if (end === undefined) width = widthAfter(window, pending.count)
      if (pending.count > 0) most = Math.min(most * 2, limits.queryOverlapReadings)
      for (const chunk of pending.take()) {
        conflicts.mark(chunk)
        yield this.#withDamage(chunk)
      }
      start = window.to
    }
    if (this.#damaged > 0) yield this.#withDamage(allocateChunk(0, 0))
  }

  /** For few points of one device: the next window ends where a span does, so that none is decoded twice. */
  #endOfSpan(
    range: { readonly from: number; readonly to: number },
    { deviceNumbers, points }: Selection,
  ): number | undefined {
    const [device, other] = deviceNumbers ?? []
    if (device === undefined || other !== undefined || points === undefined) return undefined
    const span = this.#history?.firstToEnd(device, range)
    if (span === undefined || span.rows * points.length > SPAN_READINGS) return undefined
    return Math.min(range.to, span.lastTime + 1)
  }

  *#gather(window: Window, selection: Selection): Generator<undefined, Gathered> {
    const { to } = window
    for (;;) {
      const pending = new Pending(window.most)
      const sealed = this.#history?.sealed ?? 0
      let damaged = yield* this.#readHistory(window, { selection, pending })
      damaged += yield* this.#readJournal(window, { selection, pending, sealed })
      if ((this.#history?.sealed ?? 0) === sealed) return { pending, damaged }
      window.to = to
    }
  }

  *#readHistory(window: Window, { selection, pending }: Target): Generator<undefined, number> {
    if (this.#history === undefined) return 0
    let damaged = 0
    for (const span of this.#spansOf(window, selection)) {
      damaged += this.#history.read(span, window, pending)
      if (pending.crowded) window.to = pending.cut() ?? window.to
      yield undefined
    }
    return damaged
  }

  /** Narrows the window where the spans of the whole of it are many. */
  #spansOf(window: Window, { deviceNumbers }: Selection): readonly SpanEntry[] {
    for (;;) {
      const isNarrow = window.to - window.from <= NARROW_WINDOW
      const most = isNarrow ? ALL_SPANS : SOME_SPANS
      const spans = this.#history?.spans(deviceNumbers, window, most) ?? []
      if (isNarrow || spans.length < most) return spans
      window.to = window.from + Math.ceil((window.to - window.from) / 2)
    }
  }

  *#readJournal(
    window: Window,
    { selection, pending, sealed }: Target & { readonly sealed: number },
  ): Generator<undefined, number> {
    let damaged = 0
    const { from, to } = window
    for (const step of this.#index.steps({ from, to, devices: selection.devices })) {
      for (const rows of batchesOf(step.rows.filter(({ number }) => number > sealed))) {
        if ((rows[0]?.firstTime ?? 0) >= window.to) break
        damaged += this.#readRows(rows, { pending, window })
        if (pending.crowded) window.to = pending.cut() ?? window.to
        yield undefined
      }
      if (step.frontier >= window.to) break
      yield undefined
    }
    return damaged
  }

  /** Returns how many are damaged. */
  #readRows(
    rows: readonly RowKey[],
    { pending, window }: { readonly pending: Pending; readonly window: Window },
  ): number {
    let damaged = 0
    shortRead(this.#journal, () => {
      for (const { number, firstTime } of rows) {
        const found = this.#body.get(number) as unknown as [Uint8Array] | undefined
        if (found === undefined) continue
        try {
          pending.add(decodeRow(found[0], number), window)
        } catch (thrown) {
          if (!(thrown instanceof GridError) || thrown.code !== 'corrupt') throw thrown
          // A row that began before this window was met, and counted, in the window before.
          if (firstTime >= window.from || window.from === this.#query.from) damaged++
        }
      }
    })
    return damaged
  }

  #withDamage(chunk: ReadingsChunk): ReadingsChunk {
    if (this.#damaged === 0) return chunk
    const damagedRows = this.#damaged
    this.#damaged = 0
    return { ...chunk, damagedRows }
  }
}

interface Target {
  readonly selection: Selection
  readonly pending: Pending
}

/** Wider while windows hold little; one that had to be cut is narrow enough for the next. */
function widthAfter({ from, to, most }: Window, readings: number): number {
  return readings < most / 2 ? (to - from) * 2 : to - from
}

function* batchesOf(rows: readonly RowKey[]): Generator<readonly RowKey[]> {
  for (let start = 0; start < rows.length;) {
    let end = start
    let readings = 0
    while (end < rows.length && end - start < BATCH_ROWS && readings < BATCH_READINGS) {
      readings += rows[end]?.readings ?? 0
      end++
    }
    yield rows.slice(start, end)
    start = end
  }
}
