import { limits } from '../../core/limits.ts'
import type { Message } from '../session/message.ts'
import type { Delivery, OutboxTotal, Step } from '../session/outbox.ts'
import type { Session, Subscription } from '../session/session.ts'
import { RetainedMessages } from '../topic/retained.ts'
import { SubscriptionTree } from '../topic/subscriptions.ts'

export interface RouterCounters {
  /** Deliveries that were dropped: a queue was full, a message had expired, a client was too slow for QoS 0. */
  dropped: number
  /** Retained messages that found no room. */
  retainedRefused: number
}

interface Origin {
  readonly from: Session | undefined
  readonly nowMs: number
}

/** Brings ordinary messages to those who subscribed to them, and keeps the retained ones. */
export class Router {
  readonly #subscriptions = new SubscriptionTree<Subscription>()
  readonly #retained = new RetainedMessages<Message>()
  /** What the outboxes of all sessions hold. */
  readonly queued: OutboxTotal = { bytes: 0 }
  readonly counters: RouterCounters = { dropped: 0, retainedRefused: 0 }

  /** Rises with every change of the subscriptions. */
  get revision(): number {
    return this.#subscriptions.revision
  }

  get subscriptionCount(): number {
    return this.#subscriptions.size
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
    return found
  }

  publish(message: Message, origin: Origin): void {
    if (message.retain) this.#retain(message)
    for (const [session, delivery] of this.#deliveries(message, origin.from)) {
      this.deliver(session, delivery, origin.nowMs)
    }
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

  /** Adds or replaces a subscription and delivers the retained messages that it asks for [MQTT-3.3.1-9 to -11]. */
  subscribe(subscription: Subscription, nowMs: number): void {
    const { session, filter, retainHandling } = subscription
    session.subscriptions.set(filter, subscription)
    const isNew = this.#subscriptions.add(filter, session.clientId, subscription)
    if (retainHandling === 2 || (retainHandling === 1 && !isNew)) return
    this.#retained.match(filter, (_, message) => {
      if (message.expiresMs > nowMs) {
        this.deliver(session, deliveryOf(message, [subscription], 'retained'), nowMs)
      }
    })
  }

  unsubscribe(session: Session, filter: string): boolean {
    this.#subscriptions.remove(filter, session.clientId)
    return session.subscriptions.delete(filter)
  }

  /** Forgets all that the session has waiting and subscribed to. */
  forget(session: Session): void {
    for (const filter of session.subscriptions.keys()) {
      this.#subscriptions.remove(filter, session.clientId)
    }
    session.outbox.discard()
  }

  #retain(message: Message): void {
    const kept = message.payload.length === 0 ? undefined : message
    if (this.#retained.set(message.topic, kept) === 'full') this.counters.retainedRefused++
  }

  /** One delivery to a session, however many of its subscriptions match: the highest QoS, all identifiers [MQTT-3.3.4-2..5]. */
  #deliveries(message: Message, from: Session | undefined): Map<Session, Delivery> {
    const matching = new Map<Session, Subscription[]>()
    this.#subscriptions.match(message.topic, (subscription) => {
      const { session, noLocal } = subscription
      if (noLocal && session === from) return
      const others = matching.get(session)
      if (others === undefined) matching.set(session, [subscription])
      else others.push(subscription)
    })
    const deliveries = new Map<Session, Delivery>()
    for (const [session, subscriptions] of matching) {
      deliveries.set(session, deliveryOf(message, subscriptions, 'live'))
    }
    return deliveries
  }
}

function deliveryOf(
  message: Message,
  subscriptions: readonly Subscription[],
  kind: 'live' | 'retained',
): Delivery {
  const granted = Math.max(...subscriptions.map(({ qos }) => qos))
  const asPublished = subscriptions.some(({ retainAsPublished }) => retainAsPublished)
  return {
    message,
    qos: Math.min(granted, message.qos) as 0 | 1 | 2,
    retain: kind === 'retained' || (asPublished && message.retain),
    subscriptionIds: subscriptions
      .map(({ subscriptionId }) => subscriptionId)
      .filter((id) => id > 0),
  }
}
