import type { Keeper } from '../ports.ts'
import type { Delivery } from '../session/delivery.ts'
import type { OutboxRecord, Owed } from '../session/outbox.ts'
import type { Session, Subscription } from '../session/session.ts'
import type { MessageShelf } from './message-shelf.ts'
import { encodeHead } from './record.ts'

/** Keys: `session/7`, `subscription/7/grid/+/events`, `received/7/12`, `delivery/7/31`. */
export const SESSION = 'session/'
export const SUBSCRIPTION = 'subscription/'
export const RECEIVED = 'received/'
export const DELIVERY = 'delivery/'

/** A delivery that is on its way. */
interface Place {
  readonly serial: number
  /** Undefined: it has arrived, and only its packet id is kept. */
  readonly delivery: Delivery | undefined
}

/** What a shelf does not know itself. */
export interface Forgotten {
  readonly filters: Iterable<string>
  readonly received: Iterable<number>
}

/**
 * Keeps one session as it changes: what it is, its subscriptions, the QoS 2 messages that it has sent us, and the QoS 1 and 2
 * messages that wait for it or are on their way to it [MQTT-4.1.0-1].
 */
export class SessionShelf implements OutboxRecord {
  readonly #number: number
  readonly #keeper: Keeper
  readonly #messages: MessageShelf
  /** Serials, by which deliveries are put back in their order. */
  readonly #waiting = new Map<Delivery, number>()
  readonly #onTheWay = new Map<number, Place>()
  #lastSerial = 0

  constructor(number: number, keeper: Keeper, messages: MessageShelf) {
    this.#number = number
    this.#keeper = keeper
    this.#messages = messages
  }

  /** `owner`: whose it is; undefined: nobody's in particular. */
  describe({ clientId, expirySeconds, expiresMs }: Session, owner: string | undefined): void {
    const left = expiresMs === Infinity ? {} : { expiresMs }
    const head = encodeHead({ clientId, owner, expirySeconds, ...left })
    this.#keeper.put(`${SESSION}${this.#number}`, head)
  }

  /** `retained`: what of the messages that it asked for when it was made. */
  subscribed(subscription: Subscription, retained: 'due' | 'sent'): void {
    const { filter, qos, noLocal, retainAsPublished, subscriptionId } = subscription
    const head = encodeHead({ qos, noLocal, retainAsPublished, subscriptionId, retained })
    this.#keeper.put(this.#key(SUBSCRIPTION, filter), head)
  }

  unsubscribed(filter: string): void {
    this.#keeper.remove(this.#key(SUBSCRIPTION, filter))
  }

  received(packetId: number): void {
    this.#keeper.put(this.#key(RECEIVED, packetId), NOTHING)
  }

  released(packetId: number): void {
    this.#keeper.remove(this.#key(RECEIVED, packetId))
  }

  waits(delivery: Delivery): void {
    const serial = ++this.#lastSerial
    this.#waiting.set(delivery, serial)
    this.#put(serial, delivery, this.#messages.hold(delivery.message))
  }

  dropped(delivery: Delivery): void {
    const serial = this.#waiting.get(delivery)
    if (serial === undefined) return
    this.#waiting.delete(delivery)
    this.#remove(serial, delivery)
  }

  sent(delivery: Delivery, packetId: number): void {
    const waited = this.#waiting.get(delivery)
    const serial = waited ?? ++this.#lastSerial
    this.#waiting.delete(delivery)
    this.#onTheWay.set(packetId, { serial, delivery })
    const { message } = delivery
    const number =
      waited === undefined ? this.#messages.hold(message) : this.#messages.numberOf(message)
    this.#put(serial, delivery, number, packetId)
  }

  arrived(packetId: number): void {
    const place = this.#onTheWay.get(packetId)
    if (place?.delivery === undefined) return
    const { serial, delivery } = place
    this.#onTheWay.set(packetId, { serial, delivery: undefined })
    this.#keeper.put(this.#key(DELIVERY, serial), encodeHead({ packetId, hasArrived: true }))
    this.#messages.release(delivery.message)
  }

  finished(packetId: number): void {
    const place = this.#onTheWay.get(packetId)
    if (place === undefined) return
    this.#onTheWay.delete(packetId)
    this.#remove(place.serial, place.delivery)
  }

  /** What the last process left behind under this serial. */
  restore(serial: number, owed: Owed): void {
    this.#lastSerial = Math.max(this.#lastSerial, serial)
    if (owed.kind === 'waiting') this.#waiting.set(owed.delivery, serial)
    else this.#onTheWay.set(owed.packetId, { serial, delivery: deliveryIn(owed) })
    if (owed.kind !== 'arrived') this.#messages.hold(owed.delivery.message)
  }

  /** The session has ended, or will with its connection. */
  forget({ filters, received }: Forgotten): void {
    for (const filter of filters) this.unsubscribed(filter)
    for (const packetId of received) this.released(packetId)
    for (const delivery of this.#waiting.keys()) this.dropped(delivery)
    for (const packetId of this.#onTheWay.keys()) this.finished(packetId)
    this.#keeper.remove(`${SESSION}${this.#number}`)
  }

  #put(serial: number, delivery: Delivery, message: number, packetId?: number): void {
    const { qos, retain, subscriptionIds } = delivery
    const head = encodeHead({ message, qos, retain, subscriptionIds, packetId })
    this.#keeper.put(this.#key(DELIVERY, serial), head)
  }

  #remove(serial: number, delivery: Delivery | undefined): void {
    this.#keeper.remove(this.#key(DELIVERY, serial))
    if (delivery !== undefined) this.#messages.release(delivery.message)
  }

  #key(kind: string, rest: string | number): string {
    return `${kind}${this.#number}/${rest}`
  }
}

function deliveryIn(owed: Owed): Delivery | undefined {
  return owed.kind === 'arrived' ? undefined : owed.delivery
}

const NOTHING = new Uint8Array(0)
