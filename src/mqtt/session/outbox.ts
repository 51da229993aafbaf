import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'
import { type Message, messageBytes } from './message.ts'

/** A message on its way to one subscriber. */
export interface Delivery {
  readonly message: Message
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly subscriptionIds: readonly number[]
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

interface Inflight {
  readonly packetId: number
  readonly qos: 0 | 1 | 2
  readonly bytes: number
  /** Undefined once PUBREC came: the message has arrived, PUBCOMP is waited for. */
  readonly delivery: Delivery | undefined
}

/**
 * Messages for one subscriber: those that wait, and the QoS 1 and 2 messages that are on their way, in the order in which they
 * were sent [MQTT-4.6.0-1]. Bounded by count and by bytes; what goes over the bound is dropped, oldest first, and counted.
 */
export class Outbox {
  readonly #total: OutboxTotal
  readonly #inflight = new Map<number, Inflight>()
  /** Of those on their way, what a new connection has not been sent again yet. */
  #repeats: Inflight[] = []
  #waiting: Delivery[] = []
  #waitingBytes = 0
  #waitingQos0 = 0
  #inflightBytes = 0
  #lastPacketId = 0
  #window: number = limits.inflightPerSession
  dropped = 0

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

  /** Nothing of its QoS has to go first, and there is room for it on the way: it need not be queued. */
  isClearFor(delivery: Delivery): boolean {
    if (delivery.qos === 0) return this.#waitingQos0 === 0
    return this.#waiting.length === 0 && this.#repeats.length === 0 && this.#hasRoomFor(delivery)
  }

  enqueue(delivery: Delivery): void {
    this.#waiting.push(delivery)
    this.#countWaiting(delivery, 1)
    while (
      this.#waiting.length > limits.queuedMessagesPerSession ||
      (this.#waitingBytes > limits.queuedBytesPerSession && this.#waiting.length > 1)
    ) {
      this.#shift()
      this.dropped++
    }
  }

  /** The next that may be sent now; what has expired is passed over. */
  next(nowMs: number): Step | undefined {
    if (this.#repeats.length > 0) return this.#nextRepeat()
    for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
      const isExpired = head.message.expiresMs <= nowMs
      if (!isExpired && head.qos > 0 && !this.#hasRoomFor(head)) return undefined
      this.#shift()
      if (isExpired) this.dropped++
      else return { kind: 'publish', delivery: head, packetId: this.start(head), isRepeated: false }
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
    this.#forgetRepeat(packetId)
  }

  finish(packetId: number): void {
    this.#countInflight(-(this.#inflight.get(packetId)?.bytes ?? 0))
    this.#inflight.delete(packetId)
    this.#forgetRepeat(packetId)
  }

  /** The end of the session: its share of the total is free again. */
  discard(): void {
    this.#total.bytes -= this.#waitingBytes + this.#inflightBytes
    this.#waiting = []
    this.#waitingBytes = 0
    this.#waitingQos0 = 0
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
    if (head !== undefined) this.#countWaiting(head, -1)
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
