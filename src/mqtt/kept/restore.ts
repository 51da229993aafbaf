import type { SubscriptionRequest } from '../packet/subscribe.ts'
import type { Keeper, Kept } from '../ports.ts'
import { malformed } from '../reasons.ts'
import type { Message } from '../session/message.ts'
import type { Owed } from '../session/outbox.ts'
import { MESSAGE, RETAINED, decodeMessage } from './message-record.ts'
import type { MessageShelf } from './message-shelf.ts'
import { type Head, numberOf, parseHead, qosOf, textOf } from './record.ts'
import { DELIVERY, RECEIVED, SESSION, SUBSCRIPTION, SessionShelf } from './session-shelf.ts'
import { type KeptWill, WILL, type WillShelf } from './will-shelf.ts'

/** A session as the last process left it. */
export interface RestoredSession {
  readonly shelf: SessionShelf
  readonly clientId: string
  readonly owner: string | undefined
  readonly expirySeconds: number
  /** Undefined: its client was connected. */
  readonly expiresMs: number | undefined
  readonly subscriptions: readonly RestoredSubscription[]
  readonly received: readonly number[]
  readonly owed: readonly Owed[]
}

export type RestoredSubscription = SubscriptionRequest & { readonly subscriptionId: number }

export interface Restored {
  readonly sessions: readonly RestoredSession[]
  readonly retained: readonly Message[]
  /** By client id. */
  readonly wills: ReadonlyMap<string, KeptWill>
  /** The next session gets a later one. */
  readonly lastNumber: number
  /** Entries that could not be read or belong to nothing; they are taken away. */
  readonly damaged: number
}

export interface Shelves {
  readonly keeper: Keeper
  readonly messages: MessageShelf
  readonly wills: WillShelf
}

/** Puts together what was kept. What is damaged is left out and counted: the rest is worth having. */
export function restore(kept: Kept, shelves: Shelves): Restored {
  return new Restoration(shelves).run(kept)
}

/** What is found under the number of one session. */
interface Draft {
  head?: Head
  readonly subscriptions: RestoredSubscription[]
  readonly received: number[]
  readonly deliveries: { readonly serial: number; readonly head: Head }[]
}

class Restoration {
  readonly #shelves: Shelves
  readonly #messages = new Map<number, Message>()
  readonly #retained: Message[] = []
  readonly #wills = new Map<string, KeptWill>()
  readonly #drafts = new Map<number, Draft>()
  #damaged = 0

  constructor(shelves: Shelves) {
    this.#shelves = shelves
  }

  run(kept: Kept): Restored {
    for (const [key, value] of kept) this.#attempt(key, () => this.#read(key, value))
    const sessions = [...this.#drafts].flatMap(([number, draft]) => this.#assemble(number, draft))
    this.#shelves.messages.sweep()
    return {
      sessions,
      retained: this.#retained,
      wills: this.#wills,
      lastNumber: Math.max(0, ...this.#drafts.keys()),
      damaged: this.#damaged,
    }
  }

  #attempt(key: string, read: () => void): void {
    try {
      read()
    } catch {
      this.#damaged++
      this.#shelves.keeper.remove(key)
    }
  }

  #read(key: string, value: Uint8Array): void {
    const kind = key.slice(0, key.indexOf('/') + 1)
    const rest = key.slice(kind.length)
    switch (kind) {
      case MESSAGE:
        this.#message(Number(rest), decodeMessage(value))
        break
      case RETAINED:
        this.#retained.push(decodeMessage(value))
        break
      case WILL:
        this.#wills.set(rest, this.#shelves.wills.restore(rest, value))
        break
      case SESSION: {
        const head = parseHead(value)
        this.#draft(rest).head = head
        break
      }
      default:
        this.#part(kind, rest, value)
    }
  }

  #message(number: number, message: Message): void {
    this.#messages.set(number, message)
    this.#shelves.messages.restore(number, message)
  }

  /** `rest`: the number of the session, then whose part of it this is. */
  #part(kind: string, rest: string, value: Uint8Array): void {
    const end = rest.indexOf('/')
    const number = rest.slice(0, end)
    const name = rest.slice(end + 1)
    if (kind === SUBSCRIPTION) {
      const subscription = subscriptionOf(name, parseHead(value))
      this.#draft(number).subscriptions.push(subscription)
    } else if (kind === DELIVERY) {
      const delivery = { serial: Number(name), head: parseHead(value) }
      this.#draft(number).deliveries.push(delivery)
    } else if (kind === RECEIVED) this.#draft(number).received.push(Number(name))
    else throw malformed('a key of no kind')
  }

  #draft(text: string): Draft {
    const number = Number(text)
    if (!Number.isSafeInteger(number)) throw malformed('a session without a number')
    let draft = this.#drafts.get(number)
    if (draft === undefined) {
      draft = { subscriptions: [], received: [], deliveries: [] }
      this.#drafts.set(number, draft)
    }
    return draft
  }

  #assemble(number: number, draft: Draft): readonly RestoredSession[] {
    const { keeper, messages } = this.#shelves
    const { subscriptions, received, deliveries, head } = draft
    const shelf = new SessionShelf(number, keeper, messages)
    const owed: Owed[] = []
    deliveries.sort((a, b) => a.serial - b.serial)
    for (const { serial, head: delivery } of deliveries) {
      this.#attempt(`${DELIVERY}${number}/${serial}`, () => {
        const one = this.#owed(delivery)
        shelf.restore(serial, one)
        owed.push(one)
      })
    }
    try {
      return [{ shelf, subscriptions, received, owed, ...identityOf(head) }]
    } catch {
      // Nobody can come for what belongs to no client.
      this.#damaged++
      shelf.forget({ filters: subscriptions.map(({ filter }) => filter), received })
      return []
    }
  }

  #owed({ message: number, qos, retain, subscriptionIds, packetId, hasArrived }: Head): Owed {
    if (hasArrived === true) return { kind: 'arrived', packetId: numberOf(packetId) }
    const message = this.#messages.get(numberOf(number))
    if (message === undefined) throw malformed('a delivery whose message is missing')
    const ids = Array.isArray(subscriptionIds) ? subscriptionIds.map(numberOf) : []
    const terms = { qos: qosOf(qos), retain: retain === true, subscriptionIds: ids }
    const delivery = { message, ...terms }
    if (packetId === undefined) return { kind: 'waiting', delivery }
    return { kind: 'sent', delivery, packetId: numberOf(packetId) }
  }
}

function identityOf(
  head: Head | undefined,
): Pick<RestoredSession, 'clientId' | 'owner' | 'expirySeconds' | 'expiresMs'> {
  const { clientId, owner, expirySeconds, expiresMs } = head ?? {}
  return {
    clientId: textOf(clientId),
    owner: owner === undefined ? undefined : textOf(owner),
    expirySeconds: numberOf(expirySeconds),
    expiresMs: expiresMs === undefined ? undefined : numberOf(expiresMs),
  }
}

function subscriptionOf(filter: string, head: Head): RestoredSubscription {
  const { qos, noLocal, retainAsPublished, subscriptionId, retained } = head
  return {
    filter,
    qos: qosOf(qos),
    noLocal: noLocal === true,
    retainAsPublished: retainAsPublished === true,
    // The retained messages that it asked for are still due, or have been sent.
    retainHandling: retained === 'due' ? 0 : 2,
    subscriptionId: numberOf(subscriptionId),
  }
}
