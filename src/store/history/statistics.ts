import type { Column } from './column.ts'

/** What a long range needs to know of a column without opening it. */
export interface Statistics {
  readonly count: number
  /** Readings whose validity is good. */
  readonly good: number
  /** Of finite values; NaN where there are none. */
  readonly min: number
  readonly max: number
  /** Of finite values. */
  readonly sum: number
  readonly first: number
  readonly last: number
}

const VALIDITY = 0b11

export function statisticsOf({ values, qualities }: Column): Statistics {
  const count = values.length
  let good = 0
  let min = Infinity
  let max = -Infinity
  let sum = 0
  let finite = 0
  for (let row = 0; row < count; row++) {
    if (((qualities[row] as number) & VALIDITY) === 0) good++
    const value = values[row] as number
    if (value - value !== 0) continue
    finite++
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  if (finite === 0) min = max = NaN
  return { count, good, min, max, sum, first: values[0] ?? NaN, last: values[count - 1] ?? NaN }
}
