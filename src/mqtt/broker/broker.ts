import { limits } from '../../core/limits.ts'
import type { Random } from '../../core/random.ts'
import { type Connect, type Will, answerVersion, decodeConnect } from '../packet/connect.ts'
import type { Gatekeeper, Identity, Intake, Sink, Verdict } from '../ports.ts'
import { ProtocolError, reason } from '../reasons.ts'
import type { Message } from '../session/message.ts'
import { Session } from '../session/session.ts'
import type { AckRun } from './ack-run.ts'
import { Client } from './client.ts'
import { Connection } from './connection.ts'
import {
  assignedClientId,
  fitsWelcome,
  reasonedRefusal,
  refusal,
  sessionExpirySeconds,
  welcome,
} from './handshake.ts'
import { Router } from './router.ts'
import { statusMessages, statusTopics } from './status.ts'

export interface BrokerSettings {
  readonly intake: Intake
  readonly gatekeeper: Gatekeeper
  /** For client ids that the server assigns. */
  readonly random: Random
}

/** Counters since the start. */
export interface BrokerCounters {
  connections: number
  /** CONNECTs that were turned away, by reason code. */
  readonly refused: Map<number, number>
  /** Strangers that had to make room, or said nothing in time. */
  strangersDropped: number
  protocolErrors: number
  keepAliveTimeouts: number
  /** Sessions that ended before their time to make room for others. */
  sessionsEvicted: number
  /** PUBLISH packets from clients, whatever became of them. */
  messagesReceived: number
  messagesSent: number
}

interface Refusal {
  readonly code: number
  readonly answer: Uint8Array | undefined
  readonly nowMs: number
}

/** An MQTT 5.0 and 3.1.1 server without its sockets: `accept`, then `Connection.receive`; time is a parameter everywhere. */
export class Broker {
  readonly intake: Intake
  readonly router: Router = new Router()
  readonly counters: BrokerCounters = {
    connections: 0,
    refused: new Map(),
    strangersDropped: 0,
    protocolErrors: 0,
    keepAliveTimeouts: 0,
    sessionsEvicted: 0,
    messagesReceived: 0,
    messagesSent: 0,
  }
  /** Bytes of unfinished packets over all connections. */
  unfinishedBytes = 0
  readonly #gatekeeper: Gatekeeper
  readonly #random: Random
  readonly #strangers = new Set<Connection>()
  readonly #clients = new Set<Connection>()
  readonly #sessions = new Map<string, Session>()
  /** Whose a session is, by client id; absent: nobody's in particular. */
  readonly #owners = new Map<string, Identity>()
  readonly #waitingForRoom = new Set<Connection>()
  readonly #unflushed = new Set<Client>()
  readonly #looking = new Set<Client>()
  #heldBack: AckRun[] = []
  #startedMs: number | undefined
  #statusMs = -Infinity
  #purgedMs = -Infinity

  constructor({ intake, gatekeeper, random }: BrokerSettings) {
    this.intake = intake
    this.#gatekeeper = gatekeeper
    this.#random = random
  }

  get clientCount(): number {
    return this.#clients.size
  }

  get strangerCount(): number {
    return this.#strangers.size
  }

  get sessionCount(): number {
    return this.#sessions.size
  }

  /** A network connection that has said nothing yet. Where too many wait, the one that has waited longest makes room. */
  accept(sink: Sink, nowMs: number): Connection {
    this.#startedMs ??= nowMs
    const connection = new Connection(sink, this, nowMs)
    this.counters.connections++
    this.#strangers.add(connection)
    if (this.#strangers.size > limits.strangers) {
      const [oldest] = this.#strangers
      this.counters.strangersDropped++
      oldest?.disconnect(reason.connectionRateExceeded, nowMs)
    }
    return connection
  }

  /** The body of CONNECT: lets the client in, or says why not and ends the connection, or has it wait for the verdict. */
  enter(connection: Connection, body: Buffer, nowMs: number): Client | undefined {
    let connect: Connect
    try {
      connect = decodeConnect(body)
    } catch (cause) {
      if (!(cause instanceof ProtocolError)) throw cause
      this.counters.protocolErrors++
      const answer = refusal(answerVersion(body), cause.reason)
      this.#turnAway(connection, { code: cause.reason, answer, nowMs })
      return undefined
    }
    const verdict = this.#judge(connection, connect, nowMs)
    if (verdict === undefined) return undefined
    const identity = typeof verdict === 'number' ? undefined : verdict
    const code = typeof verdict === 'number' ? verdict : reason.success
    if (code !== reason.success) {
      this.#turnAway(connection, { code, answer: reasonedRefusal(connect, code), nowMs })
      return undefined
    }
    const { session, isResumed } = this.#sessionFor(connect, nowMs)
    if (identity !== undefined) this.#owners.set(session.clientId, identity)
    const client = new Client(connect, session, { connection, broker: this })
    session.outlet = client
    session.pendingWill = undefined
    session.expiresMs = Infinity
    session.expirySeconds = sessionExpirySeconds(connect)
    this.router.moved(session, 'present')
    this.#strangers.delete(connection)
    this.#clients.add(connection)
    connection.sink.write(welcome(connect, { clientId: session.clientId, isResumed }))
    client.pump(nowMs)
    return client
  }

  mayPublish(clientId: string, topic: string): boolean {
    return this.#gatekeeper.mayPublish(clientId, topic, this.#owners.get(clientId))
  }

  maySubscribe(clientId: string, filter: string): boolean {
    return this.#gatekeeper.maySubscribe(clientId, filter, this.#owners.get(clientId))
  }

  /** Who is behind a client id: nobody in particular where nobody was asked, and no address where it has gone. */
  whoIs(clientId: string): { readonly identity: Identity | undefined; readonly remote: string } {
    const connection = [...this.#clients].find(
      ({ client }) => client?.session.clientId === clientId,
    )
    return { identity: this.#owners.get(clientId), remote: connection?.sink.remote ?? '' }
  }

  /** The client has packets that go out when the bytes at hand are dealt with, whosever they are. */
  flushLater(client: Client): void {
    this.#unflushed.add(client)
  }

  flush(): void {
    if (this.#unflushed.size === 0) return
    for (const client of this.#unflushed) client.flush()
    this.#unflushed.clear()
  }

  /** The client has looked through as many retained messages as it may for now. */
  pumpAgain(client: Client): void {
    this.#looking.add(client)
  }

  holdBack(run: AckRun): void {
    this.#heldBack.push(run)
  }

  waitForRoom(connection: Connection): void {
    this.#waitingForRoom.add(connection)
  }

  /** The intake's durable batch has moved: acknowledgements go out, and those who waited for room go on. */
  settle(nowMs: number): void {
    const { durableBatch } = this.intake
    const held = this.#heldBack
    let settled = 0
    for (; settled < held.length; settled++) {
      const run = held[settled] as AckRun
      if (run.batch > durableBatch) break
      run.owner.release(run)
    }
    this.#heldBack = settled === held.length ? [] : held.slice(settled)
    const waiting = [...this.#waitingForRoom]
    this.#waitingForRoom.clear()
    for (const connection of waiting) connection.retry(nowMs)
    this.#pumpOn(nowMs)
    this.flush()
  }

  /** Brings `$SYS` up to date, at most so often, for those who have subscribed to it and those about to. */
  refreshStatus(nowMs: number): void {
    if (nowMs - this.#statusMs < limits.statusIntervalMs) return
    this.#statusMs = nowMs
    const { router, counters } = this
    const figures = {
      startedMs: this.#startedMs ?? nowMs,
      clients: this.#clients.size,
      sessions: this.#sessions.size,
      subscriptions: router.subscriptionCount,
      retained: router.retainedCount,
      queuedBytes: router.queuedBytes,
      received: counters.messagesReceived,
      sent: counters.messagesSent,
      dropped: router.counters.dropped,
    }
    for (const message of statusMessages(figures, nowMs)) router.publish(message, nowMs)
  }

  /** Once a second or so: time-outs, wills that are due, sessions that have expired, `$SYS`. */
  tick(nowMs: number): void {
    for (const connection of this.#strangers) {
      if (!connection.isSilent(nowMs)) break
      this.counters.strangersDropped++
      connection.disconnect(reason.keepAliveTimeout, nowMs)
    }
    for (const connection of this.#clients) {
      if (connection.isSilent(nowMs)) {
        this.counters.keepAliveTimeouts++
        connection.disconnect(reason.keepAliveTimeout, nowMs)
      } else this.#partFromRevoked(connection, nowMs)
    }
    this.#pumpOn(nowMs)
    for (const session of this.#sessions.values()) {
      if (session.pendingWill !== undefined && session.pendingWill.dueMs <= nowMs) {
        this.#publishWill(session, session.pendingWill.will, nowMs)
      }
      if (session.expiresMs <= nowMs) this.#end(session, nowMs)
    }
    if (statusTopics.some((topic) => this.router.hasListeners(topic))) this.refreshStatus(nowMs)
    if (nowMs - this.#purgedMs >= limits.retainedPurgeMs) {
      this.#purgedMs = nowMs
      this.router.purge(nowMs)
    }
    this.flush()
  }

  /** The server goes down in good order: every 5.0 client is told. */
  stop(nowMs: number): void {
    for (const connection of [...this.#strangers, ...this.#clients]) {
      connection.disconnect(reason.serverShuttingDown, nowMs)
    }
  }

  left(connection: Connection): void {
    this.#strangers.delete(connection)
    this.#clients.delete(connection)
    this.#waitingForRoom.delete(connection)
  }

  /** The client's connection is gone: its session stays for as long as it asked, its will goes out if it still has one. */
  sessionLeft(client: Client, will: Will | undefined, nowMs: number): void {
    const { session } = client
    if (session.outlet !== client) return
    session.outlet = undefined
    this.router.moved(session, 'absent')
    session.expiresMs = nowMs + session.expirySeconds * 1000
    if (will !== undefined) {
      const delaySeconds = Math.min(will.properties.willDelaySeconds ?? 0, session.expirySeconds)
      if (delaySeconds === 0) this.#publishWill(session, will, nowMs)
      else session.pendingWill = { will, dueMs: nowMs + delaySeconds * 1000 }
    }
    if (session.expirySeconds === 0) this.#end(session, nowMs)
  }

  #pumpOn(nowMs: number): void {
    if (this.#looking.size === 0) return
    const looking = [...this.#looking]
    this.#looking.clear()
    for (const client of looking) client.pump(nowMs)
  }

  #partFromRevoked(connection: Connection, nowMs: number): void {
    const identity = this.#owners.get(connection.client?.session.clientId ?? '')
    const code = identity === undefined ? reason.success : this.#gatekeeper.standing(identity)
    if (code !== reason.success) connection.disconnect(code, nowMs)
  }

  #turnAway(connection: Connection, { code, answer, nowMs }: Refusal): void {
    this.counters.refused.set(code, (this.counters.refused.get(code) ?? 0) + 1)
    if (answer !== undefined) connection.sink.write(answer)
    connection.sink.end()
    connection.closed(nowMs)
  }

  #judge(connection: Connection, connect: Connect, nowMs: number): Verdict | undefined {
    const { clientId, will, properties, userName, password } = connect
    if (properties.authenticationMethod !== undefined) return reason.badAuthenticationMethod // [MQTT-4.12.0-1]
    if (!fitsWelcome(connect)) return reason.packetTooLarge
    const known = this.#sessions.get(clientId)
    const takesOver = known?.outlet !== undefined
    if (!takesOver && this.#clients.size >= limits.connections) return reason.serverBusy
    if (will !== undefined && will.payload.length > limits.willBytes) return reason.quotaExceeded
    const verdict = connection.verdict((later) => {
      const { remote, certificate } = connection.sink
      return this.#gatekeeper.admit({ clientId, remote, certificate, userName, password }, later)
    })
    const isIn = verdict === reason.success || typeof verdict === 'object'
    if (!isIn) return verdict
    const identity = typeof verdict === 'object' ? verdict : undefined
    const owner = this.#owners.get(clientId)
    if (owner !== undefined && owner.name !== identity?.name) return reason.clientIdNotValid
    if (will !== undefined && !this.#gatekeeper.mayPublish(clientId, will.topic, identity)) {
      return reason.notAuthorised
    }
    if (known === undefined && !this.#hasRoomForSession(nowMs)) return reason.quotaExceeded
    return verdict
  }

  /** Where there are too many sessions, the one without a client that would expire first makes room. */
  #hasRoomForSession(nowMs: number): boolean {
    if (this.#sessions.size < limits.sessions) return true
    let first: Session | undefined
    for (const session of this.#sessions.values()) {
      if (session.outlet !== undefined) continue
      if (first === undefined || session.expiresMs < first.expiresMs) first = session
    }
    if (first === undefined) return false
    this.counters.sessionsEvicted++
    this.#end(first, nowMs)
    return true
  }

  #sessionFor(connect: Connect, nowMs: number): { session: Session; isResumed: boolean } {
    const clientId = connect.clientId === '' ? this.#newClientId() : connect.clientId
    const known = this.#sessions.get(clientId)
    known?.outlet?.takenOver(nowMs)
    const kept = this.#sessions.get(clientId)
    if (kept !== undefined && !connect.clean) return { session: kept, isResumed: true }
    if (kept !== undefined) this.#end(kept, nowMs)
    const session = new Session(clientId, this.router.queued)
    this.#sessions.set(clientId, session)
    return { session, isResumed: false }
  }

  /** One that no session has [MQTT-3.2.2-16]. */
  #newClientId(): string {
    for (;;) {
      const clientId = assignedClientId(this.#random)
      if (!this.#sessions.has(clientId)) return clientId
    }
  }

  /** The end of a session is the last moment for its will [MQTT-3.1.2-8]. */
  #end(session: Session, nowMs: number): void {
    if (session.pendingWill !== undefined)
      this.#publishWill(session, session.pendingWill.will, nowMs)
    this.router.forget(session)
    this.#sessions.delete(session.clientId)
    this.#owners.delete(session.clientId)
  }

  #publishWill(session: Session, will: Will, nowMs: number): void {
    session.pendingWill = undefined
    const { topic, payload, qos, retain } = will
    const { willDelaySeconds: _, messageExpirySeconds, ...properties } = will.properties
    const expiresMs =
      messageExpirySeconds === undefined ? Infinity : nowMs + messageExpirySeconds * 1000
    const message: Message = {
      topic,
      payload,
      qos,
      retain,
      properties,
      expiresMs,
      publisher: session.clientId,
    }
    this.router.publish(message, nowMs)
  }
}
