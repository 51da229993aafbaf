import type { Columns } from '../../core/batch.ts'
import { limits } from '../../core/limits.ts'
import type { Series } from './series.ts'

const CAPACITY = limits.sealReadings + limits.slotReadings

/** Readings of many rows of the journal, put together by point in the order in which they came. */
export class Harvest {
  readonly #points = new Uint32Array(CAPACITY)
  readonly #times = new Float64Array(CAPACITY)
  readonly #values = new Float64Array(CAPACITY)
  readonly #qualities = new Uint16Array(CAPACITY)
  count = 0

  get isFull(): boolean {
    return this.count >= limits.sealReadings
  }

  add({ points, times, values, qualities }: Columns): void {
    this.#points.set(points, this.count)
    this.#times.set(times, this.count)
    this.#values.set(values, this.count)
    this.#qualities.set(qualities, this.count)
    this.count += points.length
  }

  /** By point. They are good until the next `add`, and the harvest is empty. */
  take(): Map<number, Series> {
    const { count } = this
    this.count = 0
    const ends = new Uint32Array(limits.points + 1)
    for (let row = 0; row < count; row++) {
      const point = this.#points[row] as number
      ends[point] = (ends[point] as number) + 1
    }
    for (let point = 1; point <= limits.points; point++) {
      ends[point] = (ends[point] as number) + (ends[point - 1] as number)
    }
    const times = new Float64Array(count)
    const values = new Float64Array(count)
    const qualities = new Uint16Array(count)
    for (let row = count - 1; row >= 0; row--) {
      const point = this.#points[row] as number
      const at = (ends[point] as number) - 1
      ends[point] = at
      times[at] = this.#times[row] as number
      values[at] = this.#values[row] as number
      qualities[at] = this.#qualities[row] as number
    }
    return seriesOf({ times, values, qualities }, ends)
  }
}

/** `starts[point]`: where its readings begin. */
function seriesOf({ times, values, qualities }: Series, starts: Uint32Array): Map<number, Series> {
  const found = new Map<number, Series>()
  for (let point = 0; point < limits.points; point++) {
    const start = starts[point] as number
    const end = starts[point + 1] as number
    if (start === end) continue
    found.set(point, {
      times: times.subarray(start, end),
      values: values.subarray(start, end),
      qualities: qualities.subarray(start, end),
    })
  }
  return found
}
