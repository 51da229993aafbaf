/** Whole chunks of 120 samples from the third block on. */
const FIRST_BLOCK = 30
const LAST_BLOCK = 960

export interface SampleBlock {
  readonly times: Float64Array
  readonly values: Float64Array
}

/**
 * The samples of one series in order of time, in blocks that grow: a series of three takes little, and a long one wastes little. A
 * time that comes again replaces the sample, since Prometheus has one value in a millisecond.
 */
export class SeriesSamples {
  readonly #blocks: SampleBlock[] = []
  /** Used of the last block. */
  #used = 0
  #lastMs = Number.NaN
  count = 0

  /** True: it is one more than before. */
  add(timeMs: number, value: number): boolean {
    let block = this.#blocks.at(-1)
    if (block !== undefined && timeMs === this.#lastMs) {
      block.values[this.#used - 1] = value
      return false
    }
    if (block === undefined || this.#used === block.times.length) {
      const length = Math.min((block?.times.length ?? FIRST_BLOCK / 2) * 2, LAST_BLOCK)
      block = { times: new Float64Array(length), values: new Float64Array(length) }
      this.#blocks.push(block)
      this.#used = 0
    }
    block.times[this.#used] = timeMs
    block.values[this.#used] = value
    this.#used++
    this.#lastMs = timeMs
    this.count++
    return true
  }

  /** Without the room behind the last sample. */
  *blocks(): Generator<SampleBlock> {
    for (const block of this.#blocks) {
      const isLast = block === this.#blocks.at(-1)
      yield isLast
        ? {
            times: block.times.subarray(0, this.#used),
            values: block.values.subarray(0, this.#used),
          }
        : block
    }
  }
}
