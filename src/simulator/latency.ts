/** Acknowledgement times of the last seconds. Seconds are handed in, so that a test needs no clock. */
export class Latencies {
  readonly #bySecond = new Map<number, number[]>()
  readonly #windowSeconds: number

  constructor(windowSeconds: number) {
    this.#windowSeconds = windowSeconds
  }

  record(latencyMs: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1000)
    const bucket = this.#bySecond.get(second)
    if (bucket === undefined) this.#bySecond.set(second, [latencyMs])
    else bucket.push(latencyMs)
  }

  /** Of each share (0.5, 0.99) the time that so many did not exceed; null where nothing was acknowledged. */
  quantiles(shares: readonly number[], nowMs: number): (number | null)[] {
    const oldest = Math.floor(nowMs / 1000) - this.#windowSeconds
    for (const second of this.#bySecond.keys()) {
      if (second < oldest) this.#bySecond.delete(second)
    }
    const all = Float64Array.from([...this.#bySecond.values()].flat()).sort()
    return shares.map((share) => {
      const value = all[Math.max(0, Math.ceil(share * all.length) - 1)]
      return value === undefined ? null : Math.round(value * 100) / 100
    })
  }
}
