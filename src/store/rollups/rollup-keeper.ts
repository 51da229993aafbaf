import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { limits } from '../../core/limits.ts'
import { openHistory } from '../history/history-file.ts'
import { journalPath } from '../journal.ts'
import { HistoryReader } from '../reader/history-reader.ts'
import { selectionOf } from '../reader/selection.ts'
import { EVERY_PART } from '../reader/window-sums.ts'
import { levels } from './levels.ts'
import { PastTable } from './past-table.ts'
import { RollupWindows, foldInto } from './rollup-windows.ts'
import { type RollupKey, RollupTable } from './rollup-table.ts'
import { WindowSource } from './window-source.ts'

/**
 * Makes the chunks that are stale, between two sealings and in their thread, for history has one writer. Each is made of the finer
 * level, as a query would be answered; readings of the journal that are in it already make it stale again when they are sealed.
 */
export class RollupKeeper implements Disposable {
  readonly #least: number
  readonly #journal: DatabaseSync
  readonly #writer: DatabaseSync
  readonly #reader: HistoryReader | undefined
  readonly #table: RollupTable
  readonly #past: PastTable
  readonly #source: WindowSource
  readonly #points: StatementSync

  /** `least`: readings to a window, from which on a chunk is kept. */
  constructor(
    directory: string,
    { least = limits.rollupReadings }: { readonly least?: number } = {},
  ) {
    this.#least = least
    this.#writer = openHistory(directory)
    this.#journal = new DatabaseSync(journalPath(directory), {
      readOnly: true,
      timeout: limits.readerBusyMs,
    })
    this.#reader = HistoryReader.open(directory)
    this.#table = new RollupTable(this.#writer)
    this.#past = new PastTable(this.#writer)
    this.#source = new WindowSource(this.#journal, this.#reader)
    this.#points = this.#journal.prepare('SELECT number FROM points WHERE device = ?')
  }

  /** Makes one chunk whose time is over at `now`; false: none is stale. */
  step(now: number): boolean {
    const key = this.#table.next(now)
    if (key === undefined) return false
    const made = this.#past.isWhole(key) ? this.#make(key) : undefined
    const isWorthIt =
      made !== undefined && made.count > 0 && made.readings >= made.count * this.#least
    if (!isWorthIt || made.isDamaged) this.#table.pass(key)
    else this.#table.put(key, made.times.length, made.encode())
    return true
  }

  #make({ device, width, start }: RollupKey): RollupWindows {
    const depth = levels.findIndex((level) => level.width === width)
    const span = levels[depth]?.span ?? 0
    const made = new RollupWindows()
    const fold = foldInto(width, () => made)
    const query = {
      selection: selectionOf(this.#pointsOf(device), [device]),
      from: start,
      to: start + span,
      step: width,
      depth,
      goodOnly: false,
      partsFor: () => EVERY_PART,
    }
    for (const item of this.#source.steps(query, device)) {
      if (item === undefined) continue
      if (!('kind' in item) && item.damagedRows > 0) made.isDamaged = true
      fold.add(item)
    }
    fold.finish()
    return made
  }

  #pointsOf(device: number): readonly number[] {
    return this.#points.all(device).map((row) => row['number'] as number)
  }

  [Symbol.dispose](): void {
    this.#reader?.close()
    this.#journal.close()
    this.#writer.close()
  }
}
