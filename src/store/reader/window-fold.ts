import type { StoredWindows } from '../rollups/rollup-reader.ts'
import type { ReadingsChunk } from './readings-query.ts'
import { WindowSums } from './window-sums.ts'

/** Windows of a chunk of the table of rollups, from `from` to `to`. */
export interface WindowRun {
  readonly from: number
  readonly to: number
  readonly windows: StoredWindows
}

/** Folds readings, and windows of chunks that were folded before, into windows: all in order of time. One window is held. */
export class WindowFold {
  readonly sums: WindowSums = new WindowSums()
  readonly #step: number
  readonly #onWindow: (start: number) => void
  #start = Number.NaN

  /** `onWindow` looks at `sums` when a window is complete. */
  constructor(step: number, onWindow: (start: number) => void) {
    this.#step = step
    this.#onWindow = onWindow
  }

  add({ points, times, values, qualities }: ReadingsChunk): void {
    for (let row = 0; row < times.length; row++) {
      this.#moveTo(times[row] as number)
      this.sums.add(points[row] as number, values[row] as number, qualities[row] as number)
    }
  }

  addRun({ from, to, windows }: WindowRun): void {
    const { times, points } = windows
    const next = new Map<number, number>()
    for (let row = 0; row < times.length; row++) {
      const time = times[row] as number
      const isWanted = time >= from && time < to
      if (isWanted) this.#moveTo(time)
      for (const [point, columns] of points) {
        const at = next.get(point) ?? 0
        const rows = columns[0]?.rows
        if (columns[0] === undefined || (rows !== undefined && rows[at] !== row)) continue
        next.set(point, at + 1)
        if (isWanted) this.sums.merge(point, columns, at)
      }
    }
  }

  /** The window that was being added to is complete. */
  finish(): void {
    if (!Number.isNaN(this.#start)) this.#onWindow(this.#start)
    this.sums.clear()
  }

  #moveTo(time: number): void {
    if (time - this.#start < this.#step) return
    this.finish()
    this.#start = Math.floor(time / this.#step) * this.#step
  }
}
