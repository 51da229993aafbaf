import type { Columns } from '../../core/batch.ts'
import { limits } from '../../core/limits.ts'
import type { Column } from '../history/column.ts'
import { timeOrder } from './time-order.ts'
import { type ReadingsChunk, allocateChunk } from './readings-query.ts'

/** At first; enough for a window of few readings. */
const CAPACITY = 8 * limits.queryChunkReadings

export interface Wanted {
  /** 1 at the number of each wanted point; undefined: every point. */
  readonly flags: Uint8Array | undefined
  /** Inclusive. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** Readings of one window of a query, which come in any order: what was stored first comes first. */
export class Pending {
  count = 0
  readonly #most: number
  #columns = allocateChunk(CAPACITY, 0)

  /** `most`: how many the window is to hold. */
  constructor(most: number) {
    this.#most = most
  }

  get crowded(): boolean {
    return this.count > this.#most
  }

  add(row: Columns, { flags, from, to }: Wanted): void {
    const { points, times, values, qualities } = row
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

  /** Of one point of a span; `times` are the span's. */
  addColumn(
    point: number,
    { times, column }: { readonly times: Float64Array; readonly column: Column },
    { from, to }: Wanted,
  ): void {
    const { values, qualities, rows } = column
    this.#reserve(values.length)
    const kept = this.#columns
    let count = this.count
    if (rows === undefined && (times[0] as number) >= from && (times.at(-1) as number) < to) {
      kept.points.fill(point, count, count + times.length)
      kept.times.set(times, count)
      kept.values.set(values, count)
      kept.qualities.set(qualities, count)
      this.count += times.length
      return
    }
    for (let at = 0; at < values.length; at++) {
      const time = times[rows === undefined ? at : (rows[at] as number)] as number
      if (time < from) continue
      if (time >= to) break
      kept.points[count] = point
      kept.times[count] = time
      kept.values[count] = values[at] as number
      kept.qualities[count] = qualities[at] as number
      count++
    }
    this.count = count
  }

  /** Hands out everything in order of time, then point, each once: of two readings that are the same but for their value the first. */
  *take(): Generator<ReadingsChunk> {
    if (this.#ascends()) yield* this.#slices()
    else yield* this.#gathered()
    this.count = 0
  }

  *#gathered(): Generator<ReadingsChunk> {
    const order = this.#inOrder()
    for (let start = 0; start < order.length; start += limits.queryChunkReadings) {
      const rows = order.subarray(start, start + limits.queryChunkReadings)
      const chunk = allocateChunk(rows.length, 0)
      gather(this.#columns, rows, chunk)
      yield chunk
    }
  }

  /** Of what is in order already, which one point's readings nearly always are. */
  *#slices(): Generator<ReadingsChunk> {
    const { times, points, values, qualities } = this.#columns
    for (let start = 0; start < this.count; start += limits.queryChunkReadings) {
      const end = Math.min(start + limits.queryChunkReadings, this.count)
      const chunk = allocateChunk(end - start, 0)
      chunk.times.set(times.subarray(start, end))
      chunk.points.set(points.subarray(start, end))
      chunk.values.set(values.subarray(start, end))
      chunk.qualities.set(qualities.subarray(start, end))
      yield chunk
    }
  }

  /** In order, and none twice. */
  #ascends(): boolean {
    const { times, points } = this.#columns
    for (let row = 1; row < this.count; row++) {
      const gap = (times[row] as number) - (times[row - 1] as number)
      if (gap > 0) continue
      if (gap < 0 || (points[row] as number) <= (points[row - 1] as number)) return false
    }
    return true
  }

  /** Forgets the later half and returns the time it began with; undefined where all are of one time. */
  cut(): number | undefined {
    const order = this.#inOrder()
    const { times } = this.#columns
    const timeAt = (at: number): number | undefined => times[order[at] as number]
    let start = order.length >> 1
    while (start < order.length && timeAt(start) === timeAt(0)) start++
    if (start === order.length) return undefined
    const time = timeAt(start) as number
    while (timeAt(start - 1) === time) start--
    const kept = allocateChunk(times.length, 0)
    gather(this.#columns, order.subarray(0, start), kept)
    this.#columns = kept
    this.count = start
    return time
  }

  #inOrder(): Uint32Array {
    const order = timeOrder(this.#columns, this.count)
    const { times, points } = this.#columns
    let kept = 0
    for (let at = 0; at < order.length; at++) {
      const row = order[at] as number
      const before = order[kept - 1] as number
      if (kept > 0 && times[row] === times[before] && points[row] === points[before]) continue
      order[kept++] = row
    }
    return order.subarray(0, kept)
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
