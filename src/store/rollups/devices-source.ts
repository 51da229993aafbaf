import type { DatabaseSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import type { HistoryReader } from '../reader/history-reader.ts'
import { RowIndex } from '../reader/row-index.ts'
import { type Selection, deviceSelections } from '../reader/selection.ts'
import type { WindowItem } from '../reader/window-fold.ts'
import { levelOf } from './past-reader.ts'
import { type SourceQuery, WindowSource } from './window-source.ts'

/** Items, and where a stretch of time is told device by device. */
export type DevicesItem =
  | WindowItem
  /** Up to the end each device tells of the same windows. */
  | { readonly kind: 'slice'; readonly at: 'begin' | 'nextDevice' | 'end' }

/**
 * What windows of several devices are made of. Where there are stored windows, slice by slice and within a slice device by device, each as if it had
 * been asked for alone; a slice is as long as its windows fit into memory. Where there are none, and where readings of all devices
 * lie in the journal together, the readings of all at once.
 */
export class DevicesSource {
  readonly #journal: DatabaseSync
  readonly #history: HistoryReader | undefined
  readonly #source: WindowSource
  readonly #rows: RowIndex

  constructor(journal: DatabaseSync, history: HistoryReader | undefined) {
    this.#journal = journal
    this.#history = history
    this.#source = new WindowSource(journal, history)
    this.#rows = new RowIndex(journal)
  }

  *steps(query: SourceQuery): Generator<DevicesItem | undefined> {
    const { from, to, step } = query
    let selections: readonly Selection[] | undefined
    for (let at = from; at < to;) {
      if (!this.#hasStored(query, at)) {
        at = yield* this.#readings(query, { from: at, to })
        continue
      }
      selections ??= deviceSelections(this.#journal, query.selection)
      const points = selections.reduce((sum, one) => sum + (one.points?.length ?? 0), 0)
      const windows = Math.max(1, Math.floor(limits.querySliceValues / Math.max(1, points)))
      const slice = { from: at, to: Math.min(to, at + windows * step) }
      const end = this.#storedEnd(query, slice)
      if (end > at) {
        yield* this.#slice({ ...query, from: at, to: end }, selections)
        at = end
      } else at = yield* this.#readings(query, slice)
    }
  }

  /** Whether windows of this time, or of later, are stored. */
  #hasStored({ step, depth }: SourceQuery, at: number): boolean {
    const { past, rollups } = this.#history ?? {}
    const level = levelOf(step)
    if (past === undefined || rollups === undefined || level === undefined) return false
    return past.end(level) > at || rollups.end(depth) > at
  }

  /** Up to where a slice is best told device by device; rows of the journal are better read once for all. */
  #storedEnd({ step, depth, selection }: SourceQuery, { from, to }: Range): number {
    const { past, rollups, sealed = 0 } = this.#history ?? {}
    const level = levelOf(step)
    const ceil = (time: number): number => Math.ceil(time / step) * step
    const gone = level === undefined ? from : Math.min(to, ceil(past?.end(level) ?? from))
    let cached = Math.min(to, ceil(rollups?.end(depth) ?? from))
    if (cached <= gone) return gone
    const range = { from: Math.max(from, gone), to: cached, devices: selection.devices }
    for (const { rows } of this.#rows.steps(range)) {
      const first = rows.find(({ number }) => number > sealed)
      if (first === undefined) continue
      cached = Math.floor(first.firstTime / step) * step
      break
    }
    return Math.max(from, gone, cached)
  }

  *#slice(
    query: SourceQuery,
    selections: readonly Selection[],
  ): Generator<DevicesItem | undefined> {
    yield { kind: 'slice', at: 'begin' }
    for (const selection of selections) {
      const [device] = selection.deviceNumbers ?? []
      if (device !== undefined) yield* this.#source.steps({ ...query, selection }, device)
      yield { kind: 'slice', at: 'nextDevice' }
    }
    yield { kind: 'slice', at: 'end' }
  }

  /** Returns where to go on: some may have gone while they were read. */
  *#readings(query: SourceQuery, { from, to }: Range): Generator<DevicesItem | undefined, number> {
    let last = from
    const past = this.#history?.past
    const level = levelOf(query.step)
    const hasGone = (): boolean =>
      level !== undefined && past !== undefined && past.end(level) > from
    for (const chunk of this.#source.readings({ ...query, from, to })) {
      if (chunk !== undefined && 'times' in chunk && chunk.times.length > 0) {
        if (hasGone()) return yield* this.#again(query, last)
        last = chunk.times.at(-1) as number
      }
      yield chunk
    }
    return hasGone() ? yield* this.#again(query, last) : to
  }

  *#again({ step }: SourceQuery, last: number): Generator<DevicesItem, number> {
    yield { kind: 'again' }
    return Math.floor(last / step) * step
  }
}

interface Range {
  readonly from: number
  readonly to: number
}
