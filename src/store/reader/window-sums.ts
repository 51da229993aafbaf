import type { Aggregate } from '../../core/aggregates.ts'
import { quality } from '../../core/quality.ts'
import type { StoredPoint } from '../rollups/rollup-body.ts'

/** What is known of one point's readings of one window, at these places of a list: first what is added up. */
export const part = {
  count: 0,
  good: 1,
  /** How many values are numbers; what follows is of these, and nothing where there are none. */
  finite: 2,
  sum: 3,
  squares: 4,
  min: 5,
  max: 6,
  first: 7,
  last: 8,
  firstTime: 9,
  lastTime: 10,
} as const

export const PARTS = 11
/** Behind the parts: the last number before the window, NaN where none is known. */
const BEFORE = PARTS
const STRIDE = PARTS + 1
const VALIDITY = 0b11
export const EXTREME_PARTS: readonly number[] = [part.min, part.max]
export const EVERY_PART: readonly number[] = Object.values(part)

/** The parts that an aggregate, and the quality beside it, is worked out from. */
export function partsFor(aggregate: Aggregate): readonly number[] {
  const always = [part.count, part.finite]
  const first = [part.first, part.firstTime]
  const last = [part.last, part.lastTime]
  switch (aggregate) {
    case 'count':
    case 'good':
      return always
    case 'mean':
      return [...always, part.sum]
    case 'rms':
      return [...always, part.squares]
    case 'difference':
      return [...always, ...first, ...last]
    case 'first':
      return [...always, ...first]
    case 'last':
      return [...always, ...last]
    case 'sum':
    case 'min':
    case 'max':
      return [...always, part[aggregate]]
  }
}

/** The sums of one window, by point. They stand in slots, one for each point that the query has met. */
export class WindowSums {
  readonly #slots = new Map<number, number>()
  /** Points that have something in this window. */
  readonly #touched: number[] = []
  #sums = new Float64Array(64 * STRIDE)
  #point = -1
  #at = 0

  /** Readings in order of time are the quickest; any order gives the same. */
  add(point: number, value: number, bits: number, time: number): void {
    this.#moveTo(point)
    const sums = this.#sums
    const at = this.#at
    if (sums[at] === 0) this.#touched.push(point)
    sums[at] = (sums[at] as number) + 1
    if ((bits & VALIDITY) === quality.good)
      sums[at + part.good] = (sums[at + part.good] as number) + 1
    if (value - value !== 0) return
    const before = sums[at + part.finite] as number
    sums[at + part.finite] = before + 1
    sums[at + part.sum] = (sums[at + part.sum] as number) + value
    sums[at + part.squares] = (sums[at + part.squares] as number) + value * value
    if (before === 0 || value < (sums[at + part.min] as number)) sums[at + part.min] = value
    if (before === 0 || value > (sums[at + part.max] as number)) sums[at + part.max] = value
    if (before === 0 || time < (sums[at + part.firstTime] as number)) {
      sums[at + part.first] = value
      sums[at + part.firstTime] = time
    }
    if (before === 0 || time > (sums[at + part.lastTime] as number)) {
      sums[at + part.last] = value
      sums[at + part.lastTime] = time
    }
  }

  /** What a stored window that begins at `time`, at place `at` of the chunk, has of this one. */
  merge(point: number, { isGood, parts }: StoredPoint, at: number, time: number): void {
    this.#moveTo(point)
    const sums = this.#sums
    const begin = this.#at
    const count = parts[part.count]?.[at] ?? 0
    if (sums[begin] === 0) this.#touched.push(point)
    sums[begin] = (sums[begin] as number) + count
    if (isGood) sums[begin + part.good] = (sums[begin + part.good] as number) + count
    const finite = parts[part.finite]?.[at] ?? 0
    if (finite === 0) return
    const isFirst = sums[begin + part.finite] === 0
    for (let place: number = part.finite; place <= part.squares; place++) {
      const value = parts[place]?.[at]
      if (value !== undefined) sums[begin + place] = (sums[begin + place] as number) + value
    }
    const min = parts[part.min]?.[at]
    if (min !== undefined && (isFirst || min < (sums[begin + part.min] as number)))
      sums[begin + part.min] = min
    const max = parts[part.max]?.[at]
    if (max !== undefined && (isFirst || max > (sums[begin + part.max] as number)))
      sums[begin + part.max] = max
    this.#mergeEnds(parts, at, { time, isFirst })
  }

  #mergeEnds(
    parts: StoredPoint['parts'],
    at: number,
    { time, isFirst }: { readonly time: number; readonly isFirst: boolean },
  ): void {
    const sums = this.#sums
    const begin = this.#at
    const first = parts[part.firstTime]?.[at]
    if (first !== undefined) {
      if (isFirst || time + first < (sums[begin + part.firstTime] as number)) {
        sums[begin + part.first] = parts[part.first]?.[at] as number
        sums[begin + part.firstTime] = time + first
      }
    }
    const last = parts[part.lastTime]?.[at]
    if (last === undefined) return
    if (isFirst || time + last > (sums[begin + part.lastTime] as number)) {
      sums[begin + part.last] = parts[part.last]?.[at] as number
      sums[begin + part.lastTime] = time + last
    }
  }

  /** The parts of a point, good until the window ends. */
  partsOf(point: number): Float64Array {
    this.#moveTo(point)
    return this.#sums.subarray(this.#at, this.#at + PARTS)
  }

  /** Points of this window, ascending. */
  points(): readonly number[] {
    return this.#touched.length === 1 ? this.#touched : this.#touched.sort((a, b) => a - b)
  }

  /** The quality of a window is good where all its readings are, invalid where none is. */
  qualityOf(point: number): number {
    this.#moveTo(point)
    const good = this.#sums[this.#at + part.good]
    if (good === this.#sums[this.#at]) return quality.good
    return good === 0 ? quality.invalid : quality.questionable
  }

  valueOf(point: number, aggregate: Aggregate): number {
    this.#moveTo(point)
    const sums = this.#sums
    const at = this.#at
    const finite = sums[at + part.finite] as number
    if (aggregate === 'count') return sums[at + part.count] as number
    if (aggregate === 'good')
      return (sums[at + part.good] as number) / (sums[at + part.count] as number)
    if (finite === 0) return Number.NaN
    switch (aggregate) {
      case 'mean':
        return (sums[at + part.sum] as number) / finite
      case 'rms':
        return Math.sqrt((sums[at + part.squares] as number) / finite)
      case 'difference': {
        const before = sums[at + BEFORE] as number
        return (
          (sums[at + part.last] as number) -
          (Number.isNaN(before) ? (sums[at + part.first] as number) : before)
        )
      }
      case 'sum':
      case 'min':
      case 'max':
      case 'first':
      case 'last':
        return sums[at + part[aggregate]] as number
    }
  }

  /** The next window begins. */
  clear(): void {
    const sums = this.#sums
    for (const point of this.#touched) {
      this.#moveTo(point)
      const at = this.#at
      if (sums[at + part.finite] !== 0) sums[at + BEFORE] = sums[at + part.last] as number
    }
    this.forget()
  }

  /** This window begins again. */
  forget(): void {
    for (const point of this.#touched) {
      this.#moveTo(point)
      this.#sums.fill(0, this.#at, this.#at + PARTS)
    }
    this.#touched.length = 0
  }

  #moveTo(point: number): void {
    if (point === this.#point) return
    let slot = this.#slots.get(point)
    if (slot === undefined) {
      slot = this.#slots.size
      this.#slots.set(point, slot)
      if ((slot + 1) * STRIDE > this.#sums.length) {
        const wider = new Float64Array(this.#sums.length * 2)
        wider.set(this.#sums)
        this.#sums = wider
      }
      this.#sums[slot * STRIDE + BEFORE] = Number.NaN
    }
    this.#point = point
    this.#at = slot * STRIDE
  }
}
