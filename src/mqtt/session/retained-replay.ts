import type { Retainable } from '../topic/retained.ts'
import { type Delivery, deliveryOf } from './delivery.ts'
import type { Message } from './message.ts'
import type { Replay } from './outbox.ts'
import type { Subscription } from './session.ts'

/** A retained message with its place among all that were ever retained. */
export interface Retained extends Retainable {
  readonly message: Message
  readonly serial: number
}

/**
 * The retained messages that a subscription asks for, looked up one by one as the client takes them: ten thousand of them cost
 * no more than one. What was retained after the subscription is passed over: it comes as a live message, and in its order.
 */
export class RetainedReplay implements Replay {
  readonly #subscription: Subscription
  readonly #retained: Iterator<Retained | undefined>
  readonly #lastSerial: number
  #next: Message | undefined

  constructor(
    subscription: Subscription,
    retained: Iterator<Retained | undefined>,
    lastSerial: number,
  ) {
    this.#subscription = subscription
    this.#retained = retained
    this.#lastSerial = lastSerial
  }

  /** The subscription is gone, or has been replaced by one with a replay of its own. */
  get isOver(): boolean {
    const { session, filter } = this.#subscription
    return session.subscriptions.get(filter) !== this.#subscription
  }

  peek(nowMs: number): Delivery | 'later' | undefined {
    if (this.isOver) return undefined
    while (this.#next === undefined || this.#next.expiresMs <= nowMs) {
      const { done, value } = this.#retained.next()
      if (done === true) {
        this.#subscription.session.shelf?.subscribed(this.#subscription, 'sent')
        return undefined
      }
      if (value === undefined) return 'later'
      this.#next = this.#isMeant(value) ? value.message : undefined
    }
    return deliveryOf(this.#next, [this.#subscription], 'retained')
  }

  advance(): void {
    this.#next = undefined
  }

  /** No Local holds for what the client published earlier, too [MQTT-3.8.3-3]. */
  #isMeant({ message, serial }: Retained): boolean {
    const { noLocal, session } = this.#subscription
    return serial <= this.#lastSerial && !(noLocal && message.publisher === session.clientId)
  }
}
