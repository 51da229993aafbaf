/** Latencies in microseconds, kept to within 1/64 of their size in a fixed number of buckets. */
export class Histogram {
  readonly #counts = new Float64Array(OCTAVES * STEPS)
  #total = 0
  #largest = 0

  record(micros: number, count = 1): void {
    const bucket = bucketOf(Math.max(0, Math.floor(micros)))
    this.#counts[bucket] = (this.#counts[bucket] as number) + count
    this.#total += count
    if (micros > this.#largest) this.#largest = micros
  }

  get total(): number {
    return this.#total
  }

  get maxMs(): number {
    return this.#largest / 1000
  }

  /** The value that this share (0..1) of all latencies does not exceed, in milliseconds. */
  quantileMs(share: number): number {
    const wanted = Math.ceil(share * this.#total)
    let seen = 0
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket] as number
      if (seen >= wanted && seen > 0) return Math.min(valueOf(bucket), this.#largest) / 1000
    }
    return 0
  }
}

const STEPS = 64
const OCTAVES = 32

/** Below 64 the value itself; above, six bits after the leading one. */
function bucketOf(micros: number): number {
  if (micros < STEPS) return micros
  const octave = 31 - Math.clz32(Math.min(micros, 0x7fff_ffff)) - 5
  return octave * STEPS + ((micros >>> octave) & (STEPS - 1))
}

/** The largest value of the bucket: a quantile is never told smaller than it was. */
function valueOf(bucket: number): number {
  const octave = Math.floor(bucket / STEPS)
  if (octave === 0) return bucket
  return ((bucket % STEPS) + 1) * 2 ** octave - 1
}
