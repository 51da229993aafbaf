/** An envelope as it came. */
export interface Arrival {
  readonly site: string
  readonly stream: string
  readonly isBackfill: boolean
  readonly bytes: Uint8Array
}

export interface CommitBounds {
  readonly envelopes: number
  /** Of what is new. */
  readonly bytes: number
  /** Of what was waiting at its site already. */
  readonly backfillBytes: number
}

/** What waits for a commit. What is new goes first; of what was waiting at its site already there is always some, and never much: what is new next waits for this commit. */
export class ArrivalQueue {
  #live: Arrival[] = []
  #backfill: Arrival[] = []
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

  /** One of each lane at least, if there is one. */
  next({ envelopes, bytes, backfillBytes }: CommitBounds): readonly Arrival[] {
    const live = leading(this.#live, envelopes, bytes)
    this.#live = this.#live.slice(live.length)
    const left = Math.max(1, envelopes - live.length)
    const backfill = leading(this.#backfill, left, backfillBytes)
    this.#backfill = this.#backfill.slice(backfill.length)
    return [...live, ...backfill]
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
