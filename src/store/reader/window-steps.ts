import { type Aggregate, type Windows, ownAggregate } from '../../core/aggregates.ts'
import { limits } from '../../core/limits.ts'
import type { DevicesItem } from '../rollups/devices-source.ts'
import { firstOf } from './latest-steps.ts'
import {
  type ReadingsChunk,
  type ReadingsQuery,
  allocateChunk,
  allocateWindows,
} from './readings-query.ts'
import { timeOrder } from './time-order.ts'
import { WindowFold } from './window-fold.ts'

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
 * time at which the window begins. Never more than one window is held, and what a slice of several devices has.
 */
export function* windowSteps(
  items: Iterable<DevicesItem | undefined>,
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
  /** What came of a slice, device by device. */
  readonly #slice: ReadingsChunk[] = []
  readonly #withExtremes: boolean
  #isSlice = false
  #chunk: ReadingsChunk
  #count = 0
  #damagedRows = 0

  constructor({ from, windows }: WindowQuery, aggregateOf: (point: number) => Aggregate) {
    this.#fold = new WindowFold({
      step: windows.step,
      slots: 'byPoint',
      onWindow: (start) => this.#complete(start),
    })
    this.#first = Math.floor(from / windows.step) * windows.step
    this.#withExtremes = windows.withExtremes === true
    this.#chunk = this.#allocate()
    this.#aggregateOf = aggregateOf
  }

  add(item: DevicesItem): void {
    if (!('kind' in item)) this.#damagedRows += item.damagedRows
    else if (item.kind === 'slice') return this.#turn(item.at)
    this.#fold.add(item)
  }

  #turn(at: 'begin' | 'nextDevice' | 'end'): void {
    this.#fold.finish()
    switch (at) {
      case 'begin':
        this.#flush()
        this.#isSlice = true
        return
      case 'nextDevice':
        return
      case 'end':
        this.#flush()
        this.#isSlice = false
        for (const value of inOrder(this.#slice.splice(0), this.#withExtremes)) this.#put(value)
    }
  }

  finish(): void {
    this.#fold.finish()
  }

  #complete(start: number): void {
    if (start < this.#first) return
    const { sums } = this.#fold
    for (const point of sums.points()) {
      const value = sums.valueOf(point, this.#aggregateOf(point))
      const bits = sums.qualityOf(point)
      if (this.#withExtremes) {
        const extremes = [sums.valueOf(point, 'min'), sums.valueOf(point, 'max')] as const
        this.#put({ start, point, value, bits, extremes })
      } else this.#put({ start, point, value, bits })
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

  #put({ start, point, value, bits, extremes }: WindowValue): void {
    const at = this.#count++
    this.#chunk.times[at] = start
    this.#chunk.points[at] = point
    this.#chunk.values[at] = value
    this.#chunk.qualities[at] = bits
    if (extremes !== undefined && this.#chunk.extremes !== undefined) {
      this.#chunk.extremes.least[at] = extremes[0]
      this.#chunk.extremes.greatest[at] = extremes[1]
    }
    if (this.#count === limits.queryChunkReadings) this.#flush()
  }

  #flush(): void {
    if (this.#count === 0) return
    const chunk = firstOf(this.#chunk, this.#count)
    if (this.#isSlice) this.#slice.push(chunk)
    else this.#full.push(chunk)
    this.#chunk = this.#allocate()
    this.#count = 0
  }

  #allocate(): ReadingsChunk {
    const count = limits.queryChunkReadings
    return this.#withExtremes ? allocateWindows(count) : allocateChunk(count, 0)
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
  /** The least and the greatest, where they are asked for. */
  readonly extremes?: readonly [number, number] | undefined
}

/** The values of chunks in order of time, then point. */
function* inOrder(chunks: readonly ReadingsChunk[], withExtremes: boolean): Generator<WindowValue> {
  const count = chunks.reduce((sum, { times }) => sum + times.length, 0)
  const all: ReadingsChunk = withExtremes ? allocateWindows(count) : allocateChunk(count, 0)
  let end = 0
  for (const { times, points, values, qualities, extremes } of chunks) {
    if (extremes !== undefined) {
      all.extremes?.least.set(extremes.least, end)
      all.extremes?.greatest.set(extremes.greatest, end)
    }
    all.times.set(times, end)
    all.points.set(points, end)
    all.values.set(values, end)
    all.qualities.set(qualities, end)
    end += times.length
  }
  for (const row of timeOrder(all, count)) {
    yield {
      start: all.times[row] as number,
      point: all.points[row] as number,
      value: all.values[row] as number,
      bits: all.qualities[row] as number,
      extremes: all.extremes && [
        all.extremes.least[row] as number,
        all.extremes.greatest[row] as number,
      ],
    }
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
