import { part } from '../reader/window-sums.ts'

type Parts = (place: number) => Float64Array

/**
 * A part that follows from others is not stored, which is most of them where a window has one reading. What is always there: how many
 * readings, and the least value.
 */
export function stoodIn(place: number, length: number, parts: Parts): Float64Array {
  switch (place) {
    case part.finite:
      return parts(part.count)
    case part.sum:
      return products(parts(part.min), parts(part.finite)).map(tidied)
    case part.squares:
      return products(products(parts(part.min), parts(part.min)), parts(part.finite)).map(tidied)
    case part.max:
    case part.first:
      return parts(part.min)
    case part.last:
      return parts(part.first)
    case part.lastTime:
      return parts(part.firstTime)
    default:
      return new Float64Array(length)
  }
}

export function isImplied(place: number, parts: readonly Float64Array[]): boolean {
  if (place === part.good) return true
  const values = parts[place] as Float64Array
  if (place === part.count || place === part.min) return false
  const other = stoodIn(place, values.length, (of) => parts[of] as Float64Array)
  return values.every((value, row) => Object.is(value, other[row]))
}

function products(some: Float64Array, others: Float64Array): Float64Array {
  return some.map((value, row) => value * (others[row] as number))
}

/**
 * Decimals added up end in ...0000001. Without that it is a decimal again, nearer to the true sum, and takes a third of the bytes; where
 * the values were no decimals the sum stays as it is.
 */
export function tidied(sum: number): number {
  const decimal = Math.round(sum * 1e6) / 1e6
  return Math.abs(decimal - sum) <= Math.abs(sum) * 1e-13 ? decimal : sum
}
