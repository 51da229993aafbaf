import { limits } from '../../core/limits.ts'
import type { Random } from '../../core/random.ts'
import { type Connect, type Will, answerVersion, decodeConnect } from '../packet/connect.ts'
import {
  type Customs,
  type Gatekeeper,
  type Identity,
  type Intake,
  type Keeper,
  type Kept,
  NO_ROOM,
  type Sink,
  type Verdict,
} from '../ports.ts'
import { ProtocolError, reason } from '../reasons.ts'
import type { Message } from '../session/message.ts'
import type { Session } from '../session/session.ts'
import type { AckRun } from './ack-run.ts'
import { HeldBack } from './held-back.ts'
import { type Arrival, admission } from './admission.ts'
import { Client } from './client.ts'
import { Connection } from './connection.ts'
import { fitsWelcome, reasonedRefusal, refusal, welcome } from './handshake.ts'
import { type ClientRates, Paces } from './pace.ts'
import { Router } from './router.ts'
import { Sessions } from './sessions.ts'
import { Turns } from './turns.ts'
import { statusMessages, statusTopics } from './status.ts'

export interface BrokerSettings {
  readonly intake: Intake
  readonly gatekeeper: Gatekeeper
  readonly keeper: Keeper
  /** Without it every client is sent what it subscribes to. */
  readonly customs?: Customs
  /** For client ids that the server assigns. */
  readonly random: Random
  /** Lower ones than `limits` has. */
  readonly rates?: ClientRates
  /** Ms that only ever rise, to part the time between connections; without it nobody waits for a turn. */
  readonly stopwatch?: () => number
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
  /** Wills that were not sent: their device had been revoked, or the disk has refused the intake for too long. */
  willsDropped: number
  /** Connections of 3.1.1 that were ended because the disk was full: it cannot be told so. */
  unacknowledged: number
  /** PUBLISH packets from clients, whatever became of them. */
  messagesReceived: number
  messagesSent: number
  /** Deliveries that customs did not let through. */
  messagesWithheld: number
}

interface Refusal {
  readonly code: number
  readonly answer: Uint8Array | undefined
  readonly nowMs: number
}

/** An MQTT 5.0 and 3.1.1 server without its sockets: `accept`, then `Connection.receive`; time is a parameter everywhere. */
export class Broker {
  readonly intake: Intake
  readonly keeper: Keeper
  readonly router: Router
  readonly sessions: Sessions
  readonly paces: Paces
  readonly turns: Turns = new Turns()
  readonly stopwatch: () => number
  readonly counters: BrokerCounters = {
    connections: 0,
    refused: new Map(),
    strangersDropped: 0,
    protocolErrors: 0,
    keepAliveTimeouts: 0,
    willsDropped: 0,
    unacknowledged: 0,
    messagesReceived: 0,
    messagesSent: 0,
    messagesWithheld: 0,
  }
  /** Bytes of unfinished packets over all connections. */
  unfinishedBytes = 0
  readonly #gatekeeper: Gatekeeper
  readonly #customs: Customs | undefined
  readonly #strangers = new Set<Connection>()
  readonly #clients = new Set<Connection>()
  /** Wills for the intake, which has no room; as many as there may be sessions. */
  #willsWaiting: Message[] = []
  readonly #waitingForRoom = new Set<Connection>()
  readonly #unflushed = new Set<Client>()
  readonly #looking = new Set<Client>()
  readonly #heldBack = new HeldBack()
  #startedMs: number | undefined
  #statusMs = -Infinity
  #purgedMs = -Infinity

  constructor(settings: BrokerSettings) {
    const { intake, gatekeeper, keeper, customs, random, rates = limits, stopwatch } = settings
    this.stopwatch = stopwatch ?? (() => 0)
    this.paces = new Paces(rates)
    this.#customs = customs
    this.intake = intake
    this.keeper = keeper
    this.#gatekeeper = gatekeeper
    this.router = new Router(keeper)
    this.sessions = new Sessions({
      router: this.router,
      keeper,
      random,
      publishWill: (will, session, nowMs) => this.#publishWill(will, session, nowMs),
    })
  }

  /** What the last process left behind, before anybody connects. */
  restore(kept: Kept, nowMs: number): void {
    this.sessions.restore(kept, nowMs)
  }

  get clientCount(): number {
    return this.#clients.size
  }

  get strangerCount(): number {
    return this.#strangers.size
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
    const verdict = this.#judge({ connection, connect, body }, nowMs)
    if (verdict === undefined) return undefined
    const identity = typeof verdict === 'number' ? undefined : verdict
    const code = typeof verdict === 'number' ? verdict : reason.success
    if (code !== reason.success) {
      const answer = reasonedRefusal(connect, code, connection.login?.why)
      this.#turnAway(connection, { code, answer, nowMs })
      return undefined
    }
    const { changes } = this.keeper
    const { session, isResumed } = this.sessions.open(connect, identity, nowMs)
    const inspector = this.#customs?.inspectorFor(identity, connection.sink.remote)
    const client = new Client(connect, session, { connection, broker: this, inspector })
    this.sessions.entered(session, { connect, outlet: client })
    this.#strangers.delete(connection)
    this.#clients.add(connection)
    const { clientId } = session
    connection.keepPace(identity?.name ?? clientId, nowMs)
    const connack = welcome(connect, { clientId, isResumed, proof: connection.login?.proof })
    client.welcome(connack, this.keeper.changes > changes ? 'what is kept' : 'nothing')
    client.pump(nowMs)
    return client
  }

  /** A client has authenticated again; false: as somebody else than it came in as. */
  renew(clientId: string, identity: Identity): boolean {
    return this.sessions.renew(clientId, identity)
  }

  mayPublish(clientId: string, topic: string): boolean {
    return this.#gatekeeper.mayPublish(clientId, topic, this.sessions.ownerOf(clientId))
  }

  maySubscribe(clientId: string, filter: string): boolean {
    return this.#gatekeeper.maySubscribe(clientId, filter, this.sessions.ownerOf(clientId))
  }

  /** Who is behind a client id: nobody in particular where nobody was asked, and no address where it has gone. */
  whoIs(clientId: string): { readonly identity: Identity | undefined; readonly remote: string } {
    const connection = [...this.#clients].find(
      ({ client }) => client?.session.clientId === clientId,
    )
    return { identity: this.sessions.ownerOf(clientId), remote: connection?.sink.remote ?? '' }
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
    this.#heldBack.settle(this.intake.durableBatch)
    const waiting = [...this.#waitingForRoom]
    this.#waitingForRoom.clear()
    for (const connection of waiting) connection.retry(nowMs)
    this.#takeInWills(nowMs)
    this.#pumpOn(nowMs)
    this.flush()
  }

  /** The disk was full: what was taken up to the intake's durable batch is refused. What else was to be kept goes with the next. */
  refuse(nowMs: number): void {
    this.#heldBack.refuse(this.intake, nowMs)
    this.settle(nowMs)
  }

  /** Its messages were refused, and its version of MQTT has no word for that. */
  partUnacknowledged(connection: Connection, nowMs: number): void {
    this.counters.unacknowledged++
    connection.disconnect(reason.quotaExceeded, nowMs)
  }

  /** Brings `$SYS` up to date, at most so often, for those who have subscribed to it and those about to. */
  refreshStatus(nowMs: number): void {
    if (nowMs - this.#statusMs < limits.statusIntervalMs) return
    this.#statusMs = nowMs
    const { router, counters } = this
    const figures = {
      startedMs: this.#startedMs ?? nowMs,
      clients: this.#clients.size,
      sessions: this.sessions.count,
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
    this.paces.tick(nowMs)
    this.#pumpOn(nowMs)
    this.sessions.tick(nowMs)
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
    this.turns.remove(connection)
  }

  /** The client's connection is gone: its session stays for as long as it asked, its will goes out if it still has one. */
  sessionLeft(client: Client, will: Will | undefined, nowMs: number): void {
    const { session } = client
    if (session.outlet !== client) return
    this.sessions.left(session, will, nowMs)
  }

  #pumpOn(nowMs: number): void {
    if (this.#looking.size === 0) return
    const looking = [...this.#looking]
    this.#looking.clear()
    for (const client of looking) client.pump(nowMs)
  }

  #partFromRevoked(connection: Connection, nowMs: number): void {
    const identity = this.sessions.ownerOf(connection.client?.session.clientId ?? '')
    const code = identity === undefined ? reason.success : this.#gatekeeper.standing(identity)
    if (code !== reason.success) connection.disconnect(code, nowMs)
  }

  #turnAway(connection: Connection, { code, answer, nowMs }: Refusal): void {
    this.counters.refused.set(code, (this.counters.refused.get(code) ?? 0) + 1)
    if (answer !== undefined) connection.sink.write(answer)
    connection.sink.end()
    connection.closed(nowMs)
  }

  #judge(arrival: Arrival, nowMs: number): Verdict | undefined {
    const { connect } = arrival
    const { clientId, will } = connect
    if (!fitsWelcome(connect, arrival.connection.login?.proof)) return reason.packetTooLarge
    const known = this.sessions.get(clientId)
    const takesOver = known?.outlet !== undefined
    if (!takesOver && this.#clients.size >= limits.connections) return reason.serverBusy
    if (will !== undefined && will.payload.length > limits.willBytes) return reason.quotaExceeded
    const verdict = admission(this.#gatekeeper, arrival)
    const isIn = verdict === reason.success || typeof verdict === 'object'
    if (!isIn) return verdict
    const identity = typeof verdict === 'object' ? verdict : undefined
    const owner = this.sessions.ownerOf(clientId)
    if (owner !== undefined && owner.name !== identity?.name) return reason.clientIdNotValid
    if (will !== undefined && !this.#gatekeeper.mayPublish(clientId, will.topic, identity)) {
      return reason.notAuthorised
    }
    if (known === undefined && !this.sessions.makeRoom(nowMs)) return reason.quotaExceeded
    return verdict
  }

  /** Where it would go if its client had sent it: to the intake, and to whoever listens. */
  #publishWill(will: Will, session: Session, nowMs: number): void {
    const owner = this.sessions.ownerOf(session.clientId)
    if (owner !== undefined && this.#gatekeeper.standing(owner) === reason.notAuthorised) {
      this.counters.willsDropped++ // A device that was revoked says nothing more.
      return
    }
    const { willDelaySeconds: _, messageExpirySeconds, ...properties } = will.properties
    const expiresMs =
      messageExpirySeconds === undefined ? Infinity : nowMs + messageExpirySeconds * 1000
    const message = { ...will, properties, expiresMs, publisher: session.clientId }
    this.router.publish(message, nowMs)
    if (this.#takeIn(message, nowMs)) return
    if (this.#willsWaiting.length < limits.sessions) this.#willsWaiting.push(message)
    else this.counters.willsDropped++
  }

  #takeInWills(nowMs: number): void {
    const left = this.#willsWaiting.findIndex((message) => !this.#takeIn(message, nowMs))
    this.#willsWaiting = left < 0 ? [] : this.#willsWaiting.slice(left)
  }

  /** False: the intake would take it, but has no room. */
  #takeIn({ topic, payload }: Message, nowMs: number): boolean {
    const source = this.intake.open(topic)
    if (source === undefined) return true
    this.intake.setArrival(nowMs)
    return this.intake.take(source, payload, 0, payload.length) !== NO_ROOM
  }
}
