import { limits } from '../../core/limits.ts'
import type { Random } from '../../core/random.ts'
import { MessageShelf } from '../kept/message-shelf.ts'
import { type RestoredSession, restore } from '../kept/restore.ts'
import { SessionShelf } from '../kept/session-shelf.ts'
import { type KeptWill, WillShelf } from '../kept/will-shelf.ts'
import type { Connect, Will } from '../packet/connect.ts'
import type { Identity, Keeper, Kept } from '../ports.ts'
import { type Outlet, Session } from '../session/session.ts'
import { assignedClientId, sessionExpirySeconds } from './handshake.ts'
import type { Router } from './router.ts'

export interface SessionsSettings {
  readonly router: Router
  readonly keeper: Keeper
  readonly random: Random
  /** Sends a will on its way. */
  readonly publishWill: (will: Will, session: Session, nowMs: number) => void
}

/** All sessions, with a client or without, and whose they are. Those that are to outlive the process are kept as they change. */
export class Sessions {
  readonly #router: Router
  readonly #keeper: Keeper
  readonly #random: Random
  readonly #publishWill: SessionsSettings['publishWill']
  readonly #messages: MessageShelf
  readonly #wills: WillShelf
  readonly #sessions = new Map<string, Session>()
  /** By client id; absent: nobody's in particular. */
  readonly #owners = new Map<string, Identity>()
  #lastNumber = 0
  /** Ended before their time to make room for others. */
  evicted = 0
  /** Kept entries that could not be read when the process started. */
  damaged = 0

  constructor({ router, keeper, random, publishWill }: SessionsSettings) {
    this.#router = router
    this.#keeper = keeper
    this.#random = random
    this.#publishWill = publishWill
    this.#messages = new MessageShelf(keeper)
    this.#wills = new WillShelf(keeper)
  }

  get count(): number {
    return this.#sessions.size
  }

  get(clientId: string): Session | undefined {
    return this.#sessions.get(clientId)
  }

  all(): Iterable<Session> {
    return this.#sessions.values()
  }

  ownerOf(clientId: string): Identity | undefined {
    return this.#owners.get(clientId)
  }

  /** False: its owner is somebody else. */
  renew(clientId: string, identity: Identity): boolean {
    if (this.#owners.get(clientId)?.name !== identity.name) return false
    this.#owners.set(clientId, identity)
    return true
  }

  /** Where there are too many, the one without a client that would expire first makes room; false: all have clients. */
  makeRoom(nowMs: number): boolean {
    if (this.#sessions.size < limits.sessions) return true
    let first: Session | undefined
    for (const session of this.#sessions.values()) {
      if (session.outlet !== undefined) continue
      if (first === undefined || session.expiresMs < first.expiresMs) first = session
    }
    if (first === undefined) return false
    this.evicted++
    this.#end(first, nowMs)
    return true
  }

  /** The session that CONNECT asks for; a client that has it already is parted from [MQTT-3.1.4-3]. */
  open(
    connect: Connect,
    identity: Identity | undefined,
    nowMs: number,
  ): { session: Session; isResumed: boolean } {
    const clientId = connect.clientId === '' ? this.#newClientId() : connect.clientId
    this.#sessions.get(clientId)?.outlet?.takenOver(nowMs)
    const known = this.#sessions.get(clientId)
    const isResumed = known !== undefined && !connect.clean
    if (known !== undefined && !isResumed) this.#end(known, nowMs)
    const session = isResumed ? known : new Session(clientId, this.#router.queued)
    this.#sessions.set(clientId, session)
    if (identity !== undefined) this.#owners.set(clientId, identity)
    return { session, isResumed }
  }

  /** The client of `connect` has come. */
  entered(session: Session, { connect, outlet }: Entrance): void {
    session.outlet = outlet
    session.pendingWill = undefined
    session.expiresMs = Infinity
    session.expirySeconds = sessionExpirySeconds(connect)
    this.#router.moved(session, 'present')
    this.#keep(session)
    const { clientId } = session
    if (connect.will === undefined) this.#wills.remove(clientId)
    else this.#keepWill(clientId, connect.will, undefined)
  }

  /** The client has gone: its session stays for as long as it asked, its will goes out if it still has one. */
  left(session: Session, will: Will | undefined, nowMs: number): void {
    session.outlet = undefined
    this.#router.moved(session, 'absent')
    session.expiresMs = nowMs + session.expirySeconds * 1000
    this.#keep(session)
    if (will === undefined) this.#wills.remove(session.clientId)
    else {
      const delaySeconds = Math.min(will.properties.willDelaySeconds ?? 0, session.expirySeconds)
      const dueMs = nowMs + delaySeconds * 1000
      session.pendingWill = { will, dueMs }
      if (delaySeconds === 0) this.#sendWill(session, nowMs)
      else this.#keepWill(session.clientId, will, dueMs)
    }
    if (session.expirySeconds === 0) this.#end(session, nowMs)
  }

  /** Wills that are due, sessions that have expired. */
  tick(nowMs: number): void {
    for (const session of this.#sessions.values()) {
      if (session.pendingWill !== undefined && session.pendingWill.dueMs <= nowMs) {
        this.#sendWill(session, nowMs)
      }
      if (session.expiresMs <= nowMs) this.#end(session, nowMs)
    }
  }

  /** What the last process left behind, before the first client comes. */
  restore(kept: Kept, nowMs: number): void {
    const shelves = { keeper: this.#keeper, messages: this.#messages, wills: this.#wills }
    const { sessions, retained, wills, lastNumber, damaged } = restore(kept, shelves)
    this.#lastNumber = lastNumber
    this.damaged = damaged
    for (const message of retained) this.#router.restoreRetained(message)
    for (const session of sessions) this.#restore(session, nowMs)
    for (const [clientId, will] of wills) this.#restoreWill(clientId, will, nowMs)
  }

  #restore(restored: RestoredSession, nowMs: number): void {
    const { clientId, owner, expirySeconds, shelf } = restored
    const session = new Session(clientId, this.#router.queued)
    this.#sessions.set(clientId, session)
    if (owner !== undefined) this.#owners.set(clientId, { name: owner })
    session.expirySeconds = expirySeconds
    session.expiresMs = restored.expiresMs ?? nowMs + expirySeconds * 1000
    for (const subscription of restored.subscriptions) {
      this.#router.subscribe({ ...subscription, session })
    }
    for (const packetId of restored.received) session.receive(packetId)
    session.outbox.restore(restored.owed)
    session.shelf = shelf
    this.#router.moved(session, 'absent')
  }

  /** Its client was cut off with the last process: the delay counts from now, and without a session it is due at once. */
  #restoreWill(clientId: string, { will, owner, dueMs }: KeptWill, nowMs: number): void {
    let session = this.#sessions.get(clientId)
    if (session === undefined) {
      session = new Session(clientId, this.#router.queued)
      session.expiresMs = nowMs
      this.#sessions.set(clientId, session)
      if (owner !== undefined) this.#owners.set(clientId, { name: owner })
    }
    const delaySeconds = Math.min(will.properties.willDelaySeconds ?? 0, session.expirySeconds)
    session.pendingWill = { will, dueMs: dueMs ?? nowMs + delaySeconds * 1000 }
  }

  /** A session that ends with its connection ends with the process, too. */
  #keep(session: Session): void {
    if (session.expirySeconds > 0) {
      session.shelf ??= new SessionShelf(++this.#lastNumber, this.#keeper, this.#messages)
      session.shelf.describe(session, this.#owners.get(session.clientId)?.name)
    } else session.unkeep()
  }

  #keepWill(clientId: string, will: Will, dueMs: number | undefined): void {
    this.#wills.put(clientId, { will, dueMs, owner: this.#owners.get(clientId)?.name })
  }

  /** The end of a session is the last moment for its will [MQTT-3.1.2-8]. */
  #end(session: Session, nowMs: number): void {
    this.#sendWill(session, nowMs)
    this.#router.forget(session)
    this.#sessions.delete(session.clientId)
    this.#owners.delete(session.clientId)
  }

  #sendWill(session: Session, nowMs: number): void {
    const { pendingWill } = session
    if (pendingWill === undefined) return
    session.pendingWill = undefined
    this.#wills.remove(session.clientId)
    this.#publishWill(pendingWill.will, session, nowMs)
  }

  /** One that no session has [MQTT-3.2.2-16]. */
  #newClientId(): string {
    for (;;) {
      const clientId = assignedClientId(this.#random)
      if (!this.#sessions.has(clientId)) return clientId
    }
  }
}

interface Entrance {
  readonly connect: Connect
  readonly outlet: Outlet
}
