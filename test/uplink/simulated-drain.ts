import { limits } from '../../src/core/limits.ts'
import { type Random, seededRandom } from '../../src/core/random.ts'
import { Drain } from '../../src/uplink/drain.ts'
import { Forwarder } from '../../src/uplink/forwarder.ts'
import { type Ranges, NOTHING, withRange } from '../../src/uplink/ranges.ts'
import type { Action, Sent } from '../../src/uplink/sender.ts'

export interface Way {
  readonly bytesPerMs: number
  /** There, and as long back. */
  readonly delayMs: number
  /** On top, at most; nothing overtakes. */
  readonly jitterMs: number
  /** Of the centre's database. */
  readonly recordsPerMs: number
}

interface Look {
  readonly ms: number
  readonly etaSeconds: number
  readonly backlog: number
}

interface Travelling {
  readonly sent: Sent
  readonly atMs: number
}

interface Answer {
  readonly ranges: Ranges
  readonly atMs: number
}

/** One site that has been away, its way to the centre and the centre, in simulated time: the forwarder and the ETA are the real ones. */
export class SimulatedDrain {
  way: Way
  readonly #random: Random
  readonly #forwarder: Forwarder
  readonly #drain: Drain
  readonly #backlog: number
  nowMs = 0
  #last: number
  #acknowledged: Ranges = NOTHING
  #linkFreeMs = 0
  readonly #onLink: Travelling[] = []
  readonly #live: Sent[] = []
  readonly #backfill: Sent[] = []
  #wasLive = false
  #commit: { readonly sent: readonly Sent[]; readonly endMs: number } | undefined
  readonly #answers: Answer[] = []
  #sentOfBacklog = 0
  #lookMs = 0
  #countMs = 0
  #nextMs = 0
  readonly #foundMs = new Map<number, number>()
  /** From when it was found to its acknowledgement. */
  readonly latenciesMs: number[] = []
  readonly looks: Look[] = []

  constructor(way: Way, { backlog, pace }: { readonly backlog: number; readonly pace: number }) {
    this.way = way
    this.#random = seededRandom(7)
    this.#backlog = backlog
    this.#last = backlog
    this.#forwarder = new Forwarder({ site: 'away', backfillRecordsPerSecond: pace })
    this.#drain = new Drain(pace)
    this.#update()
    this.#forwarder.connected(0)
  }

  get left(): number {
    const [first] = this.#acknowledged
    return Math.max(0, this.#backlog - (first?.[0] === 1 ? first[1] : 0))
  }

  run(untilMs: number): void {
    for (; this.nowMs < untilMs; this.nowMs++) this.#step()
  }

  #step(): void {
    const { nowMs } = this
    if (nowMs >= this.#nextMs) this.#find()
    while (this.#onLink[0] !== undefined && this.#onLink[0].atMs <= nowMs) this.#arrive()
    this.#store()
    while (this.#answers[0] !== undefined && this.#answers[0].atMs <= nowMs) this.#hear()
    if (nowMs < this.#lookMs) return
    this.#lookMs = nowMs + limits.uplinkLookMs
    this.#advance()
  }

  /** Something is new, at no fixed time. */
  #find(): void {
    this.#nextMs = this.nowMs + 20 + this.#random() * 60
    this.#foundMs.set(++this.#last, this.nowMs)
    this.#update()
    if (this.#forwarder.isIdle) this.#advance()
  }

  #update(): void {
    const acknowledged = this.#acknowledged
    this.#forwarder.update([{ stream: 'events', epoch: 1, last: this.#last, acknowledged }])
  }

  #advance(): void {
    for (let actions = this.#due(); actions.length > 0; actions = this.#due())
      for (const action of actions) this.#act(action)
  }

  #due(): readonly Action[] {
    return this.#forwarder.due(this.nowMs).filter(({ kind }) => kind !== 'keep')
  }

  #act(action: Action): void {
    if (action.kind === 'manifest') {
      const atMs = this.nowMs + 2 * this.way.delayMs
      this.#answers.push({ ranges: this.#acknowledged, atMs })
    }
    if (action.kind !== 'load') return
    const last = Math.min(action.last, action.first + action.most - 1)
    const sent = { ...action, last, records: last - action.first + 1 }
    const { bytesPerMs, delayMs, jitterMs } = this.way
    const bytes = HEAD_BYTES + sent.records * RECORD_BYTES
    this.#linkFreeMs = Math.max(this.nowMs, this.#linkFreeMs) + bytes / bytesPerMs
    const before = this.#onLink.at(-1)?.atMs ?? 0
    const atMs = Math.max(before, this.#linkFreeMs + delayMs + this.#random() * jitterMs)
    this.#onLink.push({ sent, atMs })
    this.#forwarder.sent(sent, this.nowMs)
    if (sent.lane === 'backfill') this.#sentOfBacklog += sent.records
  }

  #arrive(): void {
    const { sent } = this.#onLink.shift() as Travelling
    const lane = sent.lane === 'live' ? this.#live : this.#backfill
    lane.push(sent)
  }

  /** As the centre commits: what is new and some of the backlog take turns. */
  #store(): void {
    if (this.#commit !== undefined && this.#commit.endMs <= this.nowMs) {
      for (const { first, last } of this.#commit.sent)
        this.#acknowledged = withRange(this.#acknowledged, [first, last])
      const atMs = this.nowMs + this.way.delayMs
      this.#answers.push({ ranges: this.#acknowledged, atMs })
      this.#commit = undefined
    }
    if (this.#commit !== undefined || this.#live.length + this.#backfill.length === 0) return
    this.#wasLive = this.#live.length > 0 && (!this.#wasLive || this.#backfill.length === 0)
    const sent = this.#wasLive ? this.#live.splice(0) : this.#nextOfBacklog()
    const records = sent.reduce((sum, each) => sum + each.records, 0)
    const endMs = this.nowMs + COMMIT_MS + records / this.way.recordsPerMs
    this.#commit = { sent, endMs }
  }

  #nextOfBacklog(): readonly Sent[] {
    let records = 0
    const end = this.#backfill.findIndex((each, at) => {
      records += each.records
      return at > 0 && records > BACKFILL_RECORDS
    })
    return this.#backfill.splice(0, end < 0 ? this.#backfill.length : end)
  }

  #hear(): void {
    const { ranges } = this.#answers.shift() as Answer
    this.#forwarder.acknowledged({ stream: 'events', epoch: 1, ranges }, this.nowMs)
    for (const [number, foundMs] of this.#foundMs) {
      if (!ranges.some(([first, last]) => first <= number && number <= last)) continue
      this.latenciesMs.push(this.nowMs - foundMs)
      this.#foundMs.delete(number)
    }
    this.#count()
    this.#advance()
  }

  #count(): void {
    if (this.nowMs < this.#countMs) return
    this.#countMs = this.nowMs + 1000
    const pending = this.left + this.#foundMs.size
    this.#drain.seen({ pending, sent: this.#sentOfBacklog }, this.nowMs)
    const waitSeconds = this.#forwarder.backfillWaitMs(this.nowMs) / 1000
    const etaSeconds = this.#drain.etaSeconds + Math.floor(waitSeconds)
    this.looks.push({ ms: this.nowMs, etaSeconds, backlog: this.left })
  }
}

const HEAD_BYTES = 200
const RECORD_BYTES = 32
const COMMIT_MS = 5
const BACKFILL_RECORDS = 1000
