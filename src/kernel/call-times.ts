/** How long the last calls of a processor took. */
export class CallTimes {
  readonly #times = new Float64Array(KEPT)
  #calls = 0
  seconds = 0

  add(durationMs: number): void {
    this.#times[this.#calls++ % KEPT] = durationMs
    this.seconds += durationMs / 1000
  }

  get calls(): number {
    return this.#calls
  }

  /** Seconds that so many of a hundred calls stayed below; 0 where there was none. */
  quantile(percent: number): number {
    const times = this.#times.slice(0, Math.min(KEPT, this.#calls)).sort()
    return (times[Math.floor((times.length * percent) / 100)] ?? 0) / 1000
  }
}

const KEPT = 1024
