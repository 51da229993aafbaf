import { limits } from '../core/limits.ts'
import { TokenBucket } from '../core/token-bucket.ts'
import { type Range, type Ranges, missing, withRange } from './ranges.ts'
import type { Action, Load, Outgoing, Sender, SenderCounters, Sent } from './sender.ts'

interface Stream {
  readonly epoch: number
  last: number
  /** Sent once at least. */
  sent: Ranges
  /** Sent as often as it is to be. */
  done: Ranges
}

interface Repeat {
  readonly stream: string
  readonly range: Range
  readonly pass: number
  readonly dueMs: number
}

interface Loading {
  readonly load: Load
  readonly pass: number
}

/**
 * Sends over a link on which nothing comes back, a data diode for instance: everything several times, later each time, and manifests by
 * which the centre can tell what it does not have. What has been sent for the last time counts as acknowledged.
 */
export class OneWaySender implements Sender {
  readonly counters: SenderCounters = { records: 0, envelopes: 0, resent: 0, stuck: 0 }
  /** Nothing is ever answered. */
  readonly waitingMs: undefined
  readonly provedMs = Infinity
  readonly #repeatAfterSeconds: readonly number[]
  /** No answer says that the way is free. */
  readonly isIdle = false
  readonly #bucket: TokenBucket
  readonly #streams = new Map<string, Stream>()
  readonly #finished = new Set<string>()
  #repeats: Repeat[] = []
  #loading: Loading | undefined
  #isConnected = false
  #notBeforeMs = 0
  #manifestMs = -Infinity
  /** Repeats that were not made: too many waited. */
  unrepeated = 0

  constructor(recordsPerSecond: number, repeatAfterSeconds: readonly number[]) {
    this.#repeatAfterSeconds = repeatAfterSeconds
    this.#bucket = new TokenBucket({ perSecond: recordsPerSecond, burstSeconds: 1 }, 0)
  }

  update(streams: readonly Outgoing[]): void {
    for (const { stream, epoch, last, acknowledged } of streams) {
      const own = this.#streams.get(stream)
      if (own !== undefined && own.epoch === epoch) own.last = Math.max(own.last, last)
      else this.#streams.set(stream, { epoch, last, sent: acknowledged, done: acknowledged })
    }
  }

  connected(): void {
    this.#isConnected = true
    this.#manifestMs = -Infinity
  }

  disconnected(): void {
    this.#isConnected = false
    if (this.#loading !== undefined) this.#again(this.#loading, 0)
    this.#loading = undefined
  }

  acknowledged(): void {}

  sent({ stream, first, last, records }: Sent, nowMs: number): void {
    const own = this.#streams.get(stream)
    const loading = this.#loading
    this.#loading = undefined
    if (own === undefined || loading?.load.stream !== stream) return
    const { pass, load } = loading
    if (pass > 0 && last < load.last)
      this.#repeats.push({ stream, range: [last + 1, load.last], pass, dueMs: nowMs })
    this.counters.envelopes++
    this.counters.records += records
    if (pass > 0) this.counters.resent++
    this.#notBeforeMs = nowMs + this.#bucket.charge(Math.max(records, 1), nowMs)
    own.sent = withRange(own.sent, [first, last])
    this.#plan({ stream, range: [first, last], pass: pass + 1, dueMs: nowMs })
  }

  failed(_: Load, nowMs: number): void {
    this.#notBeforeMs = nowMs + limits.uplinkRetryMs
    if (this.#loading !== undefined) this.#again(this.#loading, nowMs)
    this.#loading = undefined
  }

  due(nowMs: number): readonly Action[] {
    const actions: Action[] = [...this.#finished].map((stream) => {
      return { kind: 'keep', stream, ranges: this.#streams.get(stream)?.done ?? [] }
    })
    this.#finished.clear()
    if (!this.#isConnected) return actions
    if (nowMs - this.#manifestMs >= limits.manifestMs) {
      this.#manifestMs = nowMs
      for (const stream of this.#streams.keys()) actions.push({ kind: 'manifest', stream })
    }
    if (this.#loading !== undefined || nowMs < this.#notBeforeMs) return actions
    this.#loading = this.#first() ?? this.#repeat(nowMs)
    if (this.#loading !== undefined) actions.push({ kind: 'load', ...this.#loading.load })
    return actions
  }

  backfillWaitMs(): number {
    return 0
  }

  /** What has never been sent goes before what has. */
  #first(): Loading | undefined {
    for (const [stream, { sent, last }] of this.#streams) {
      const [gap] = last < 1 ? [] : missing(sent, [1, last])
      if (gap !== undefined) return { load: loadOf(stream, gap), pass: 0 }
    }
    return undefined
  }

  #repeat(nowMs: number): Loading | undefined {
    const at = this.#repeats.findIndex(({ dueMs }) => dueMs <= nowMs)
    const [repeat] = at < 0 ? [] : this.#repeats.splice(at, 1)
    return repeat && { load: loadOf(repeat.stream, repeat.range), pass: repeat.pass }
  }

  /** A repeat that came to nothing. What has never been sent is found by itself. */
  #again({ load: { stream, first, last }, pass }: Loading, dueMs: number): void {
    if (pass > 0) this.#repeats.push({ stream, range: [first, last], pass, dueMs })
  }

  #plan(repeat: Repeat): void {
    const delaySeconds = this.#repeatAfterSeconds[repeat.pass - 1]
    if (delaySeconds === undefined) return this.#finish(repeat)
    this.#repeats.push({ ...repeat, dueMs: repeat.dueMs + delaySeconds * 1000 })
    if (this.#repeats.length <= limits.oneWayRepeats) return
    const oldest = this.#repeats.shift()
    if (oldest === undefined) return
    this.unrepeated++
    this.#finish(oldest)
  }

  #finish({ stream, range }: Repeat): void {
    const own = this.#streams.get(stream)
    if (own === undefined) return
    own.done = withRange(own.done, range)
    this.#finished.add(stream)
  }
}

function loadOf(stream: string, [first, last]: Range): Load {
  const end = Math.min(last, first + limits.envelopeSpan - 1)
  return { stream, lane: 'live', first, last: end, most: limits.envelopeRecords }
}
