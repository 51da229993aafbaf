import { limits } from '../../core/limits.ts'
import type { RowView } from '../row.ts'
import type { Series } from './series.ts'

/**
 * Readings of many rows of the journal, put together by point in the order in which they came. Every row is shown twice: first its
 * points are counted, then its readings go where they belong, so that they stand in memory once.
 */
export class Harvest {
  /** While rows are counted: readings of each point. Then: where its next reading goes, in the end where they end. */
  readonly #ends = new Uint32Array(limits.points)
  #times = new Float64Array(0)
  #values = new Float64Array(0)
  #qualities = new Uint16Array(0)
  count = 0

  /** Before the first row; what a run that failed has left is forgotten. */
  begin(): void {
    this.#ends.fill(0)
    this.count = 0
  }

  expect({ points }: RowView): void {
    const ends = this.#ends
    for (let row = 0; row < points.length; row++) {
      const point = points[row] as number
      ends[point] = (ends[point] as number) + 1
    }
    this.count += points.length
  }

  /** Between the two. */
  arrange(): void {
    let start = 0
    for (let point = 0; point < limits.points; point++) {
      const readings = this.#ends[point] as number
      this.#ends[point] = start
      start += readings
    }
    if (this.#times.length < this.count) {
      this.#times = new Float64Array(this.count)
      this.#values = new Float64Array(this.count)
      this.#qualities = new Uint16Array(this.count)
    }
  }

  add({ points, offsets, firstTime, values, quality, qualities }: RowView): void {
    const ends = this.#ends
    const { length } = points
    for (let row = 0; row < length; row++) {
      const point = points[row] as number
      const at = ends[point] as number
      ends[point] = at + 1
      this.#times[at] = firstTime + (offsets[row] as number)
      this.#values[at] = values[row] as number
      this.#qualities[at] = qualities === undefined ? quality : (qualities[row] as number)
    }
  }

  /** By point. They are good until the next `arrange`. */
  *take(): Generator<readonly [point: number, series: Series]> {
    let start = 0
    for (let point = 0; point < limits.points; point++) {
      const end = this.#ends[point] as number
      if (end <= start) continue
      const times = this.#times.subarray(start, end)
      const values = this.#values.subarray(start, end)
      yield [point, { times, values, qualities: this.#qualities.subarray(start, end) }]
      start = end
    }
  }
}
