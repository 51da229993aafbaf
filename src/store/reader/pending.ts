import type { Columns } from '../../core/batch.ts'
import { limits } from '../../core/limits.ts'
import { timeOrder } from './time-order.ts'
import { type ReadingsChunk, allocateChunk } from './readings-query.ts'

/** At first; enough while rows hardly overlap. */
const CAPACITY = 8 * limits.queryChunkReadings

export interface Wanted {
  /** 1 at the number of each wanted point; undefined: every point. */
  readonly flags: Uint8Array | undefined
  /** Inclusive. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Readings that were read but may not be handed out yet: a later row may hold earlier ones. */
export class Pending {
  count = 0
  #columns = allocateChunk(CAPACITY, 0)
  /** The other of two buffers that take turns, so that a query makes little garbage. */
  #spare = allocateChunk(CAPACITY, 0)
  /** Sorting again is worth it once there are twice as many as were left last time. */
  #due: number = limits.queryChunkReadings

  get due(): boolean {
    return this.count >= this.#due
  }

  get crowded(): boolean {
    return this.count > limits.queryOverlapReadings
  }

  add(row: Columns, wanted: Wanted): void {
    const { points, times, values, qualities } = row
    const { flags, from, to } = wanted
    this.#reserve(times.length)
    const kept = this.#columns
    let count = this.count
    for (let at = 0; at < times.length; at++) {
      const point = points[at] as number
      if (flags !== undefined && flags[point] !== 1) continue
      const time = times[at] as number
      if (time < from || time >= to) continue
      kept.points[count] = point
      kept.times[count] = time
      kept.values[count] = values[at] as number
      kept.qualities[count] = qualities[at] as number
      count++
    }
    this.count = count
  }

  /** Hands out what is older than `frontier`, in order, and keeps the rest. */
  *take(frontier: number): Generator<ReadingsChunk> {
    const order = timeOrder(this.#columns, this.count)
    const ready = this.#olderThan(order, frontier)
    for (let start = 0; start < ready; start += limits.queryChunkReadings) {
      const end = Math.min(start + limits.queryChunkReadings, ready)
      const chunk = allocateChunk(end - start, 0)
      gather(this.#columns, order.subarray(start, end), chunk)
      yield chunk
    }
    const rest = order.subarray(ready)
    const kept = this.#spareFor(rest.length)
    gather(this.#columns, rest, kept)
    this.#spare = this.#columns
    this.#columns = kept
    this.count = rest.length
    this.#due = Math.max(limits.queryChunkReadings, rest.length * 2)
  }

  /** After `take`: forgets the later half and returns the time it began with; undefined where all are of one time. */
  cut(): number | undefined {
    const { times } = this.#columns
    const first = times[0]
    let start = this.count >> 1
    while (start < this.count && times[start] === first) start++
    if (start === this.count) return undefined
    const time = times[start] as number
    while (times[start - 1] === time) start--
    this.count = start
    this.#due = Math.max(limits.queryChunkReadings, start * 2)
    return time
  }

  /** How many of `order` are older than `frontier`. */
  #olderThan(order: Uint32Array, frontier: number): number {
    const { times } = this.#columns
    let low = 0
    let high = order.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((times[order[middle] as number] as number) < frontier) low = middle + 1
      else high = middle
    }
    return low
  }

  #spareFor(count: number): ReadingsChunk {
    return this.#spare.times.length >= count ? this.#spare : allocateChunk(count * 2, 0)
  }

  #reserve(more: number): void {
    const capacity = this.#columns.times.length
    if (this.count + more <= capacity) return
    const wider = allocateChunk(Math.max(capacity * 2, this.count + more), 0)
    const { times, values, points, qualities } = this.#columns
    wider.times.set(times)
    wider.values.set(values)
    wider.points.set(points)
    wider.qualities.set(qualities)
    this.#columns = wider
  }
}

function gather(source: Columns, order: Uint32Array, target: Columns): void {
  for (let at = 0; at < order.length; at++) {
    const row = order[at] as number
    target.times[at] = source.times[row] as number
    target.values[at] = source.values[row] as number
    target.points[at] = source.points[row] as number
    target.qualities[at] = source.qualities[row] as number
  }
}
