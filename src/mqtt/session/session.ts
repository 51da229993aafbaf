import type { SubscriptionRequest } from '../packet/subscribe.ts'
import type { Will } from '../packet/connect.ts'
import type { Delivery } from './delivery.ts'
import { limits } from '../../core/limits.ts'
import type { Looks } from '../topic/retained.ts'
import type { SessionShelf } from '../kept/session-shelf.ts'
import { Outbox, type OutboxTotal } from './outbox.ts'

/** One subscription of one session. */
export interface Subscription extends SubscriptionRequest {
  readonly session: Session
  /** 0: none. */
  readonly subscriptionId: number
}

/** The network connection of a session, while there is one. */
export interface Outlet {
  /** False: not now; the delivery is to be queued. */
  send(delivery: Delivery, nowMs: number): boolean
  /** Another connection came with the same client id: this one ends [MQTT-3.1.4-3]. */
  takenOver(nowMs: number): void
}

/** A will that waits: for its delay to pass, or for the connection to break [MQTT-3.1.2-8]. */
export interface PendingWill {
  readonly will: Will
  readonly dueMs: number
}

/**
 * What outlives a network connection: subscriptions, QoS 1 and 2 messages in both directions, the will. One that is to outlive
 * the process, too, has a shelf, which is told of every change.
 */
export class Session {
  readonly clientId: string
  readonly subscriptions: Map<string, Subscription> = new Map()
  readonly #received = new Set<number>()
  readonly outbox: Outbox
  /** How long it is kept after the connection ends; 0: it ends with the connection. */
  expirySeconds = 0
  /** Infinity while connected. */
  expiresMs = Infinity
  pendingWill: PendingWill | undefined
  /** What its subscriptions may look at among the retained messages for now. */
  readonly looks: Looks = { left: limits.retainedLooks }
  outlet: Outlet | undefined
  #shelf: SessionShelf | undefined

  constructor(clientId: string, total: OutboxTotal) {
    this.clientId = clientId
    this.outbox = new Outbox(total)
  }

  get shelf(): SessionShelf | undefined {
    return this.#shelf
  }

  set shelf(shelf: SessionShelf | undefined) {
    this.#shelf = shelf
    this.outbox.record = shelf
  }

  /** It ends with its connection, or has ended: nothing of it is to outlive the process. */
  unkeep(): void {
    this.#shelf?.forget({ filters: this.subscriptions.keys(), received: this.#received })
    this.shelf = undefined
  }

  /** Packet ids of QoS 2 messages that were taken and not yet released [MQTT-4.3.3-10]. */
  get received(): ReadonlySet<number> {
    return this.#received
  }

  receive(packetId: number): void {
    this.#received.add(packetId)
    this.#shelf?.received(packetId)
  }

  /** False: none of this packet id was received. */
  release(packetId: number): boolean {
    this.#shelf?.released(packetId)
    return this.#received.delete(packetId)
  }
}
