import { CallTimes } from '../kernel/call-times.ts'

/** How long the first reading of each of the last batches has waited for its acknowledgement, which is the longest of its batch. */
export class CommitWaits {
  readonly #times = new CallTimes()
  /** By the number of the batch; no more than there are slots. */
  readonly #since = new Map<number, number>()

  begins(serial: number, nowMs: number): void {
    if (!this.#since.has(serial)) this.#since.set(serial, nowMs)
  }

  /** All up to this one. One that the disk refuses has its turn with the next that it takes. */
  settled(serial: number, nowMs: number): void {
    for (const [own, sinceMs] of this.#since) {
      if (own > serial) return
      this.#since.delete(own)
      this.#times.add(nowMs - sinceMs)
    }
  }

  get p99Seconds(): number {
    return this.#times.quantile(99)
  }
}
