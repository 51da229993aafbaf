/** An envelope as it came. */
export interface Arrival {
  readonly site: string
  readonly stream: string
  readonly isBackfill: boolean
  readonly bytes: Uint8Array
}

/** What waits for a commit. What is new goes before what was waiting at its site already, and leaves room for some of it. */
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

  /** One at least, if there is one. */
  next(most: number, mostBytes: number): readonly Arrival[] {
    const isShared = this.#live.length > 0 && this.#backfill.length > 0
    const live = leading(this.#live, most, isShared ? mostBytes * LIVE_SHARE : mostBytes)
    this.#live = this.#live.slice(live.length)
    const left = isShared ? mostBytes * (1 - LIVE_SHARE) : mostBytes
    const backfill = leading(this.#backfill, Math.max(1, most - live.length), left)
    this.#backfill = this.#backfill.slice(backfill.length)
    return [...live, ...backfill]
  }

  done(arrivals: readonly Arrival[]): void {
    this.bytes -= bytesOf(arrivals)
  }
}

/** Of a commit that has something of both: what is new waits for the commit before, which is a short one then. */
const LIVE_SHARE = 0.75

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
