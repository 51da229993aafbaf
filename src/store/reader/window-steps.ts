import { type Aggregate, type Windows, ownAggregate } from '../../core/aggregates.ts'
import { limits } from '../../core/limits.ts'
import { firstOf } from './latest-steps.ts'
import { type ReadingsChunk, type ReadingsQuery, allocateChunk } from './readings-query.ts'
import { WindowFold, type WindowItem } from './window-fold.ts'

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
  items: Iterable<WindowItem | undefined>,
  query: WindowQuery,
  aggregateOf: (point: number) => Aggregate,
): Generator<ReadingsChunk | undefined> {
  const answer = new WindowAnswer(query, aggregateOf)
  for (const item of items) {
    if (item !== undefined) answer.add(item)
    for (let full = answer.take(); full !== undefined; full = answer.take()) yield full
    yield undefined
  }
  answer.finish()
  for (let full = answer.take(); full !== undefined; full = answer.take()) yield full
  yield answer.rest()
}

class WindowAnswer {
  readonly #fold: WindowFold
  readonly #first: number
  readonly #aggregateOf: (point: number) => Aggregate
  readonly #full: ReadingsChunk[] = []
  #chunk = allocateChunk(limits.queryChunkReadings, 0)
  #count = 0
  #damagedRows = 0

  constructor({ from, windows }: WindowQuery, aggregateOf: (point: number) => Aggregate) {
    this.#fold = new WindowFold({
      step: windows.step,
      slots: 'byPoint',
      onWindow: (start) => this.#complete(start),
    })
    this.#first = Math.floor(from / windows.step) * windows.step
    this.#aggregateOf = aggregateOf
  }

  add(item: WindowItem): void {
    if (!('kind' in item)) this.#damagedRows += item.damagedRows
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
      this.#put({ start, point, value, bits: sums.qualityOf(point) })
    }
  }

  /** Undefined: what there is does not fill a chunk yet. */
  take(): ReadingsChunk | undefined {
    const full = this.#full.shift()
    return full === undefined ? undefined : this.#withDamage(full)
  }

  rest(): ReadingsChunk {
    return this.#withDamage(firstOf(this.#chunk, this.#count))
  }

  #put({ start, point, value, bits }: WindowValue): void {
    const at = this.#count++
    this.#chunk.times[at] = start
    this.#chunk.points[at] = point
    this.#chunk.values[at] = value
    this.#chunk.qualities[at] = bits
    if (this.#count < limits.queryChunkReadings) return
    this.#full.push(this.#chunk)
    this.#chunk = allocateChunk(limits.queryChunkReadings, 0)
    this.#count = 0
  }

  #withDamage(chunk: ReadingsChunk): ReadingsChunk {
    const damagedRows = this.#damagedRows
    this.#damagedRows = 0
    return { ...chunk, damagedRows }
  }
}

interface WindowValue {
  readonly start: number
  readonly point: number
  readonly value: number
  readonly bits: number
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
