import { limits } from '../core/limits.ts'
import type { BackfillWindow } from './backfill-window.ts'
import { type Range, type Ranges, countOf, lastOf, missing, union, watermark } from './ranges.ts'
import type { Lane, Outgoing } from './sender.ts'

interface InFlight {
  readonly lane: Lane
  readonly range: Range
  readonly records: number
  readonly sentMs: number
}

/** What of one stream is acknowledged, on its way, and still to be sent. */
export class StreamSender {
  readonly stream: string
  readonly epoch: number
  readonly #window: BackfillWindow
  /** A later number was not sent before this connection: by an earlier process, or by this one once it had been answered. */
  #sentBefore: number
  #last: number
  #acknowledged: Ranges
  #inFlight: InFlight[] = []
  /** Lanes of which something is being read and packed. */
  readonly #loading = new Map<Lane, Range>()
  readonly #notBeforeMs = new Map<Lane, number>()
  /** Later numbers are of the live lane. */
  #liveFrom = 0
  /** When the centre last answered, and owed nothing. */
  provedMs = -Infinity
  /** Something was sent since the centre last said that it has something new, or all that there is: on this connection or one before. */
  #isOwed = false
  /** Until the centre has said what it has, nothing is sent. */
  #isGreeted = false

  /** `window`: of all streams of the site. */
  constructor({ stream, epoch, last, acknowledged }: Outgoing, window: BackfillWindow) {
    this.#window = window
    this.stream = stream
    this.epoch = epoch
    this.#sentBefore = last
    this.#last = last
    this.#acknowledged = acknowledged
  }

  get acknowledged(): Ranges {
    return this.#acknowledged
  }

  get last(): number {
    return this.#last
  }

  get isGreeted(): boolean {
    return this.#isGreeted
  }

  get isInFlight(): boolean {
    return this.#inFlight.length > 0
  }

  /** Envelopes and records. */
  inFlightOn(lane: Lane): { readonly envelopes: number; readonly records: number } {
    const own = this.#inFlight.filter((each) => each.lane === lane)
    return { envelopes: own.length, records: own.reduce((sum, { records }) => sum + records, 0) }
  }

  grow(last: number): void {
    this.#last = Math.max(this.#last, last)
  }

  /** What waited is backlog, unless it is so little that it fits into an envelope. */
  connected(): void {
    this.disconnected()
    const waiting = countOf(missing(this.#acknowledged, [1, this.#last]))
    this.#liveFrom = waiting <= limits.envelopeRecords ? 0 : this.#last
  }

  disconnected(): void {
    this.#inFlight = []
    this.#loading.clear()
    this.#notBeforeMs.clear()
    if (this.#isGreeted) this.#sentBefore = this.#last
    this.#isGreeted = false
  }

  /** `ahead`: the centre has numbers that were not given here. */
  take(ranges: Ranges, nowMs: number): 'ahead' | 'more' | 'same' {
    const isGreeting = !this.#isGreeted
    if (isGreeting && lastOf(ranges) > this.#sentBefore) return 'ahead'
    this.#isGreeted = true
    const before = countOf(this.#acknowledged)
    const known = ranges.flatMap((range) => upTo(this.#last, range))
    // A database that was set back says so when it is greeted, and gets again what it does not have.
    const isWhole = isGreeting && ranges.length < limits.acknowledgedRanges
    this.#acknowledged = isWhole ? known : union(this.#acknowledged, known)
    this.#inFlight = this.#inFlight.filter((each) => {
      const isOpen = missing(this.#acknowledged, each.range).length > 0
      if (!isOpen) this.#window.answered(each.lane, each.records, { sentMs: each.sentMs, nowMs })
      return isOpen
    })
    const now = countOf(this.#acknowledged)
    if (now !== before || now === this.#last) this.#isOwed = false
    if (!this.#isOwed) this.provedMs = nowMs
    return now === before ? 'same' : 'more'
  }

  /** The next that is neither acknowledged nor on its way; undefined: there is none, or nothing of the lane can be sent now. */
  next(lane: Lane, nowMs: number): Range | undefined {
    if (!this.#isGreeted || this.#loading.has(lane)) return undefined
    if ((this.#notBeforeMs.get(lane) ?? nowMs) > nowMs) return undefined
    if (lane === 'live' && this.inFlightOn('live').envelopes >= limits.liveInFlight)
      return undefined
    const bounds: Range = lane === 'live' ? [this.#liveFrom + 1, this.#last] : [1, this.#liveFrom]
    if (bounds[0] > bounds[1]) return undefined
    const from = Math.max(bounds[0], Math.min(watermark(this.#acknowledged) + 1, bounds[1]))
    const [gap] = missing(this.#onItsWay(), [from, bounds[1]])
    return gap === undefined ? undefined : [gap[0], Math.min(gap[1], gap[0] + SPAN)]
  }

  loads(lane: Lane, range: Range): void {
    this.#loading.set(lane, range)
  }

  failed(lane: Lane, againMs: number): void {
    this.#loading.delete(lane)
    this.#notBeforeMs.set(lane, againMs)
  }

  sent(sent: InFlight): void {
    const { lane, range } = sent
    // What was asked for before the connection was lost, and came after, is asked for again.
    if (this.#loading.get(lane)?.[0] !== range[0]) return
    this.#loading.delete(lane)
    if (missing(this.#acknowledged, range).length === 0) return
    this.#inFlight.push(sent)
    this.#isOwed = true
  }

  /** What has waited too long is to be sent again. Returns how much that is. */
  giveBack(beforeMs: number): number {
    const waiting = this.#inFlight.length
    this.#inFlight = this.#inFlight.filter(({ sentMs }) => sentMs > beforeMs)
    return waiting - this.#inFlight.length
  }

  #onItsWay(): Ranges {
    const sent = this.#inFlight.map(({ range }) => range)
    return union(this.#acknowledged, [...sent, ...this.#loading.values()])
  }
}

const SPAN = limits.envelopeSpan - 1

function upTo(most: number, [first, last]: Range): Ranges {
  return first > most ? [] : [[first, Math.min(last, most)]]
}
