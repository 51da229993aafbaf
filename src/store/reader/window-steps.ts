import { type Aggregate, type Windows, ownAggregate } from '../../core/aggregates.ts'
import { limits } from '../../core/limits.ts'
import { type ReadingsChunk, type ReadingsQuery, allocateChunk } from './readings-query.ts'
import { WindowFold, type WindowRun } from './window-fold.ts'

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
  items: Iterable<ReadingsChunk | WindowRun | undefined>,
  query: WindowQuery,
  aggregateOf: (point: number) => Aggregate,
): Generator<ReadingsChunk | undefined> {
  const answer = new WindowAnswer(query, aggregateOf)
  for (const item of items) {
    if (item !== undefined) answer.add(item)
    yield answer.take(limits.queryChunkReadings)
  }
  answer.finish()
  for (let rest = answer.take(1); rest !== undefined; rest = answer.take(1)) yield rest
}

class WindowAnswer {
  readonly #fold: WindowFold
  readonly #first: number
  readonly #aggregateOf: (point: number) => Aggregate
  #rows: [time: number, point: number, value: number, quality: number][] = []
  #damagedRows = 0

  constructor({ from, windows }: WindowQuery, aggregateOf: (point: number) => Aggregate) {
    this.#fold = new WindowFold(windows.step, (start) => this.#complete(start))
    this.#first = Math.floor(from / windows.step) * windows.step
    this.#aggregateOf = aggregateOf
  }

  add(item: ReadingsChunk | WindowRun): void {
    if ('windows' in item) return this.#fold.addRun(item)
    this.#damagedRows += item.damagedRows
    this.#fold.add(item)
  }

  finish(): void {
    this.#fold.finish()
  }

  #complete(start: number): void {
    if (start < this.#first) return
    const { sums } = this.#fold
    for (const point of sums.points()) {
      const value = sums.valueOf(point, this.#aggregateOf(point))
      this.#rows.push([start, point, value, sums.qualityOf(point)])
    }
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
}

/** The aggregate that is asked for, or the own one of each point. */
export function aggregateChooser(
  aggregate: Aggregate | undefined,
  quantityOf: (point: number) => string,
): (point: number) => Aggregate {
  if (aggregate !== undefined) return () => aggregate
  const own = new Map<number, Aggregate>()
  return (point) => {
    let found = own.get(point)
    if (found === undefined) {
      found = ownAggregate(quantityOf(point))
      own.set(point, found)
    }
    return found
  }
}
