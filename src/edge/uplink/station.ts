import { limits } from '../../core/limits.ts'
import { OutboxReader, type OutboxStream, type Waiting } from '../../store/outbox/outbox-reader.ts'
import { decodeAcknowledgement } from '../../uplink/acknowledgement.ts'
import { Drain } from '../../uplink/drain.ts'
import { encodeEnvelope } from '../../uplink/envelope.ts'
import { Forwarder } from '../../uplink/forwarder.ts'
import type { Gate } from '../../uplink/gate.ts'
import { LinkState } from '../../uplink/link-state.ts'
import type { InventoryDevice } from '../../uplink/inventory.ts'
import { OneWaySender } from '../../uplink/one-way.ts'
import { decodeQuestion } from '../../uplink/question.ts'
import { type Ranges, watermark } from '../../uplink/ranges.ts'
import type { Action, Lane, Load, Sender } from '../../uplink/sender.ts'
import { streamTopic } from '../../uplink/topics.ts'
import type { ExportOrder } from '../processors/protocol.ts'
import type { UplinkSettings } from '../site/uplink.ts'
import { HoursDesk } from './hours-desk.ts'
import { STREAM as INVENTORY, InventoryDesk } from './inventory-desk.ts'
import { Link, type Passenger } from './link.ts'
import { Packer } from './packer.ts'
import type { SentStatus, StreamStatus, UplinkStatus } from './status.ts'

export interface StationParts {
  readonly site: string
  readonly settings: UplinkSettings
  readonly directory: string
  readonly gate: Gate
  /** To whoever writes the outbox. */
  readonly outbox: Outbox
  readonly devices: () => readonly InventoryDevice[]
  readonly warn: (text: string) => void
}

export interface Outbox {
  sent(order: ExportOrder): void
  /** `onFound`: a commit that something may be sent of is done. Where that is said too seldom, it is noticed some time later. */
  listen(onFound: () => void): void
}

/** The way to the centre: looks what has become durable, sends it, and hears what the centre has of it. */
export class UplinkStation {
  readonly #parts: StationParts
  readonly #outbox: OutboxReader
  readonly #packer: Packer
  readonly #inventory: InventoryDesk
  readonly #hours: HoursDesk
  readonly #link: Link
  readonly #state: LinkState
  readonly #sender: Sender
  readonly #timer: NodeJS.Timeout
  readonly #drain: Drain
  readonly #streams = new Map<string, OutboxStream>()
  readonly #acknowledged = new Map<string, Ranges>()
  readonly #waiting = new Map<string, Waiting>()
  #countedMs = -Infinity
  #readMs = -Infinity
  /** Something has become durable, and was not read yet. */
  #hasNews = false
  /** When it was last known that what there is gets through, and leaves. */
  #fineMs = performance.now()
  #acknowledgedMs = performance.now()
  #why = ''
  /** Why the outbox cannot be read; empty: it can, or has not been tried since. */
  #unread = ''
  #connection = 0
  acknowledgements = 0
  /** Records that left on each lane. */
  readonly #sentOn: Record<Lane, number> = { live: 0, backfill: 0 }
  /** Records of the backlog that are dealt with, those that stay with them. */
  #drained = 0
  /** Of each stream the last number at the time of the connection: up to it is backfill. */
  #before = new Map<string, number>()

  constructor(parts: StationParts) {
    const { site, settings, directory, gate } = parts
    this.#parts = parts
    this.#outbox = new OutboxReader(directory)
    this.#packer = new Packer(site, this.#outbox, gate)
    this.#inventory = new InventoryDesk({
      ...parts,
      isAsked: !settings.oneWay,
      secret: () => this.#streams.values().next().value?.secret,
      send: (bytes) => this.#link.send(streamTopic(site, INVENTORY), bytes),
    })
    this.#hours = new HoursDesk({
      site,
      recordsPerSecond: settings.backfillRecordsPerSecond,
      outbox: this.#outbox,
      packer: this.#packer,
      stream: (name) => this.#streams.get(name),
      send: (stream, bytes) => {
        if (this.#state.kind === 'up') this.#link.send(streamTopic(site, stream), bytes)
      },
    })
    this.#state = new LinkState(site, performance.now())
    const { backfillRecordsPerSecond, repeatAfterSeconds } = settings
    this.#drain = new Drain(backfillRecordsPerSecond)
    this.#sender = settings.oneWay
      ? new OneWaySender(backfillRecordsPerSecond, repeatAfterSeconds)
      : new Forwarder({ site, backfillRecordsPerSecond })
    this.#link = new Link(site, settings, {
      connected: () => this.#connected(),
      lost: (why) => this.#lost(why),
      acknowledgement: (bytes) => this.#heard(bytes),
    })
    this.#timer = setInterval(() => this.#look(), limits.uplinkLookMs)
    parts.outbox.listen(() => this.#notice())
    this.#look()
  }

  get counters(): Sender['counters'] & Packer['counters'] & { readonly connections: number } {
    const { connections } = this.#state
    return { ...this.#sender.counters, ...this.#packer.counters, connections }
  }

  /** Takes it along on every connection. What it sends while there is none is lost. */
  carry(passenger: Passenger): Pick<Link, 'sendAside'> {
    this.#link.passenger = passenger
    return this.#link
  }

  status(): UplinkStatus {
    const streams = [...this.#streams.values()].map((each): StreamStatus => {
      const { stream, epoch, last, lost } = each
      const { rows: pending, oldest } = this.#waiting.get(stream) ?? NONE_WAITING
      const acknowledged = watermark(this.#acknowledged.get(stream) ?? each.acknowledged)
      const isUp = this.#state.kind === 'up'
      const before = isUp ? (this.#before.get(stream) ?? 0) : last
      const backfill = Math.max(0, Math.min(pending, before - acknowledged))
      return { stream, epoch, last, acknowledged, pending, backfill, lost, oldest }
    })
    const pending = streams.reduce((sum, each) => sum + each.pending, 0)
    const { url, oneWay } = this.#parts.settings
    const nowMs = performance.now()
    return {
      url,
      mode: oneWay ? 'one-way' : 'two-way',
      link: this.#state.kind,
      why: this.#unread || this.#why,
      held: this.#packer.held,
      streams,
      pending,
      etaSeconds: this.#state.kind === 'up' ? this.#etaSeconds(nowMs) : null,
      silentSeconds: Math.floor((nowMs - this.#acknowledgedMs) / 1000),
      isStuck: nowMs - this.#fineMs >= limits.uplinkAlarmMs,
      sent: this.#sentStatus(),
    }
  }

  /** A backlog begins when it is this site's turn. */
  #etaSeconds(nowMs: number): number {
    const { etaSeconds } = this.#drain
    return etaSeconds === 0 ? 0 : etaSeconds + Math.floor(this.#sender.backfillWaitMs(nowMs) / 1000)
  }

  #sentStatus(): SentStatus {
    const { resent, stuck, withheld, oversized } = this.counters
    return { ...this.#sentOn, resent, stuck, withheld, oversized }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#hours.stop()
    this.#link.close()
    for (const action of this.#sender.due(performance.now())) this.#keep(action)
    this.#outbox[Symbol.dispose]()
  }

  #look(): void {
    const nowMs = performance.now()
    if (this.#state.isDue(nowMs)) this.#link.open()
    if (this.#hasNews || nowMs - this.#readMs >= limits.uplinkReadMs) this.#see()
    if (nowMs - this.#countedMs >= limits.manifestMs) this.#count(nowMs)
    this.#judge(nowMs)
    if (this.#state.kind === 'up') this.#inventory.look(nowMs)
    this.#advance()
  }

  #judge(nowMs: number): void {
    if (this.#state.kind !== 'up' || this.#packer.held !== '' || this.#unread !== '') return
    this.#fineMs = Math.max(this.#fineMs, Math.min(nowMs, this.#sender.provedMs))
  }

  /** It goes at once where the way is free. Otherwise with the next answer, and what is found until then with it: a centre that is busy gets fewer envelopes, and larger ones. */
  #notice(): void {
    if (this.#hasNews) return
    this.#hasNews = true
    if (this.#state.kind !== 'up' || !this.#sender.isIdle) return
    setImmediate(() => {
      if (this.#state.kind !== 'up' || !this.#hasNews) return
      this.#see()
      this.#advance()
    })
  }

  /** What has become durable. */
  #see(): void {
    this.#hasNews = false
    this.#readMs = performance.now()
    const streams = this.#tried(() => this.#outbox.streams())
    if (streams === undefined) return
    this.#unread = ''
    for (const each of streams) this.#streams.set(each.stream, each)
    this.#sender.update(streams)
  }

  #advance(): void {
    for (const action of this.#sender.due(performance.now())) {
      switch (action.kind) {
        case 'load':
          void this.#load(action)
          break
        case 'manifest':
          this.#tell(action.stream)
          break
        case 'give-up':
          this.#parts.warn(
            `The centre acknowledges nothing over ${this.#parts.settings.url}; the connection is made anew.`,
          )
          this.#link.close()
          break
        case 'keep':
        case 'renew':
          this.#keep(action)
      }
    }
  }

  #keep(action: Action): void {
    if (action.kind === 'keep') {
      const { stream, ranges } = action
      this.#acknowledged.set(stream, ranges)
      this.#parts.outbox.sent({ kind: 'acknowledged', stream, ranges })
    } else if (action.kind === 'renew') {
      const { stream } = action
      this.#parts.warn(
        `The centre has records of stream ${stream} that are not here: the data folder was set back. All that is here is sent again.`,
      )
      this.#acknowledged.delete(stream)
      this.#parts.outbox.sent({ kind: 'renew', stream })
    }
  }

  async #load(load: Load): Promise<void> {
    const connection = this.#connection
    const stream = this.#streams.get(load.stream)
    const packed = stream && (await this.#packer.pack(stream, load).catch(this.#complain))
    if (connection !== this.#connection || this.#state.kind !== 'up') return
    const nowMs = performance.now()
    if (packed === undefined) {
      this.#sender.failed(load, nowMs)
      return
    }
    this.#link.send(streamTopic(this.#parts.site, load.stream), packed.bytes)
    this.#sender.sent({ ...load, last: packed.last, records: packed.records }, nowMs)
    this.#sentOn[load.lane] += packed.leaving
    if (load.lane === 'backfill') this.#drained += packed.records
    // What else there is has a turn when sockets have had theirs.
    setImmediate(() => this.#advance())
  }

  /** The disk may refuse to read: it is tried again. */
  readonly #complain = (thrown: unknown): undefined => {
    this.#unread = `the outbox cannot be read (${String(thrown)})`
    return undefined
  }

  #tried<Result>(read: () => Result): Result | undefined {
    try {
      return read()
    } catch (thrown) {
      return this.#complain(thrown)
    }
  }

  #tell(name: string): void {
    const stream = this.#streams.get(name)
    if (stream === undefined) return
    const { epoch, last, lost } = stream
    const { rows: pending, oldest } = this.#waiting.get(name) ?? NONE_WAITING
    const manifest = { last, pending, lost, oldest: Math.max(oldest, 0) }
    const { site } = this.#parts
    const head = { site, stream: name, epoch, first: 0, last: 0, isBackfill: false }
    const bytes = encodeEnvelope({ ...head, body: { kind: 'manifest', manifest } })
    if (bytes !== undefined) this.#link.send(streamTopic(site, name), bytes)
  }

  #count(nowMs: number): void {
    this.#countedMs = nowMs
    for (const { stream, acknowledged, last } of this.#streams.values()) {
      const ranges = this.#acknowledged.get(stream) ?? acknowledged
      const waiting = this.#tried(() => this.#outbox.waiting(stream, ranges, last))
      if (waiting !== undefined) this.#waiting.set(stream, waiting)
    }
    const pending = this.#waiting.values().reduce((sum, { rows }) => sum + rows, 0)
    this.#drain.seen({ pending, sent: this.#drained }, nowMs)
  }

  #connected(): void {
    this.#connection++
    this.#why = ''
    // What is told of a backlog first is what a centre goes by if nothing more comes: it is counted as it is now.
    this.#see()
    this.#count(performance.now())
    this.#before = new Map(this.#streams.values().map(({ stream, last }) => [stream, last]))
    this.#state.connected()
    this.#inventory.connected()
    this.#sender.connected(performance.now())
    this.#advance()
  }

  #lost(why: string): void {
    this.#connection++
    if (why !== '') this.#why = why
    this.#state.lost(performance.now())
    this.#sender.disconnected()
  }

  #heard(bytes: Uint8Array): void {
    const acknowledgement = decodeAcknowledgement(bytes)
    if (acknowledgement === undefined) {
      const question = decodeQuestion(bytes)
      if (question?.kind === 'inventory') this.#inventory.answer(question.pages)
      else if (question !== undefined) void this.#hours.answer(question).catch(this.#complain)
      return
    }
    const nowMs = performance.now()
    this.acknowledgements++
    this.#acknowledgedMs = nowMs
    this.#state.proved()
    this.#sender.acknowledged(acknowledgement, nowMs)
    this.#judge(nowMs)
    this.#countedMs = Math.min(this.#countedMs, nowMs - limits.manifestMs + COUNT_AGAIN_MS)
    if (this.#hasNews) this.#see()
    this.#advance()
  }
}

const NONE_WAITING: Waiting = { rows: 0, oldest: 0 }
/** After something was acknowledged; many in a row are counted once. */
const COUNT_AGAIN_MS = 1000
