import { randomBytes, randomUUID } from 'node:crypto'
import type { Broker } from '../../mqtt/broker/broker.ts'
import type { Message } from '../../mqtt/session/message.ts'
import { Session } from '../../mqtt/session/session.ts'
import { newestMs, type Payload, type SparkplugTopic } from '../../payload/sparkplug/message.ts'
import { mayCommand } from '../access/gatekeeper.ts'
import { isForAnswers } from '../access/topic-rights.ts'
import { type Ingest, isDeviceName } from '../ingest.ts'
import type { Site } from '../site/site.ts'
import type { SparkplugStation } from '../sparkplug.ts'
import { type Action, CommandDesk, type DeskCounters, type Dispatch, type Ending } from './desk.ts'
import { type Order, orderPayload, parseOrder } from './order.ts'
import type { Expectation } from './route.ts'
import { commandTopic, routeTo } from './route-to.ts'

export interface CommandParts {
  readonly site: Pick<Site, 'access'>
  readonly ingest: Pick<Ingest, 'record'>
  readonly broker: Pick<Broker, 'router' | 'flush' | 'whoIs' | 'maySubscribe'>
  readonly sparkplug: SparkplugStation | undefined
}

/** Commands on their way between the clients that ask, the audit, and the devices: what `desk.ts#CommandDesk` decides is done here. */
export class CommandStation {
  readonly #parts: CommandParts
  readonly #desk = new CommandDesk()
  /** In the order of their batches. */
  readonly #records: { readonly serial: number; readonly id: string }[] = []
  readonly #timer: NodeJS.Timeout
  #isStopped = false

  constructor(parts: CommandParts) {
    this.#parts = parts
    const { router } = parts.broker
    const session = new Session('', router.queued)
    session.outlet = {
      send: ({ message }) => {
        if (message.topic.startsWith(REQUESTS)) this.#request(message)
        else this.#answered(message)
        return true
      },
      takenOver: () => {},
    }
    const terms = { qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 2 } as const
    for (const filter of [`${REQUESTS}+`, 'grid/+/responses'])
      router.subscribe({ session, filter, subscriptionId: 0, ...terms })
    if (parts.sparkplug !== undefined)
      parts.sparkplug.onHeard = (topic, payload) => this.#heard(topic, payload)
    this.#timer = setInterval(() => this.#act(this.#desk.due(Date.now())), TICK_MS).unref()
  }

  get counters(): DeskCounters {
    return this.#desk.counters
  }

  get inFlight(): number {
    return this.#desk.inFlight
  }

  /** Everything up to this batch is on the disk. */
  settled(serial: number): void {
    const isLater = this.#records.findIndex((each) => each.serial > serial)
    const settled = this.#records.splice(0, isLater === -1 ? this.#records.length : isLater)
    for (const { id } of settled) this.#act(this.#desk.recorded(id, Date.now()))
  }

  /** Takes no more, and says of what was sent that nobody waits for it. */
  stop(): void {
    clearInterval(this.#timer)
    this.#isStopped = true
    this.#act(this.#desk.abandon(Date.now()))
  }

  #request(message: Message): void {
    if (this.#isStopped) return
    const { site, broker } = this.#parts
    const device = message.topic.slice(REQUESTS.length)
    const { identity, remote } = broker.whoIs(message.publisher)
    const { responseTopic, correlationData } = message.properties
    const isReply = responseTopic !== undefined && this.#mayHear(message.publisher, responseTopic)
    const order = this.#orderOf(message, { device, isReply })
    const address = remote.slice(0, remote.lastIndexOf(':'))
    const request = {
      id: randomUUID(),
      secret: randomBytes(SECRET_BYTES),
      who: identity?.name ?? `anonymous ${message.publisher}`,
      asker: identity?.name ?? `@${address}`,
      address: remote,
      device,
      order,
      isAllowed: site.access.anonymous || mayCommand(identity, device),
      route: typeof order === 'string' ? NO_ORDER : this.#routeTo(device, order),
      replyTo: isReply
        ? { topic: responseTopic, correlation: correlationData?.slice() }
        : undefined,
    }
    this.#act(this.#desk.request(request, Date.now()))
  }

  #orderOf(
    { payload, retain, properties }: Message,
    { device, isReply }: { readonly device: string; readonly isReply: boolean },
  ): Order | string {
    if (!isDeviceName(device)) return 'no device has such a name'
    if (retain) return 'a command is not retained'
    if (properties.responseTopic !== undefined && !isReply)
      return 'the response topic is none that the asker may subscribe to, or not for answers'
    return parseOrder(payload)
  }

  #mayHear(clientId: string, topic: string): boolean {
    return isForAnswers(topic) && this.#parts.broker.maySubscribe(clientId, topic)
  }

  #routeTo(device: string, { command }: Order): ReturnType<typeof routeTo> {
    const { sparkplug, broker } = this.#parts
    const hasListeners = (topic: string): boolean => broker.router.hasListeners(topic)
    return routeTo(device, command, { sparkplug, hasListeners })
  }

  #answered({ topic, payload, properties }: Message): void {
    const [, device = ''] = topic.split('/')
    const answer = { secret: properties.correlationData, payload }
    this.#act(this.#desk.answered(device, answer, Date.now()))
  }

  #heard(topic: SparkplugTopic, payload: Payload): void {
    const { sparkplug } = this.#parts
    if (!this.#desk.awaitsSparkplug || sparkplug === undefined) return
    const { type, group, node, device = '' } = topic
    const shows = (expected: Expectation, sentMs: number): boolean => {
      if (type === 'NDEATH' || type === 'DDEATH' || expected.group !== group) return false
      if (expected.node !== node || expected.device !== device) return false
      switch (expected.kind) {
        case 'birth':
          return type === 'NBIRTH'
        case 'value':
          return sparkplug.valueIn(topic, payload, expected.metric) === expected.value
        case 'data':
          // Data that was on its way already is no answer. A node whose clock is behind shows its own by the metric itself.
          return (
            newestMs(payload) >= sentMs ||
            sparkplug.valueIn(topic, payload, expected.metric) !== undefined
          )
      }
    }
    this.#act(this.#desk.heard(shows, Date.now()))
  }

  #act(actions: readonly Action[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case 'record':
          this.#records.push({ serial: this.#parts.ingest.record(action.entry), id: action.id })
          break
        case 'send':
          this.#send(action.dispatch)
          break
        case 'answer': {
          const { topic, correlation } = action.replyTo
          const properties =
            correlation === undefined ? JSON_TEXT : { ...JSON_TEXT, correlationData: correlation }
          this.#publish({ topic, payload: Buffer.from(action.body), qos: 1, properties })
          break
        }
      }
    }
  }

  #send({ device, command, secret, route, timeoutMs }: Dispatch): void {
    const nowMs = Date.now()
    switch (route.kind) {
      case 'plain':
        this.#publish({
          topic: commandTopic(device, command),
          payload: orderPayload(command),
          qos: 1,
          properties: {
            ...JSON_TEXT,
            responseTopic: `grid/${device}/responses`,
            correlationData: secret,
          },
          // Afterwards nobody waits for an answer, and a device that was away must not obey what is long forgotten.
          expiresMs: nowMs + timeoutMs,
        })
        break
      case 'sparkplug':
        this.#publish({ topic: route.topic, payload: route.payload(nowMs), qos: 0, properties: {} })
        break
    }
  }

  #publish(
    message: Pick<Message, 'topic' | 'payload' | 'qos' | 'properties'> & { expiresMs?: number },
  ): void {
    const { router } = this.#parts.broker
    router.publish({ expiresMs: Infinity, ...message, retain: false, publisher: '' }, Date.now())
    this.#parts.broker.flush()
  }
}

const REQUESTS = 'edge/commands/'
const NO_ORDER: Ending = { outcome: 'refused', detail: '' }
const JSON_TEXT = { payloadFormat: 1, contentType: 'application/json' } as const
const SECRET_BYTES = 16
const TICK_MS = 250
