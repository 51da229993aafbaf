/** A row of variables with a weight. */
export interface Row {
  readonly weight: number
  readonly values: readonly number[]
}

function mean(rows: readonly Row[], of: (values: readonly number[]) => number): number {
  const weight = rows.reduce((sum, row) => sum + row.weight, 0)
  return rows.reduce((sum, row) => sum + row.weight * of(row.values), 0) / weight
}

/** In two passes, from deviations. */
export function covariance(rows: readonly Row[], first: number, second: number): number {
  const at = (values: readonly number[], index: number): number => values[index] ?? 0
  const one = mean(rows, (values) => at(values, first))
  const other = mean(rows, (values) => at(values, second))
  return mean(rows, (values) => (at(values, first) - one) * (at(values, second) - other))
}

export function correlation(rows: readonly Row[], first: number, second: number): number {
  const spread = covariance(rows, first, first) * covariance(rows, second, second)
  return spread > 0 ? covariance(rows, first, second) / Math.sqrt(spread) : 0
}

/** Correlation of what a regression on `third` leaves of `first` and `second`. */
export function partial(
  rows: readonly Row[],
  [first, second, third]: readonly [number, number, number],
): number {
  const slope = (index: number): number =>
    covariance(rows, index, third) / covariance(rows, third, third)
  const [one, other] = [slope(first), slope(second)]
  const left = rows.map(({ weight, values }) => {
    const base = values[third] ?? 0
    return {
      weight,
      values: [(values[first] ?? 0) - one * base, (values[second] ?? 0) - other * base],
    }
  })
  return correlation(left, 0, 1)
}

/** Standardised coefficients of the first variable on the three others, by elimination. */
export function regression(rows: readonly Row[]): number[] {
  const matrix = [1, 2, 3].map((row) => [
    ...[1, 2, 3].map((column) => correlation(rows, row, column)),
    correlation(rows, row, 0),
  ])
  for (const [pivot, line] of matrix.entries()) {
    for (const [other, target] of matrix.entries()) {
      if (other === pivot) continue
      const factor = (target[pivot] ?? 0) / (line[pivot] ?? 1)
      for (const [column, value] of line.entries())
        target[column] = (target[column] ?? 0) - factor * value
    }
  }
  return matrix.map((line, index) => (line[3] ?? 0) / (line[index] ?? 1))
}
