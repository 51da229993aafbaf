import { limits } from '../../core/limits.ts'
import { decodePublish, type Publish } from '../packet/publish.ts'
import { type Intake, type Keeper, NO_ROOM, type Source } from '../ports.ts'
import { ProtocolError, type Version, protocolError, reason } from '../reasons.ts'
import type { Message } from '../session/message.ts'
import type { Session } from '../session/session.ts'
import { type AckOwner, AckRun, PUBACK, PUBREC } from './ack-run.ts'
import type { Router } from './router.ts'

/** Where in a buffer the body of a packet lies. */
export interface Frame {
  readonly start: number
  readonly end: number
  readonly nowMs: number
}

/** What the receiver needs from the broker around it. */
export interface ReceiverSurroundings {
  readonly intake: Intake
  readonly keeper: Keeper
  readonly router: Router
  mayPublish(clientId: string, topic: string): boolean
  /** The run waits until its batch is durable, then goes to its owner. */
  holdBack(run: AckRun): void
}

export interface Publisher extends AckOwner {
  readonly version: Version
  readonly session: Session
}

/** What is known of a topic that a client publishes to, so that the next message costs a comparison of bytes. */
interface Route {
  readonly topic: string
  readonly bytes: Buffer
  readonly allowed: boolean
  readonly source: Source | undefined
  /** Whether anybody listens, as of `revision` of the subscriptions. */
  hasListeners: boolean
  revision: number
}

/**
 * The PUBLISH packets of one connection. The fast path, a message for the intake without properties, reads downward in `receive`
 * and `#take`; everything else is decoded in full.
 */
export class PublishReceiver {
  readonly #publisher: Publisher
  readonly #around: ReceiverSurroundings
  readonly #routes = new Map<string, Route>()
  readonly #aliases = new Map<number, string>()
  #last: Route | undefined
  /** Acknowledgements that wait for the batch being filled, or one on its way to the disk. */
  #run: AckRun | undefined
  #replies: AckRun | undefined
  #unacknowledged = 0
  #nowMs = 0

  constructor(publisher: Publisher, around: ReceiverSurroundings) {
    this.#publisher = publisher
    this.#around = around
  }

  /** `bytes[start..end)` follows the fixed header, whose first byte is `first`. False: no room, offer it again. */
  receive(first: number, bytes: Buffer, { start, end, nowMs }: Frame): boolean {
    this.#nowMs = nowMs
    const qos = (first >> 1) & 3
    const topicAt = start + 2
    const topicEnd = topicAt + (((bytes[start] as number) << 8) | (bytes[start + 1] as number))
    let at = topicEnd
    let packetId = 0
    if (qos > 0) {
      packetId = ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
      at += 2
    }
    const plain = this.#publisher.version === 4 || bytes[at++] === 0
    const wellFormed = at <= end && qos < 3 && (qos > 0 ? packetId > 0 : first === QOS_0)
    if (plain && wellFormed && (first & RETAIN) === 0) {
      const route = this.#knownRoute(bytes, topicAt, topicEnd)
      if (route?.source !== undefined && !this.#hasListeners(route)) {
        return this.#take(route.source, { qos, packetId, bytes, start: at, end }) !== NO_ROOM
      }
    }
    return this.#receiveInFull(first, bytes.subarray(start, end))
  }

  /** An answer that waits for nothing: it goes out with the next `flush`. */
  reply(bytes: Uint8Array): void {
    this.#replies ??= new AckRun(this.#publisher, 0)
    this.#replies.append(bytes)
  }

  /** A packet that goes out when all that was taken or kept so far is durable; false: it is, and need not wait. */
  holdBack(bytes: Uint8Array): boolean {
    const run = this.#durableRun()
    run?.append(bytes)
    return run !== undefined
  }

  get replyBytes(): number {
    return this.#replies?.length ?? 0
  }

  /** Sends what may go out at once; called when the bytes at hand are dealt with. */
  flush(): void {
    const replies = this.#replies
    if (replies === undefined) return
    this.#replies = undefined
    this.#publisher.release(replies)
  }

  /** The run is being sent: its messages no longer count against the Receive Maximum. */
  released(run: AckRun): void {
    this.#unacknowledged -= run.pubacks
    if (this.#run === run) this.#run = undefined
  }

  /** The reason code of the acknowledgement, which is prepared, or `NO_ROOM`. */
  #take(source: Source, { qos, packetId, bytes, start, end }: TakenMessage): number {
    const { intake } = this.#around
    if (qos === 0) {
      if (!intake.isFull) return intake.take(source, bytes, start, end)
      intake.refuse(source)
      return reason.quotaExceeded
    }
    if (qos === 2 && this.#publisher.session.received.has(packetId)) {
      if (this.isOwedMuch) return NO_ROOM
      this.#acknowledge(qos, packetId, reason.success)
      return reason.success
    }
    this.#checkQuota()
    if (intake.isFull && this.#publisher.version === 5) {
      intake.refuse(source)
      this.#acknowledgeOrdinary(qos, packetId, reason.quotaExceeded)
      return reason.quotaExceeded
    }
    const code = intake.take(source, bytes, start, end)
    if (code !== NO_ROOM) this.#acknowledge(qos, packetId, code)
    return code
  }

  /** Never before what was taken is durable, and in the order of the messages [MQTT-4.6.0-2, MQTT-4.6.0-3]. */
  #acknowledge(qos: number, packetId: number, code: number, of: 'taken' | 'other' = 'taken'): void {
    const { version, session } = this.#publisher
    if (qos === 1) this.#unacknowledged++
    else if (code < 0x80 || version === 4) session.receive(packetId)
    const run = this.#durableRun()
    if (run === undefined) this.#reply(qos, packetId, code)
    else run.push(qos === 1 ? PUBACK : PUBREC, packetId, { code, version, of })
  }

  /** What waits for everything so far to be durable; undefined: it is. */
  #durableRun(): AckRun | undefined {
    const { takenBatch, durableBatch } = this.#around.intake
    if (takenBatch <= durableBatch) return undefined
    if (this.#run?.batch !== takenBatch) {
      this.flush()
      this.#run = new AckRun(this.#publisher, takenBatch)
      this.#around.holdBack(this.#run)
    }
    return this.#run
  }

  #reply(qos: number, packetId: number, code: number): void {
    const { version } = this.#publisher
    const type = qos === 1 ? PUBACK : PUBREC
    this.#replies ??= new AckRun(this.#publisher, 0)
    this.#replies.push(type, packetId, { code, version })
  }

  /** What was not kept for anybody waits for nothing but its turn: behind acknowledgements that are held back. */
  #acknowledgeOrdinary(qos: number, packetId: number, code: number): void {
    const { version, session } = this.#publisher
    if (qos === 1) this.#unacknowledged++
    else if (code < 0x80 || version === 4) session.receive(packetId)
    if (this.#run === undefined) this.#reply(qos, packetId, code)
    else this.#run.push(qos === 1 ? PUBACK : PUBREC, packetId, { code, version, of: 'other' })
  }

  /** [MQTT-3.3.4-7]; 3.1.1 knows no such bound, but the packet ids that a session remembers are bounded there too. */
  #checkQuota(): void {
    const { version, session } = this.#publisher
    const unacknowledged = version === 4 ? 0 : this.#unacknowledged
    if (unacknowledged + session.received.size >= limits.receiveMaximum) {
      throw new ProtocolError(
        reason.receiveMaximumExceeded,
        'more messages in flight than Receive Maximum allows',
      )
    }
  }

  /** What takes no place in a batch has no bound but this one while the disk is slow. */
  get isOwedMuch(): boolean {
    return this.#run !== undefined && this.#run.length > limits.unsentBytesPause
  }

  #receiveInFull(first: number, body: Buffer): boolean {
    const { keeper } = this.#around
    if (this.isOwedMuch || !keeper.hasRoom) return false
    this.#around.router.work++
    const { version, session } = this.#publisher
    const publish = decodePublish({ first, body, version })
    const route = this.#routeOf(this.#topicOf(publish))
    const { qos, packetId } = publish
    if (!route.allowed) {
      if (qos > 0) this.#acknowledgeOrdinary(qos, packetId, reason.notAuthorised)
      return true
    }
    const isRepeated = qos === 2 && session.received.has(packetId)
    if (route.source !== undefined) {
      const start = publish.payload.byteOffset - body.byteOffset
      const end = start + publish.payload.length
      const code = this.#take(route.source, { qos, packetId, bytes: body, start, end })
      if (code === NO_ROOM) return false
      if (code >= reason.unspecified) return true
    } else if (qos > 0 && !isRepeated) this.#checkQuota()
    const { changes } = keeper
    if (!isRepeated && (publish.retain || this.#hasListeners(route))) {
      this.#around.router.publish(this.#messageOf(publish, route.topic), this.#nowMs)
    }
    if (route.source === undefined && qos > 0) {
      const isKept = keeper.changes > changes || (qos === 2 && session.shelf !== undefined)
      if (isKept) this.#acknowledge(qos, packetId, reason.success, 'other')
      else this.#acknowledgeOrdinary(qos, packetId, reason.success)
    }
    return true
  }

  /** A client repeats the topic of its last message, or one of a few. */
  #knownRoute(bytes: Buffer, start: number, end: number): Route | undefined {
    const last = this.#last
    if (last !== undefined && isAt(bytes, start, end, last.bytes)) return last
    const known = this.#routes.get(bytes.toString('latin1', start, end))
    if (known === undefined || !isAt(bytes, start, end, known.bytes)) return undefined
    this.#last = known
    return known
  }

  #topicOf({ topic, properties }: Publish): string {
    const alias = properties.topicAlias
    if (alias === undefined) return topic
    if (alias === 0 || alias > limits.topicAliases) {
      throw new ProtocolError(reason.topicAliasInvalid, 'a topic alias above Topic Alias Maximum')
    }
    if (topic !== '') {
      this.#aliases.set(alias, topic)
      return topic
    }
    const known = this.#aliases.get(alias)
    if (known === undefined) throw protocolError('a topic alias that was never set')
    return known
  }

  #routeOf(topic: string): Route {
    const known = this.#routes.get(topic)
    if (known !== undefined) return known
    if (this.#routes.size === limits.routesPerConnection) this.#routes.clear()
    const { clientId } = this.#publisher.session
    const allowed = this.#around.mayPublish(clientId, topic)
    const route: Route = {
      topic,
      bytes: Buffer.from(topic),
      allowed,
      source: allowed ? this.#around.intake.open(topic) : undefined,
      hasListeners: false,
      revision: -1,
    }
    this.#routes.set(topic, route)
    this.#last = route
    return route
  }

  #hasListeners(route: Route): boolean {
    const { router } = this.#around
    if (route.revision !== router.revision) {
      route.revision = router.revision
      route.hasListeners = router.hasListeners(route.topic)
    }
    return route.hasListeners
  }

  /** The message outlives the packet: its payload is copied out of the connection's buffer. */
  #messageOf({ qos, retain, payload, properties }: Publish, topic: string): Message {
    const { topicAlias: _, messageExpirySeconds, ...kept } = properties
    const expiresMs =
      messageExpirySeconds === undefined ? Infinity : this.#nowMs + messageExpirySeconds * 1000
    const owned = { ...kept }
    if (kept.correlationData !== undefined)
      owned.correlationData = Buffer.from(kept.correlationData)
    const publisher = this.#publisher.session.clientId
    return {
      topic,
      payload: Buffer.from(payload),
      qos,
      retain,
      properties: owned,
      expiresMs,
      publisher,
    }
  }
}

interface TakenMessage {
  readonly qos: number
  readonly packetId: number
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

function isAt(bytes: Buffer, start: number, end: number, expected: Buffer): boolean {
  const length = expected.length
  if (end - start !== length) return false
  for (let at = 0; at < length; at++) if (bytes[start + at] !== expected[at]) return false
  return true
}

const RETAIN = 1
const QOS_0 = 0x30
