import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'
import type { Delivery } from './delivery.ts'
import { messageBytes } from './message.ts'

/** Deliveries that are made when their turn comes: waiting costs a place, however many they are. */
export interface Replay {
  /** The next one, the same until `advance`; undefined: there are no more; later: not for now. */
  peek(nowMs: number): Delivery | 'later' | undefined
  advance(): void
  /** Nobody wants the rest. */
  readonly isOver: boolean
}

/** What may be sent now: a PUBLISH (packet id 0 for QoS 0), or the PUBREL of a message that has arrived. */
export type Step =
  | {
      readonly kind: 'publish'
      readonly delivery: Delivery
      readonly packetId: number
      readonly isRepeated: boolean
    }
  | { readonly kind: 'release'; readonly packetId: number }

/** Bytes of all messages that are kept for subscribers, over all sessions. */
export interface OutboxTotal {
  bytes: number
}

/** Told of what becomes of QoS 1 and 2 messages, so that it can be restored. */
export interface OutboxRecord {
  waits(delivery: Delivery): void
  /** It waited, and was dropped or has expired. */
  dropped(delivery: Delivery): void
  sent(delivery: Delivery, packetId: number): void
  arrived(packetId: number): void
  finished(packetId: number): void
}

/** What a session was still owed when the last process ended. */
export type Owed =
  | { readonly kind: 'waiting'; readonly delivery: Delivery }
  | { readonly kind: 'sent'; readonly delivery: Delivery; readonly packetId: number }
  | { readonly kind: 'arrived'; readonly packetId: number }

interface Inflight {
  readonly packetId: number
  readonly qos: 0 | 1 | 2
  readonly bytes: number
  /** Undefined once PUBREC came: the message has arrived, PUBCOMP is waited for. */
  readonly delivery: Delivery | undefined
}

/**
 * Messages for one subscriber: those that wait, and the QoS 1 and 2 messages that are on their way, in the order in which they
 * were sent [MQTT-4.6.0-1]. Bounded by count and by bytes; what goes over the bound is dropped, the oldest of QoS 0 first, and counted.
 */
export class Outbox {
  readonly #total: OutboxTotal
  readonly #inflight = new Map<number, Inflight>()
  /** Of those on their way, what a new connection has not been sent again yet. */
  #repeats: Inflight[] = []
  #waiting: (Delivery | Replay)[] = []
  #waitingBytes = 0
  #waitingQos0 = 0
  #replays = 0
  #replaysWanted = 0
  #inflightBytes = 0
  #lastPacketId = 0
  #window: number = limits.inflightPerSession
  dropped = 0
  /** Undefined: what it holds is forgotten with the process. */
  record: OutboxRecord | undefined

  constructor(total: OutboxTotal) {
    this.#total = total
  }

  get waiting(): number {
    return this.#waiting.length
  }

  get inflight(): number {
    return this.#inflight.size
  }

  /**
   * A new connection with the Receive Maximum `window` [MQTT-3.3.4-9]: all that is on its way is to be sent again, in its order
   * and with its packet ids [MQTT-4.4.0-1].
   */
  restart(window: number): void {
    this.#window = window
    this.#repeats = [...this.#inflight.values()]
  }

  /** In the order in which it was sent, then in which it waited. */
  restore(owed: Iterable<Owed>): void {
    for (const one of owed) {
      if (one.kind === 'waiting') this.#wait(one.delivery)
      else if (one.kind === 'arrived') {
        this.#set({ packetId: one.packetId, qos: 2, bytes: 0, delivery: undefined })
      } else {
        const { delivery, packetId } = one
        const bytes = messageBytes(delivery.message)
        this.#set({ packetId, qos: delivery.qos, bytes, delivery })
      }
    }
  }

  /** Nothing of its QoS has to go first, and there is room for it on the way: it need not be queued. */
  isClearFor(delivery: Delivery): boolean {
    if (delivery.qos === 0) return this.#waitingQos0 === 0 && this.#replays === 0
    return this.#waiting.length === 0 && this.#repeats.length === 0 && this.#hasRoomFor(delivery)
  }

  enqueue(delivery: Delivery): void {
    this.#wait(delivery)
    if (delivery.qos > 0) this.record?.waits(delivery)
    for (;;) {
      const count = this.#waiting.length - this.#replays
      const isFull =
        count > limits.queuedMessagesPerSession ||
        (count > 1 && this.#waitingBytes > limits.queuedBytesPerSession)
      if (!isFull) return
      this.#dropOldest()
    }
  }

  /** Takes its turn behind what waits already. Those that nobody wants any more are swept out once they are the most. */
  enqueueReplay(replay: Replay): void {
    this.#waiting.push(replay)
    this.#replays++
    if (this.#replays <= 2 * this.#replaysWanted + FEW_REPLAYS) return
    this.#waiting = this.#waiting.filter((entry) => !isReplay(entry) || !entry.isOver)
    this.#replays = this.#waiting.filter(isReplay).length
    this.#replaysWanted = this.#replays
  }

  /** The next that may be sent now; what has expired is passed over. */
  next(nowMs: number): Step | undefined {
    if (this.#repeats.length > 0) return this.#nextRepeat()
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const delivery = isReplay(head) ? head.peek(nowMs) : head
      if (delivery === 'later') return undefined
      if (delivery !== undefined) {
        const isExpired = delivery.message.expiresMs <= nowMs
        if (!isExpired && delivery.qos > 0 && !this.#hasRoomFor(delivery)) return undefined
        if (isReplay(head)) head.advance()
        else this.#shift()
        if (!isExpired) {
          return { kind: 'publish', delivery, packetId: this.start(delivery), isRepeated: false }
        }
        this.#drop(delivery)
      } else this.#shift()
    }
    return undefined
  }

  /** Puts a message on its way and returns the packet id it got [MQTT-2.2.1-4]; QoS 0 needs none and gets 0. */
  start(delivery: Delivery): number {
    const { qos } = delivery
    if (qos === 0) return 0
    do this.#lastPacketId = this.#lastPacketId === 65_535 ? 1 : this.#lastPacketId + 1
    while (this.#inflight.has(this.#lastPacketId))
    const packetId = this.#lastPacketId
    this.#set({ packetId, qos, bytes: messageBytes(delivery.message), delivery })
    this.record?.sent(delivery, packetId)
    return packetId
  }

  /** What the acknowledgement of a packet id is to be: PUBACK, PUBREC, PUBCOMP, or none where nothing has that id. */
  awaits(packetId: number): 'puback' | 'pubrec' | 'pubcomp' | undefined {
    const inflight = this.#inflight.get(packetId)
    if (inflight === undefined) return undefined
    if (inflight.qos === 1) return 'puback'
    return inflight.delivery === undefined ? 'pubcomp' : 'pubrec'
  }

  /** PUBREC: the message has arrived and need not be kept; its packet id is in use until PUBCOMP. */
  arrived(packetId: number): void {
    const inflight = this.#inflight.get(packetId)
    assert(inflight !== undefined, 'what has arrived was on its way')
    this.#set({ packetId, qos: inflight.qos, bytes: 0, delivery: undefined })
    this.record?.arrived(packetId)
    this.#forgetRepeat(packetId)
  }

  finish(packetId: number): void {
    this.#countInflight(-(this.#inflight.get(packetId)?.bytes ?? 0))
    this.#inflight.delete(packetId)
    this.record?.finished(packetId)
    this.#forgetRepeat(packetId)
  }

  /** The end of the session: its share of the total is free again. */
  discard(): void {
    this.#total.bytes -= this.#waitingBytes + this.#inflightBytes
    this.#waiting = []
    this.#waitingBytes = 0
    this.#waitingQos0 = 0
    this.#replays = 0
    this.#inflight.clear()
    this.#inflightBytes = 0
    this.#repeats = []
  }

  #nextRepeat(): Step | undefined {
    const [head] = this.#repeats
    if (head === undefined) return undefined
    const { packetId, delivery } = head
    if (delivery !== undefined && this.#unacknowledged >= this.#window) return undefined
    this.#repeats.shift()
    if (delivery === undefined) return { kind: 'release', packetId }
    return { kind: 'publish', delivery, packetId, isRepeated: true }
  }

  get #unacknowledged(): number {
    return this.#inflight.size - this.#repeats.length
  }

  /** One may always be on its way, however large; more only within the bounds of bytes. */
  #hasRoomFor({ message }: Delivery): boolean {
    if (this.#unacknowledged >= this.#window) return false
    if (this.#inflight.size === 0) return true
    const fits = this.#inflightBytes + messageBytes(message) <= limits.queuedBytesPerSession
    return fits && this.#total.bytes <= limits.queuedBytesTotal
  }

  #set(inflight: Inflight): void {
    const before = this.#inflight.get(inflight.packetId)?.bytes ?? 0
    this.#countInflight(inflight.bytes - before)
    this.#inflight.set(inflight.packetId, inflight)
  }

  #forgetRepeat(packetId: number): void {
    if (this.#repeats.length === 0) return
    this.#repeats = this.#repeats.filter((repeat) => repeat.packetId !== packetId)
  }

  #shift(): void {
    const head = this.#waiting.shift()
    if (head === undefined) return
    if (isReplay(head)) this.#replays--
    else this.#countWaiting(head, -1)
  }

  /** QoS 0 goes first. Replays keep their place: they hold nothing that could be freed. */
  #dropOldest(): void {
    const most = this.#waitingQos0 > 0 ? 0 : 2
    const at = this.#waiting.findIndex((entry) => !isReplay(entry) && entry.qos <= most)
    const [oldest] = this.#waiting.splice(at, 1)
    assert(oldest !== undefined && !isReplay(oldest), 'what is full holds a delivery')
    this.#countWaiting(oldest, -1)
    this.#drop(oldest)
  }

  #drop(delivery: Delivery): void {
    this.dropped++
    if (delivery.qos > 0) this.record?.dropped(delivery)
  }

  #wait(delivery: Delivery): void {
    this.#waiting.push(delivery)
    this.#countWaiting(delivery, 1)
  }

  #countWaiting({ message, qos }: Delivery, sign: 1 | -1): void {
    const bytes = sign * messageBytes(message)
    this.#waitingBytes += bytes
    this.#total.bytes += bytes
    if (qos === 0) this.#waitingQos0 += sign
  }

  #countInflight(bytes: number): void {
    this.#inflightBytes += bytes
    this.#total.bytes += bytes
  }
}

function isReplay(entry: Delivery | Replay): entry is Replay {
  return 'peek' in entry
}

/** So many replays that are over may wait to be swept out. */
const FEW_REPLAYS = 8
