/** An envelope as it came. */
export interface Arrival {
  readonly site: string
  readonly stream: string
  readonly isBackfill: boolean
  readonly bytes: Uint8Array
}

export interface CommitBounds {
  readonly envelopes: number
  readonly bytes: number
  /** Of what was waiting at its site already. */
  readonly backfillBytes: number
}

/** What waits for a commit: what is new, and what was waiting at its site already. They take turns, and commits of the latter are short, since what is new waits for one of them. */
export class ArrivalQueue {
  #live: Arrival[] = []
  #backfill: Arrival[] = []
  /** What was given out last. */
  #wasLive = false
  /** With those that were given out and are not done. */
  bytes = 0

  get count(): number {
    return this.#live.length + this.#backfill.length
  }

  add(arrival: Arrival): void {
    const lane = arrival.isBackfill ? this.#backfill : this.#live
    lane.push(arrival)
    this.bytes += arrival.bytes.length
  }

  /** One at least, if there is one. */
  next({ envelopes, bytes, backfillBytes }: CommitBounds): readonly Arrival[] {
    this.#wasLive = this.#live.length > 0 && (!this.#wasLive || this.#backfill.length === 0)
    if (this.#wasLive) {
      const some = leading(this.#live, envelopes, bytes)
      this.#live = this.#live.slice(some.length)
      return some
    }
    const some = leading(this.#backfill, envelopes, backfillBytes)
    this.#backfill = this.#backfill.slice(some.length)
    return some
  }

  done(arrivals: readonly Arrival[]): void {
    this.bytes -= bytesOf(arrivals)
  }
}

function leading(lane: readonly Arrival[], most: number, mostBytes: number): readonly Arrival[] {
  let bytes = 0
  const end = lane.findIndex((each, at) => {
    bytes += each.bytes.length
    return at >= most || (at > 0 && bytes > mostBytes)
  })
  return end < 0 ? lane : lane.slice(0, end)
}

function bytesOf(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, { bytes }) => sum + bytes.length, 0)
}
