import { limits } from '../../core/limits.ts'
import { encodeMessage, retainedKey } from '../kept/message-record.ts'
import type { Keeper } from '../ports.ts'
import { type Delivery, deliveryOf } from '../session/delivery.ts'
import type { Message } from '../session/message.ts'
import type { OutboxTotal, Step } from '../session/outbox.ts'
import { type Retained, RetainedReplay } from '../session/retained-replay.ts'
import type { Session, Subscription } from '../session/session.ts'
import { parseShared } from '../topic/filter.ts'
import { RetainedMessages } from '../topic/retained.ts'
import { SharedSubscriptions } from '../topic/shared-subscriptions.ts'
import { SubscriptionTree } from '../topic/subscriptions.ts'

export interface RouterCounters {
  /** Deliveries that were dropped: a queue was full, a message had expired, a client was too slow for QoS 0. */
  dropped: number
  /** Retained messages that found no room. */
  retainedRefused: number
}

/** Brings ordinary messages to those who subscribed to them, and keeps the retained ones. */
export class Router {
  readonly #subscriptions = new SubscriptionTree<Subscription>()
  readonly #shared = new SharedSubscriptions<Subscription>()
  readonly #retained = new RetainedMessages<Retained>()
  /** What the server says of itself takes no room from what clients retain. */
  readonly #status = new RetainedMessages<Retained>()
  /** What the outboxes of all sessions hold. */
  readonly queued: OutboxTotal = { bytes: 0 }
  readonly counters: RouterCounters = { dropped: 0, retainedRefused: 0 }
  readonly #keeper: Keeper
  /** Rises with all that is not plain readings: it may take any time, and whoever caused it looks at the clock. */
  work = 0
  /** Of the filters of all subscriptions. */
  levelCount = 0
  #lastSerial = 0
  /** Rises with every change of what `hasListeners` says. */
  revision = 0

  constructor(keeper: Keeper) {
    this.#keeper = keeper
  }

  get subscriptionCount(): number {
    return this.#subscriptions.size + this.#shared.size
  }

  get retainedCount(): number {
    return this.#retained.count
  }

  get queuedBytes(): number {
    return this.queued.bytes
  }

  hasListeners(topic: string): boolean {
    let found = false
    this.#subscriptions.match(topic, () => (found = true))
    return found || this.#shared.hasMatch(topic)
  }

  /** To every session whose subscriptions match, and for each group that shares one to one of its members. */
  publish(message: Message, nowMs: number): void {
    if (message.retain) this.#retain(message)
    for (const [session, subscriptions] of this.#matching(message)) {
      this.deliver(session, deliveryOf(message, subscriptions, 'live'), nowMs)
    }
    this.#shared.match(message.topic, (member) => {
      this.deliver(member.session, deliveryOf(message, [member], 'live'), nowMs)
    })
  }

  /** Hands a delivery to the connection of the session, or queues it where the session outlives its connection. */
  deliver(session: Session, delivery: Delivery, nowMs: number): void {
    if (session.outlet?.send(delivery, nowMs) === true) return
    const queueable = session.outlet !== undefined || delivery.qos > 0
    if (!queueable || this.queued.bytes > limits.queuedBytesTotal) {
      session.outbox.dropped++
      this.counters.dropped++
      return
    }
    const droppedBefore = session.outbox.dropped
    session.outbox.enqueue(delivery)
    this.counters.dropped += session.outbox.dropped - droppedBefore
  }

  /** The next that the session may be sent now. */
  next({ outbox }: Session, nowMs: number): Step | undefined {
    const droppedBefore = outbox.dropped
    const next = outbox.next(nowMs)
    this.counters.dropped += outbox.dropped - droppedBefore
    return next
  }

  /**
   * Adds or replaces a subscription of a session that is connected. The retained messages that it asks for wait in its outbox
   * [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]; a shared one is sent none (section 4.8.2).
   */
  subscribe(subscription: Subscription): void {
    const { session, filter } = subscription
    if (!session.subscriptions.has(filter)) this.levelCount += levelsOf(filter)
    session.subscriptions.set(filter, subscription)
    const replay = this.#add(subscription)
    this.#revise()
    session.shelf?.subscribed(subscription, replay === undefined ? 'sent' : 'due')
    if (replay !== undefined) session.outbox.enqueueReplay(replay)
  }

  #add(subscription: Subscription): RetainedReplay | undefined {
    const { session, filter, retainHandling } = subscription
    const shared = parseShared(filter)
    if (shared !== undefined) {
      this.#shared.add(shared, session.clientId, subscription)
      return undefined
    }
    const isNew = this.#subscriptions.add(filter, session.clientId, subscription)
    if (retainHandling === 2 || (retainHandling === 1 && !isNew)) return undefined
    const retained = this.#storeOf(filter)
    if (retained.count === 0) return undefined
    const messages = retained.matching(filter, session.looks)
    return new RetainedReplay(subscription, messages, this.#lastSerial)
  }

  unsubscribe(session: Session, filter: string): boolean {
    if (session.subscriptions.has(filter)) this.levelCount -= levelsOf(filter)
    this.#remove(session, filter)
    session.shelf?.unsubscribed(filter)
    return session.subscriptions.delete(filter)
  }

  /** The client of the session came or went: its turn in the groups it shares with others depends on it. */
  moved(session: Session, to: 'present' | 'absent'): void {
    if (this.#shared.size === 0) return
    for (const filter of session.subscriptions.keys()) {
      const shared = parseShared(filter)
      if (shared !== undefined) this.#shared.moved(shared, session.clientId, to)
    }
  }

  /** Forgets all that the session has waiting and subscribed to. */
  forget(session: Session): void {
    session.unkeep()
    for (const filter of session.subscriptions.keys()) this.unsubscribe(session, filter)
    session.outbox.discard()
  }

  /** Retained messages of clients and of the server that match. */
  *retained(filter: string): Generator<Message> {
    for (const kept of this.#retained.matching(filter)) if (kept !== undefined) yield kept.message
  }

  /** Retained messages that have expired make room for others. */
  purge(nowMs: number): void {
    for (const kept of this.#retained.matching('#')) {
      if (kept !== undefined && kept.message.expiresMs <= nowMs) {
        this.#retained.set(kept.message.topic, undefined)
        this.#keeper.remove(retainedKey(kept.message.topic))
      }
    }
  }

  #remove(session: Session, filter: string): void {
    const shared = parseShared(filter)
    if (shared === undefined) this.#subscriptions.remove(filter, session.clientId)
    else this.#shared.remove(shared, session.clientId)
    this.#revise()
  }

  #revise(): void {
    this.revision = this.#subscriptions.revision + this.#shared.revision
  }

  /** As the last process left it. */
  restoreRetained(message: Message): void {
    this.#retained.set(message.topic, { ...message, message, serial: ++this.#lastSerial })
  }

  #retain(message: Message): void {
    const { topic, payload, properties } = message
    const serial = ++this.#lastSerial
    const kept = payload.length === 0 ? undefined : { payload, properties, message, serial }
    const store = this.#storeOf(topic)
    if (store.set(topic, kept) === 'full') this.counters.retainedRefused++
    else if (store === this.#status) return
    else if (kept === undefined) this.#keeper.remove(retainedKey(topic))
    else this.#keeper.put(retainedKey(topic), encodeMessage(message))
  }

  /** Of a topic or of a filter: one that begins with another level never matches what begins with this one [MQTT-4.7.2-1]. */
  #storeOf(text: string): RetainedMessages<Retained> {
    return text.startsWith('$SYS/') ? this.#status : this.#retained
  }

  /** Subscriptions by session, without those that are not for the publisher's own messages [MQTT-3.8.3-3]. */
  #matching({ topic, publisher }: Message): Map<Session, Subscription[]> {
    const matching = new Map<Session, Subscription[]>()
    this.#subscriptions.match(topic, (subscription) => {
      const { session, noLocal } = subscription
      if (noLocal && session.clientId === publisher) return
      const others = matching.get(session)
      if (others === undefined) matching.set(session, [subscription])
      else others.push(subscription)
    })
    return matching
  }
}

function levelsOf(filter: string): number {
  return filter.split('/').length
}
