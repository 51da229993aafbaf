import { type Aggregate, type Windows, ownAggregate } from '../../core/aggregates.ts'
import { limits } from '../../core/limits.ts'
import { type ReadingsChunk, type ReadingsQuery, allocateChunk } from './readings-query.ts'
import { WindowSums } from './window-sums.ts'

export interface WindowQuery extends ReadingsQuery {
  readonly windows: Windows
}

/**
 * The readings that windows need: each window is answered as a whole, whatever part of it is asked for. For differences one window more,
 * whose last value the first one continues.
 */
export function rangeOf({ from, to, quantity, windows }: WindowQuery): {
  readonly from: number
  readonly to: number
} {
  const { step, aggregate } = windows
  const own = quantity === undefined ? 'difference' : ownAggregate(quantity)
  const before = (aggregate ?? own) === 'difference' ? step : 0
  return {
    from: Math.floor(from / step) * step - before,
    to: Math.ceil(to / step) * step,
  }
}

/**
 * Readings in order of time, made into one value for each point and window that has any: in order of time, then point, with the
 * time at which the window begins. Never more than one window is held.
 */
export function* windowSteps(
  chunks: Iterable<ReadingsChunk | undefined>,
  query: WindowQuery,
  quantityOf: (point: number) => string,
): Generator<ReadingsChunk | undefined> {
  const answer = new WindowAnswer(query, quantityOf)
  for (const chunk of chunks) {
    if (chunk !== undefined) answer.add(chunk)
    yield answer.take(limits.queryChunkReadings)
  }
  answer.finish()
  for (let rest = answer.take(1); rest !== undefined; rest = answer.take(1)) yield rest
}

class WindowAnswer {
  readonly #sums = new WindowSums()
  readonly #step: number
  readonly #first: number
  readonly #aggregate: Aggregate | undefined
  readonly #quantityOf: (point: number) => string
  readonly #own = new Map<number, Aggregate>()
  #start = Number.NaN
  #rows: [time: number, point: number, value: number, quality: number][] = []
  #damagedRows = 0

  constructor({ from, windows }: WindowQuery, quantityOf: (point: number) => string) {
    this.#step = windows.step
    this.#first = Math.floor(from / windows.step) * windows.step
    this.#aggregate = windows.aggregate
    this.#quantityOf = quantityOf
  }

  add({ points, times, values, qualities, damagedRows }: ReadingsChunk): void {
    this.#damagedRows += damagedRows
    let start = this.#start
    for (let row = 0; row < times.length; row++) {
      const time = times[row] as number
      if (!(time - start < this.#step)) {
        this.finish()
        start = Math.floor(time / this.#step) * this.#step
        this.#start = start
      }
      this.#sums.add(points[row] as number, values[row] as number, qualities[row] as number)
    }
  }

  /** The window that was being added to is complete. */
  finish(): void {
    if (this.#start >= this.#first) {
      for (const point of this.#sums.points()) {
        const value = this.#sums.valueOf(point, this.#aggregateOf(point))
        this.#rows.push([this.#start, point, value, this.#sums.qualityOf(point)])
      }
    }
    this.#sums.clear()
  }

  /** Undefined: fewer than `least`, and no damage to tell of. */
  take(least: number): ReadingsChunk | undefined {
    if (this.#rows.length < least && (least > 1 || this.#damagedRows === 0)) return undefined
    const rows = this.#rows.splice(0, limits.queryChunkReadings)
    const chunk = allocateChunk(rows.length, this.#damagedRows)
    this.#damagedRows = 0
    for (const [at, [time, point, value, bits]] of rows.entries()) {
      chunk.times[at] = time
      chunk.points[at] = point
      chunk.values[at] = value
      chunk.qualities[at] = bits
    }
    return chunk
  }

  #aggregateOf(point: number): Aggregate {
    if (this.#aggregate !== undefined) return this.#aggregate
    let own = this.#own.get(point)
    if (own === undefined) {
      own = ownAggregate(this.#quantityOf(point))
      this.#own.set(point, own)
    }
    return own
  }
}
