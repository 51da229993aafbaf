import { limits } from '../core/limits.ts'
import { TokenBucket } from '../core/token-bucket.ts'
import type { Acknowledgement } from './acknowledgement.ts'
import { BackfillWindow } from './backfill-window.ts'
import { siteRandom } from './link-state.ts'
import type { Action, Lane, Load, Outgoing, Sender, SenderCounters, Sent } from './sender.ts'
import { StreamSender } from './stream-sender.ts'

export interface ForwarderSettings {
  readonly site: string
  readonly backfillRecordsPerSecond: number
}

/** Sends what the centre has not acknowledged, over a link on which it answers. */
export class Forwarder implements Sender {
  readonly counters: SenderCounters = { records: 0, envelopes: 0, resent: 0, stuck: 0 }
  readonly #settings: ForwarderSettings
  /** Of its share of the spread, this site takes always the same. */
  readonly #delayMs: number
  readonly #streams = new Map<string, StreamSender>()
  /** The same, and first of them the one that sends of its backlog next. */
  readonly #turns = new Map<string, StreamSender>()
  readonly #acknowledged = new Set<StreamSender>()
  readonly #ahead = new Set<string>()
  readonly #window = new BackfillWindow()
  #bucket: TokenBucket
  #isConnected = false
  #backfillFromMs = 0
  #manifestMs = -Infinity
  waitingMs: number | undefined

  constructor(settings: ForwarderSettings) {
    this.#settings = settings
    this.#delayMs = siteRandom(settings.site)() * limits.backfillSpreadMs
    this.#bucket = this.#newBucket(0)
  }

  get provedMs(): number {
    return Math.min(Infinity, ...this.#streams.values().map(({ provedMs }) => provedMs))
  }

  get isIdle(): boolean {
    return this.#isConnected && this.#recordsOn('live') === 0
  }

  update(streams: readonly Outgoing[]): void {
    for (const each of streams) {
      const own = this.#streams.get(each.stream)
      if (own !== undefined && own.epoch === each.epoch) own.grow(each.last)
      else {
        const begun = new StreamSender(each, this.#window)
        begun.connected()
        this.#streams.set(each.stream, begun)
        this.#turns.set(each.stream, begun)
        this.#ahead.delete(each.stream)
        this.#manifestMs = -Infinity
      }
    }
  }

  connected(nowMs: number): void {
    this.#isConnected = true
    this.#manifestMs = -Infinity
    this.waitingMs = undefined
    this.#backfillFromMs = nowMs + this.#delayMs
    this.#bucket = this.#newBucket(nowMs)
    this.#window.connected(nowMs)
    for (const stream of this.#streams.values()) stream.connected()
  }

  disconnected(): void {
    this.#isConnected = false
    this.waitingMs = undefined
    for (const stream of this.#streams.values()) stream.disconnected()
  }

  acknowledged({ stream: name, epoch, ranges }: Acknowledgement, nowMs: number): void {
    const stream = this.#streams.get(name)
    if (stream === undefined || stream.epoch !== epoch || !this.#isConnected) return
    const change = stream.take(ranges, nowMs)
    if (change === 'ahead') this.#ahead.add(name)
    if (change === 'more') this.#acknowledged.add(stream)
    const isInFlight = this.#streams.values().some((each) => each.isInFlight)
    if (!isInFlight) this.waitingMs = undefined
    else if (change === 'more') this.waitingMs = nowMs
  }

  sent({ stream: name, lane, first, last, records }: Sent, nowMs: number): void {
    if (!this.#isConnected) return
    this.#streams.get(name)?.sent({ lane, range: [first, last], records, sentMs: nowMs })
    this.waitingMs ??= nowMs
    this.counters.envelopes++
    this.counters.records += records
    if (lane === 'backfill') {
      const waitMs = this.#bucket.charge(records, nowMs)
      this.#backfillFromMs = Math.max(this.#backfillFromMs, nowMs + waitMs)
    }
  }

  failed({ stream, lane }: Load, nowMs: number): void {
    this.#streams.get(stream)?.failed(lane, nowMs + limits.uplinkRetryMs)
  }

  due(nowMs: number): readonly Action[] {
    const actions: Action[] = [...this.#acknowledged].map(({ stream, acknowledged: ranges }) => ({
      kind: 'keep',
      stream,
      ranges,
    }))
    this.#acknowledged.clear()
    if (!this.#isConnected) return actions
    if (this.isStuck(nowMs)) {
      this.counters.stuck++
      return [...actions, { kind: 'give-up' }]
    }
    for (const stream of this.#ahead) actions.push({ kind: 'renew', stream })
    this.#ahead.clear()
    for (const stream of this.#streams.values())
      this.counters.resent += stream.giveBack(nowMs - limits.uplinkResendMs)
    actions.push(...this.#manifests(nowMs), ...this.#live(nowMs))
    if (nowMs >= this.#backfillFromMs && this.#window.hasRoom(this.#recordsOn('backfill')))
      actions.push(...this.#backfill(nowMs))
    return actions
  }

  backfillWaitMs(nowMs: number): number {
    return Math.max(0, this.#backfillFromMs - nowMs)
  }

  /** Something is owed an answer, and the centre has said nothing new for too long. */
  isStuck(nowMs: number): boolean {
    return this.waitingMs !== undefined && nowMs - this.waitingMs >= limits.uplinkStuckMs
  }

  /** The first says what is there before anything is sent, and is answered with what the centre has. */
  #manifests(nowMs: number): readonly Action[] {
    if (nowMs - this.#manifestMs < limits.manifestMs) return []
    this.#manifestMs = nowMs
    if (this.#streams.size > 0) this.waitingMs ??= nowMs
    return [...this.#streams.keys()].map((stream) => ({ kind: 'manifest', stream }))
  }

  #live(nowMs: number): readonly Action[] {
    return [...this.#streams.values()].flatMap((stream) =>
      this.#load(stream, { lane: 'live', most: limits.envelopeRecords }, nowMs),
    )
  }

  /** Streams take turns, an envelope each. At a slow pace those are small: none of them says nothing for long. */
  #backfill(nowMs: number): readonly Action[] {
    const inPace = Math.ceil(this.#settings.backfillRecordsPerSecond * ENVELOPE_SECONDS)
    const most = Math.min(this.#window.envelopeRecords, inPace)
    for (const [name, stream] of this.#turns) {
      const [action] = this.#load(stream, { lane: 'backfill', most }, nowMs)
      if (action === undefined) continue
      // It is the last whose turn it is again.
      this.#turns.delete(name)
      this.#turns.set(name, stream)
      return [action]
    }
    return []
  }

  /** One, or none. */
  #load(
    stream: StreamSender,
    { lane, most }: Pick<Load, 'lane' | 'most'>,
    nowMs: number,
  ): readonly Action[] {
    const range = stream.next(lane, nowMs)
    if (range === undefined) return []
    stream.loads(lane, range)
    const [first, last] = range
    return [{ kind: 'load', stream: stream.stream, lane, first, last, most }]
  }

  #recordsOn(lane: Lane): number {
    return this.#streams.values().reduce((sum, each) => sum + each.inFlightOn(lane).records, 0)
  }

  #newBucket(nowMs: number): TokenBucket {
    const perSecond = this.#settings.backfillRecordsPerSecond
    return new TokenBucket({ perSecond, burstSeconds: 1 }, nowMs)
  }
}

/** Of the pace that a backlog has: what an envelope of it may be worth. */
const ENVELOPE_SECONDS = 2
