import type { StoredWindows } from '../rollups/rollup-body.ts'
import type { WindowSums } from './window-sums.ts'

/** Walks the windows of a chunk that begin in a range, in order of time. */
export class WindowCursor {
  readonly #windows: StoredWindows
  readonly #to: number
  /** Where each of the points stands. */
  readonly #next: Uint16Array
  #row = 0
  /** When the next one begins; Infinity: there is none. */
  time = Infinity

  constructor(
    windows: StoredWindows,
    { from, to }: { readonly from: number; readonly to: number },
  ) {
    this.#windows = windows
    this.#to = to
    this.#next = new Uint16Array(windows.points.length)
    const { times } = windows
    while (this.#row < times.length && (times[this.#row] as number) < from) this.#pass()
    this.#look()
  }

  /** Adds the next one to the sums. */
  take(sums: WindowSums, slots: 'byPoint' | 'byValidity'): void {
    const { points } = this.#windows
    for (const [index, stored] of points.entries()) {
      const at = this.#next[index] as number
      const { rows, point, isGood } = stored
      if (rows !== undefined && rows[at] !== this.#row) continue
      const slot = slots === 'byPoint' ? point : point * 2 + (isGood ? 0 : 1)
      sums.merge(slot, stored, at, this.time)
    }
    this.#pass()
    this.#look()
  }

  #pass(): void {
    for (const [index, { rows }] of this.#windows.points.entries()) {
      const at = this.#next[index] as number
      if (rows === undefined || rows[at] === this.#row) this.#next[index] = at + 1
    }
    this.#row++
  }

  #look(): void {
    const time = this.#windows.times[this.#row] ?? Infinity
    this.time = time < this.#to ? time : Infinity
  }
}
