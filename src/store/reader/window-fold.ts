import { quality } from '../../core/quality.ts'
import type { StoredWindows } from '../rollups/rollup-body.ts'
import type { ReadingsChunk } from './readings-query.ts'
import { WindowCursor } from './window-cursor.ts'
import { WindowSums } from './window-sums.ts'

/** What windows are folded from, in order of time but for what is said below. */
export type WindowItem =
  | ReadingsChunk
  /** Windows of a chunk, from `from` to `to`: all that there is of that time. */
  | {
      readonly kind: 'run'
      readonly from: number
      readonly to: number
      readonly windows: StoredWindows
    }
  /** Windows of readings that are no more, from `from` to `to`; what is left of that time comes behind them. */
  | {
      readonly kind: 'past'
      readonly from: number
      readonly to: number
      readonly pieces: readonly StoredWindows[]
    }
  /** What was given of the last window is not to be trusted and comes again. */
  | { readonly kind: 'again' }

const VALIDITY = 0b11

export interface FoldSettings {
  /** Length of a window. */
  readonly step: number
  /** `byValidity`: a point has two slots, 2 × its number for good readings and one more for the others. */
  readonly slots: 'byPoint' | 'byValidity'
  /** Looks at `sums` when a window is complete. */
  readonly onWindow: (start: number) => void
}

/** Folds readings, and windows that were folded before, into windows. One window is held. */
export class WindowFold {
  readonly sums: WindowSums = new WindowSums()
  readonly #step: number
  readonly #isApart: boolean
  readonly #onWindow: (start: number) => void
  #start = Number.NaN
  /** Of readings that are no more; those that begin before the window's end are in it already. */
  #past: WindowCursor[] = []

  constructor({ step, slots, onWindow }: FoldSettings) {
    this.#step = step
    this.#isApart = slots === 'byValidity'
    this.#onWindow = onWindow
  }

  add(item: WindowItem): void {
    if (!('kind' in item)) return this.#addReadings(item)
    switch (item.kind) {
      case 'run': {
        const cursor = new WindowCursor(item.windows, item)
        while (cursor.time < Infinity) {
          this.#moveTo(cursor.time)
          cursor.take(this.sums, this.#isApart ? 'byValidity' : 'byPoint')
        }
        return
      }
      case 'past':
        this.#takePast(Infinity)
        this.#past = item.pieces.map((piece) => new WindowCursor(piece, item))
        this.#takePast(this.#start + this.#step)
        return
      case 'again':
        this.#past = []
        this.sums.forget()
        this.#start = Number.NaN
    }
  }

  /** Nothing comes any more. */
  finish(): void {
    this.#takePast(Infinity)
    this.#complete()
    this.#start = Number.NaN
  }

  #addReadings({ points, times, values, qualities }: ReadingsChunk): void {
    const { sums } = this
    for (let row = 0; row < times.length; row++) {
      const time = times[row] as number
      const bits = qualities[row] as number
      if (!(time - this.#start < this.#step)) this.#moveTo(time)
      const point = points[row] as number
      if (!this.#isApart) sums.add(point, values[row] as number, bits, time)
      else {
        const slot = point * 2 + ((bits & VALIDITY) === quality.good ? 0 : 1)
        sums.add(slot, values[row] as number, bits, time)
      }
    }
  }

  #moveTo(time: number): void {
    if (time - this.#start < this.#step) return
    const start = Math.floor(time / this.#step) * this.#step
    this.#takePast(start + this.#step)
    this.#open(start)
  }

  #takePast(before: number): void {
    if (this.#past.length === 0) return
    for (;;) {
      let next: WindowCursor | undefined
      for (const cursor of this.#past) {
        if (cursor.time < before && !(cursor.time >= (next?.time ?? Infinity))) next = cursor
      }
      if (next === undefined) return
      this.#open(Math.floor(next.time / this.#step) * this.#step)
      next.take(this.sums, this.#isApart ? 'byValidity' : 'byPoint')
    }
  }

  #open(start: number): void {
    if (start === this.#start) return
    this.#complete()
    this.#start = start
  }

  #complete(): void {
    if (!Number.isNaN(this.#start)) this.#onWindow(this.#start)
    this.sums.clear()
  }
}
