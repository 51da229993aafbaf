import { limits } from '../../core/limits.ts'
import {
  type AcknowledgementKind,
  decodeAcknowledgement,
  encodeAcknowledgement,
} from '../packet/acknowledgement.ts'
import { type Auth, decodeAuth } from '../packet/auth.ts'
import type { Connect, Will } from '../packet/connect.ts'
import { decodeDisconnect, encodeDisconnect } from '../packet/disconnect.ts'
import { assertFlags, packetType } from '../packet/fixed-header.ts'
import { PINGRESP, assertPingreq } from '../packet/ping.ts'
import { encodePublish } from '../packet/publish.ts'
import { encodeSuback } from '../packet/suback.ts'
import { type SubscriptionRequest, decodeSubscribe } from '../packet/subscribe.ts'
import { encodeUnsuback } from '../packet/unsuback.ts'
import { decodeUnsubscribe } from '../packet/unsubscribe.ts'
import { ProtocolError, type Version, protocolError, reason } from '../reasons.ts'
import type { Inspector } from '../ports.ts'
import type { Delivery } from '../session/delivery.ts'
import type { Step } from '../session/outbox.ts'
import type { Outlet, Session } from '../session/session.ts'
import { isTopicFilter, parseShared } from '../topic/filter.ts'
import type { AckOwner, AckRun } from './ack-run.ts'
import type { Authentication } from './authentication.ts'
import type { Broker } from './broker.ts'
import type { Connection } from './connection.ts'
import { InspectedDeliveries } from './inspected-deliveries.ts'
import { OutgoingAliases, withAlias } from './outgoing-aliases.ts'
import { ownWill } from './own-will.ts'
import { type Frame, PublishReceiver } from './publish-receiver.ts'

/** A client that was let in: the packets after CONNECT, in both directions. */
export class Client implements Outlet, AckOwner {
  readonly session: Session
  readonly version: Version
  readonly keepAliveSeconds: number
  readonly #connection: Connection
  readonly #broker: Broker
  readonly #receiver: PublishReceiver
  readonly #maximumPacketBytes: number
  readonly #mayExpire: boolean
  readonly #wantsReasons: boolean
  readonly #aliases: OutgoingAliases
  readonly #authentication: Authentication | undefined
  /** Undefined: nobody looks at what it is sent. */
  readonly #inspected: InspectedDeliveries<Transmission> | undefined
  #will: Will | undefined
  /** CONNACK has gone out; until then nothing else may. */
  #isWelcome = false
  #looksMs = -Infinity

  constructor(connect: Connect, session: Session, around: ClientSurroundings) {
    const { connection, broker, inspector } = around
    this.session = session
    this.version = connect.version
    this.keepAliveSeconds = connect.keepAliveSeconds
    this.#connection = connection
    this.#broker = broker
    const { properties } = connect
    this.#maximumPacketBytes = properties.maximumPacketBytes ?? Infinity
    this.#mayExpire = (properties.sessionExpirySeconds ?? 0) > 0
    this.#wantsReasons = properties.requestProblemInformation !== 0
    this.#aliases = new OutgoingAliases(properties.topicAliasMaximum ?? 0)
    this.#authentication = connection.login?.authentication
    this.#will = ownWill(connect.will)
    this.#receiver = new PublishReceiver(this, broker)
    this.#inspected = inspector === undefined ? undefined : this.#inspectedBy(inspector)
    session.outbox.restart(
      Math.min(limits.inflightPerSession, properties.receiveMaximum ?? Infinity),
    )
  }

  /** CONNACK. Where letting the client in changed what is kept, it waits for the disk, and everything else waits behind it. */
  welcome(connack: Uint8Array, changed: 'nothing' | 'what is kept'): void {
    this.#isWelcome = changed === 'nothing' || !this.#receiver.holdBack(connack)
    if (this.#isWelcome) this.#connection.sink.write(connack)
  }

  /** One packet: `bytes[start..end)` after its fixed header. False: no room for it now, offer it again. */
  packet(first: number, bytes: Buffer, { start, end, nowMs }: Frame): boolean {
    if (!this.#isWelcome) return false
    if (first >> 4 === packetType.publish) {
      return this.#receiver.receive(first, bytes, { start, end, nowMs })
    }
    if (this.#isSlow || this.#receiver.isOwedMuch) return false
    assertFlags(first)
    this.#broker.router.work++
    this.#control(first >> 4, bytes.subarray(start, end), nowMs)
    return true
  }

  /** Sends the answers to the packets at hand. */
  flush(): void {
    this.#receiver.flush()
  }

  /** Acknowledgements whose messages are durable. */
  release(run: AckRun): void {
    this.#receiver.released(run)
    if (!this.#connection.isOpen) return
    this.#connection.sink.write(run.bytes)
    if (this.#isWelcome) return
    this.#isWelcome = true
    this.#broker.pumpAgain(this)
  }

  /** What was taken of it is refused; 3.1.1 has no word for that but the end of the connection, without an acknowledgement. */
  refuse(run: AckRun, nowMs: number): boolean {
    const isUnsaid = this.version === 4 && run.taken > 0
    for (const packetId of run.refuse()) this.session.release(packetId)
    if (isUnsaid && this.#connection.isOpen)
      this.#broker.partUnacknowledged(this.#connection, nowMs)
    return !run.hasSteady
  }

  /** A message for this client; false where it has to be queued. */
  send(delivery: Delivery, nowMs: number): boolean {
    const { outbox } = this.session
    if (this.#isSlow || !outbox.isClearFor(delivery)) return false
    this.#transmit(delivery, { packetId: outbox.start(delivery), nowMs })
    return true
  }

  /**
   * Sends what waits, as far as the client's window and its socket allow; on a new connection first what was on its way when
   * the last one ended.
   */
  pump(nowMs: number): void {
    const { looks, outbox } = this.session
    if (nowMs - this.#looksMs >= limits.retainedLooksMs) {
      this.#looksMs = nowMs
      looks.left = limits.retainedLooks
    }
    const { stopwatch } = this.#broker
    const endMs = stopwatch() + limits.sliceMs
    let isLate = false
    for (
      let next = this.#next(nowMs);
      next !== undefined;
      next = isLate ? undefined : this.#next(nowMs)
    ) {
      if (next.kind === 'publish') this.#transmit(next.delivery, { ...next, nowMs })
      else this.#acknowledge(packetType.pubrel, next.packetId, reason.success)
      isLate = stopwatch() >= endMs
    }
    if (isLate) this.#connection.yieldTurn()
    const isCut = looks.left <= 0 && outbox.waiting > 0
    if (isCut && this.#connection.isOpen) this.#broker.pumpAgain(this)
    this.flush()
  }

  /** The last packet, after all that waits; why the connection ends is left out where it does not fit [MQTT-3.14.2-3]. */
  farewell(code: number, text: string | undefined): void {
    this.flush()
    if (this.version === 4 || !this.#isWelcome) return // [MQTT-3.14.0-1]
    const reasoned = encodeDisconnect(code, this.#wantsReasons ? text : undefined)
    const fits = reasoned.length <= this.#maximumPacketBytes
    this.#connection.sink.write(fits ? reasoned : encodeDisconnect(code))
  }

  takenOver(nowMs: number): void {
    this.#connection.disconnect(reason.sessionTakenOver, nowMs)
  }

  /** The network connection is gone. Without a DISCONNECT from the client its will is due [MQTT-3.1.2-8]. */
  closed(nowMs: number): void {
    this.#broker.sessionLeft(this, this.#will, nowMs)
  }

  #next(nowMs: number): Step | undefined {
    const isReady = this.#connection.isOpen && !this.#isSlow
    return isReady ? this.#broker.router.next(this.session, nowMs) : undefined
  }

  get #isSlow(): boolean {
    if (!this.#isWelcome) return true
    const waitingBytes = this.#receiver.replyBytes + (this.#inspected?.bytes ?? 0)
    const unsentBytes = this.#connection.sink.unsentBytes + waitingBytes
    return unsentBytes > limits.unsentBytesPause
  }

  #control(type: number, body: Buffer, nowMs: number): void {
    switch (type) {
      case packetType.puback:
      case packetType.pubrec:
      case packetType.pubrel:
      case packetType.pubcomp:
        return this.#acknowledgement(type, body, nowMs)
      case packetType.subscribe:
        return this.#subscribe(body, nowMs)
      case packetType.unsubscribe:
        return this.#unsubscribe(body)
      case packetType.pingreq:
        assertPingreq(body)
        return this.#reply(PINGRESP)
      case packetType.disconnect:
        return this.#disconnect(body, nowMs)
      case packetType.auth:
        return this.#authenticate(decodeAuth(body), nowMs)
      default:
        throw protocolError('a packet that a client may not send now')
    }
  }

  /** Again, while all else goes on (section 4.12.1). */
  #authenticate(auth: Auth, nowMs: number): void {
    if (this.#authentication === undefined) {
      throw protocolError('AUTH without an authentication method') // [MQTT-4.12.0-7]
    }
    const step = this.#authentication.next(auth)
    const isOther =
      step.kind === 'admitted' && !this.#broker.renew(this.session.clientId, step.identity)
    if (step.kind === 'refused' || isOther) {
      const why = step.kind === 'refused' ? step.why : undefined
      this.#connection.disconnect(reason.notAuthorised, nowMs, why ?? NOT_AGAIN) // [MQTT-4.12.1-2]
    } else this.#reply(this.#fitting(this.#authentication.packet(step)))
  }

  #acknowledgement(kind: AcknowledgementKind, body: Buffer, nowMs: number): void {
    const { packetId, reason: code } = decodeAcknowledgement(body, this.version, kind)
    const { outbox } = this.session
    if (kind === packetType.pubrel) {
      const answer = this.session.release(packetId) ? reason.success : reason.packetIdNotFound
      this.#acknowledge(packetType.pubcomp, packetId, answer)
      return
    }
    const awaited = outbox.awaits(packetId)
    if (kind === packetType.pubrec && (awaited === undefined || code < 0x80)) {
      if (awaited === 'puback') throw protocolError('PUBREC for QoS 1')
      if (awaited === 'pubrec') outbox.arrived(packetId)
      const answer = awaited === undefined ? reason.packetIdNotFound : reason.success
      this.#acknowledge(packetType.pubrel, packetId, answer)
      return
    }
    if (awaited === undefined) return
    if (awaited !== AWAITED[kind]) throw protocolError('an acknowledgement that is not due')
    outbox.finish(packetId)
    this.pump(nowMs)
  }

  #subscribe(body: Buffer, nowMs: number): void {
    const { packetId, properties, requests } = decodeSubscribe(body, this.version)
    const subscriptionId = properties.subscriptionIds?.[0] ?? 0
    const added = new Set<string>()
    const reasons = requests.map((request) => this.#judge(request, added))
    const suback = this.#fitting(encodeSuback({ version: this.version, packetId, reasons }))
    for (const [index, request] of requests.entries()) {
      if ((reasons[index] as number) >= 0x80) continue
      if (request.filter.startsWith('$SYS/')) this.#broker.refreshStatus(nowMs)
      this.#broker.router.subscribe({ ...request, session: this.session, subscriptionId })
    }
    this.#answer(suback)
    if (this.session.outbox.waiting > 0) this.pump(nowMs)
  }

  /** The granted QoS, or why not. `added`: what the same packet has brought already, which the limits count too. */
  #judge({ filter, qos }: SubscriptionRequest, added: Set<string>): number {
    const { subscriptions, clientId } = this.session
    if (!isTopicFilter(filter)) return this.#failure(reason.topicFilterInvalid)
    const wanted = parseShared(filter)?.filter ?? filter
    if (!this.#broker.maySubscribe(clientId, wanted)) return this.#failure(reason.notAuthorised)
    if (subscriptions.has(filter) || added.has(filter)) return qos
    const isFull =
      subscriptions.size + added.size >= limits.subscriptionsPerSession ||
      this.#broker.router.subscriptionCount + added.size >= limits.subscriptionsTotal ||
      this.#broker.router.levelCount >= limits.subscriptionLevelsTotal
    if (isFull) return this.#failure(reason.quotaExceeded)
    added.add(filter)
    return qos
  }

  /** 3.1.1 has one failure for all [MQTT-3.9.3-2]. */
  #failure(code: number): number {
    return this.version === 5 ? code : reason.unspecified
  }

  #unsubscribe(body: Buffer): void {
    const { packetId, filters } = decodeUnsubscribe(body, this.version)
    const reasons = filters.map((filter) =>
      this.#broker.router.unsubscribe(this.session, filter)
        ? reason.success
        : reason.noSubscriptionExisted,
    )
    this.#answer(this.#fitting(encodeUnsuback({ version: this.version, packetId, reasons })))
  }

  #disconnect(body: Buffer, nowMs: number): void {
    const { reason: code, properties } = decodeDisconnect(body, this.version)
    const { sessionExpirySeconds } = properties
    if (sessionExpirySeconds !== undefined) {
      if (sessionExpirySeconds > 0 && !this.#mayExpire) {
        throw protocolError('a session that was to end may not be prolonged') // Section 3.14.2.2.2.
      }
      this.session.expirySeconds = Math.min(sessionExpirySeconds, limits.sessionExpirySecondsMax)
    }
    if (code === reason.success) this.#will = undefined // [MQTT-3.14.4-3]
    this.flush()
    this.#connection.sink.end()
    this.#connection.closed(nowMs)
  }

  #acknowledge(kind: AcknowledgementKind, packetId: number, code: number): void {
    const { version } = this
    this.#answer(encodeAcknowledgement({ kind, version, packetId, reason: code }))
  }

  /** SUBACK, UNSUBACK and AUTH grow with the packet that they answer; what else is no message always fits [MQTT-3.1.2-24]. */
  #fitting(bytes: Uint8Array): Uint8Array {
    if (bytes.length > this.#maximumPacketBytes) {
      throw new ProtocolError(reason.packetTooLarge, 'the answer is above your Maximum Packet Size')
    }
    return bytes
  }

  /** To what changes the session: a client that is to outlive a crash of ours hears it once that is certain. */
  #answer(bytes: Uint8Array): void {
    const waits = this.session.shelf !== undefined && this.#receiver.holdBack(bytes)
    if (!waits) this.#reply(bytes)
  }

  /** What is small goes out together once the bytes at hand are dealt with: a flood of packets costs one write. */
  #reply(bytes: Uint8Array): void {
    this.#receiver.reply(bytes)
    if (this.#receiver.replyBytes < LARGE_BYTES) this.#broker.flushLater(this)
    else this.flush()
  }

  #transmit(delivery: Delivery, transmission: Transmission): void {
    if (this.#inspected === undefined) this.#write(delivery, transmission)
    else this.#inspected.take(delivery, transmission)
  }

  /** What was withheld counts as arrived: it would be withheld again. A connection that has ended leaves it to the next. */
  #inspectedBy(inspector: Inspector): InspectedDeliveries<Transmission> {
    return new InspectedDeliveries(inspector, {
      isOpen: () => this.#connection.isOpen,
      passed: (delivery, terms, nowMs) => this.#write(delivery, { ...terms, nowMs }),
      withheld: (_, { packetId }) => {
        this.session.outbox.finish(packetId)
        this.#broker.counters.messagesWithheld++
      },
      settled: (nowMs) => this.pump(nowMs),
    })
  }

  #write(
    { message, qos, retain, subscriptionIds }: Delivery,
    { packetId, nowMs, isRepeated = false }: Transmission,
  ): void {
    const properties = { ...message.properties }
    if (subscriptionIds.length > 0) properties.subscriptionIds = [...subscriptionIds]
    if (message.expiresMs !== Infinity) {
      const leftMs = Math.max(message.expiresMs - nowMs, 0)
      properties.messageExpirySeconds = Math.ceil(leftMs / 1000) // [MQTT-3.3.2-6]
    }
    const { topic, payload } = message
    const packet = { topic, qos, retain, dup: isRepeated, packetId, payload, properties }
    const aliased = qos === 2 ? { topic, alias: 0 } : this.#aliases.of(topic)
    const bytes = encodePublish(withAlias(packet, aliased), this.version)
    if (bytes.length > this.#maximumPacketBytes) {
      this.session.outbox.finish(packetId) // [MQTT-3.1.2-25]: as if it had been sent.
      this.session.outbox.dropped++
      this.#broker.router.counters.dropped++
      return
    }
    this.#aliases.told(aliased)
    this.#broker.counters.messagesSent++
    // What was sent as QoS 2 must still have its packet id after a crash, or it would be sent as another message.
    if (qos === 2 && this.session.shelf !== undefined && this.#receiver.holdBack(bytes)) return
    if (bytes.length < LARGE_BYTES) this.#reply(bytes)
    else {
      this.flush()
      this.#connection.sink.write(bytes)
    }
  }
}

/** What is not worth copying, or waiting with. */
const LARGE_BYTES = 16 * 1024

const NOT_AGAIN = 'the client has not proved again to be who it is'

const AWAITED = {
  [packetType.puback]: 'puback',
  [packetType.pubrec]: 'pubrec',
  [packetType.pubcomp]: 'pubcomp',
} as const

export interface ClientSurroundings {
  readonly connection: Connection
  readonly broker: Broker
  readonly inspector: Inspector | undefined
}

interface Transmission {
  readonly packetId: number
  readonly nowMs: number
  readonly isRepeated?: boolean
}
