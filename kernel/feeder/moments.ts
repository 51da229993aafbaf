import { StateReader, StateWriter } from '../sdk/index.ts'

/** Weighted sums of several variables and of their products, from which means, correlations and regressions follow. */
export class Moments {
  weight: f64 = 0
  /** Sums of the variables, then of the products of each pair (i, j), i <= j, one row after the other. */
  private readonly sums: StaticArray<f64>

  constructor(private readonly size: i32) {
    this.sums = new StaticArray<f64>(size + (size * (size + 1)) / 2)
  }

  add(values: StaticArray<f64>): void {
    this.weight += 1
    // An index that counts up within a compound assignment would do so twice.
    let place = this.size
    for (let first = 0; first < this.size; first++) {
      const value = unchecked(values[first])
      unchecked((this.sums[first] += value))
      for (let second = first; second < this.size; second++) {
        unchecked((this.sums[place] += value * values[second]))
        place++
      }
    }
  }

  /** What was seen counts for less from now on. */
  fade(share: f64): void {
    this.weight *= share
    for (let index = 0; index < this.sums.length; index++) unchecked((this.sums[index] *= share))
  }

  /** Times the weight; `first` is not above `second`. */
  covariance(first: i32, second: i32): f64 {
    const row = this.size + (first * (2 * this.size - first + 1)) / 2
    const product = this.sums[row + second - first]
    return product - (this.sums[first] * this.sums[second]) / this.weight
  }

  /** 0 where one of both does not vary, beyond what rounding does. */
  correlation(first: i32, second: i32): f64 {
    if (!this.varies(first) || !this.varies(second)) return 0
    const covariance =
      first <= second ? this.covariance(first, second) : this.covariance(second, first)
    return covariance / Math.sqrt(this.covariance(first, first) * this.covariance(second, second))
  }

  varies(index: i32): bool {
    const mean = this.sums[index] / this.weight
    return this.covariance(index, index) > 1e-12 * this.weight * (mean * mean + 1e-12)
  }

  /** Of `first` and `second`, with what both have of `third` taken away. */
  partial(first: i32, second: i32, third: i32): f64 {
    const one = this.correlation(first, third)
    const other = this.correlation(second, third)
    const left = (1 - one * one) * (1 - other * other)
    if (!(left > 1e-9)) return 0
    return (this.correlation(first, second) - one * other) / Math.sqrt(left)
  }

  save(state: StateWriter): void {
    state.f64(this.weight)
    for (let index = 0; index < this.sums.length; index++) state.f64(this.sums[index])
  }

  load(state: StateReader): void {
    this.weight = state.f64()
    for (let index = 0; index < this.sums.length; index++) this.sums[index] = state.f64()
  }
}
