import type { Broker } from '../mqtt/broker/broker.ts'
import type { Router } from '../mqtt/broker/router.ts'
import { NO_ROOM } from '../mqtt/ports.ts'
import type { Message } from '../mqtt/session/message.ts'
import { Session } from '../mqtt/session/session.ts'
import { SparkplugDecoder } from '../payload/sparkplug/decoder.ts'
import {
  type Action,
  type HostCounters,
  SparkplugHost,
  type Target,
} from '../payload/sparkplug/host.ts'
import {
  formatTopic,
  parseTopic,
  type Payload,
  type SparkplugTopic,
} from '../payload/sparkplug/message.ts'
import { rebirthPayload } from '../payload/sparkplug/rebirth.ts'
import type { Expectation } from './commands/route.ts'
import { type ForeignDevice, type Ingest, isDeviceName } from './ingest.ts'
import type { Site } from './site/site.ts'

/** Undefined: the site speaks no Sparkplug, and its topics are ordinary ones. */
export function sparkplugStation(
  { sparkplug }: Site,
  isWelcome: (device: string) => boolean,
): SparkplugStation | undefined {
  return sparkplug === undefined ? undefined : new SparkplugStation(sparkplug.hostId, isWelcome)
}

/** What the host application needs to act. */
export interface StationSurroundings {
  readonly ingest: Pick<Ingest, 'open' | 'take' | 'setArrival'>
  readonly broker: Pick<Broker, 'router' | 'flush'>
}

/**
 * The edge as a host application of Sparkplug: knows whose a topic is, publishes its own state and what the host wants said.
 * An edge node is the device of its name, a device behind it is `<edge node>:<device>`.
 */
export class SparkplugStation {
  readonly #hostId: string
  readonly #isWelcome: (device: string) => boolean
  readonly #host = new SparkplugHost()
  /** By topic. Bounded as the host's edge nodes and their devices are. */
  readonly #waiting = new Map<
    string,
    { readonly topic: SparkplugTopic; readonly payload: Uint8Array }
  >()
  /** Told of every message of an edge node. */
  onHeard: (topic: SparkplugTopic, payload: Payload) => void = () => {}
  #around: StationSurroundings | undefined
  #timer: NodeJS.Timeout | undefined
  #onlineSinceMs = 0

  constructor(hostId: string, isWelcome: (device: string) => boolean) {
    this.#hostId = hostId
    this.#isWelcome = isWelcome
  }

  get counters(): HostCounters {
    return this.#host.counters
  }

  find(text: string): ForeignDevice | undefined {
    const topic = parseTopic(text)
    if (topic === undefined) return undefined
    const { node, device } = topic
    if (!isDeviceName(node) || node.includes(':') || !this.#isWelcome(node)) return STRANGER
    return {
      device: device === undefined ? node : `${node}:${device}`,
      newDecoder: (names, draft) =>
        new SparkplugDecoder(topic, {
          host: this.#host,
          names,
          draft,
          act: (actions) => this.#later(actions),
          heard: (of, payload) => this.onHeard(of, payload),
        }),
    }
  }

  /** A device by its name here: `<edge node>`, or `<edge node>:<device>`. */
  target(name: string): (Target & Pick<Expectation, 'node' | 'device'>) | undefined {
    const [node = '', ...rest] = name.split(':')
    const device = rest.join(':')
    const target = this.#host.target(node, device)
    return target === undefined ? undefined : { ...target, node, device }
  }

  valueIn(topic: SparkplugTopic, payload: Payload, metric: string): number | undefined {
    return this.#host.valueIn(topic, payload, metric)
  }

  start(around: StationSurroundings): void {
    this.#around = around
    this.#onlineSinceMs = Date.now()
    this.#listen(around.broker.router)
    this.#publishState('online')
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#publishState('offline')
    this.#around = undefined
  }

  #tick(): void {
    this.#act(this.#host.due(Date.now()))
    this.#takeWaiting()
  }

  /** Never while the message that led to it is being taken. */
  #later(actions: readonly Action[]): void {
    if (actions.length > 0) setImmediate(() => this.#act(actions))
  }

  #act(actions: readonly Action[]): void {
    for (const action of actions) {
      switch (action.kind) {
        case 'rebirth':
          this.#publish({
            topic: `spBv1.0/${action.group}/NCMD/${action.node}`,
            payload: rebirthPayload(Date.now()),
            qos: 0,
            retain: false,
          })
          break
        case 'bury':
          this.#waiting.set(formatTopic(action.topic), { topic: action.topic, payload: EMPTY })
          break
      }
    }
    this.#takeWaiting()
  }

  /** What is not published by a client goes the way of all messages; where there is no room it waits for the next second. */
  #takeWaiting(): void {
    const { ingest } = this.#around ?? {}
    if (ingest === undefined || this.#waiting.size === 0) return
    ingest.setArrival(Date.now())
    for (const [text, { topic, payload }] of this.#waiting) {
      const isBurial = topic.type === 'DDEATH'
      // A burial comes after the death of the edge node, and too late once it is born again.
      const source = isBurial === this.#host.isOnline(topic) ? undefined : ingest.open(text)
      if (source !== undefined && ingest.take(source, payload, 0, payload.length) === NO_ROOM)
        return
      this.#waiting.delete(text)
    }
  }

  /** A will goes to subscribers and not to the intake, so the death of an edge node is subscribed to. */
  #listen(router: Router): void {
    const session = new Session('', router.queued)
    session.outlet = {
      send: ({ message }) => {
        const topic = parseTopic(message.topic)
        if (topic === undefined || !this.#host.isOnline(topic)) return true
        this.#waiting.set(message.topic, { topic, payload: message.payload })
        setImmediate(() => this.#takeWaiting())
        return true
      },
      takenOver: () => {},
    }
    const terms = { qos: 1, noLocal: false, retainAsPublished: false, retainHandling: 2 } as const
    router.subscribe({ session, filter: DEATHS, subscriptionId: 0, ...terms })
  }

  #publishState(state: 'online' | 'offline'): void {
    const text = JSON.stringify({ online: state === 'online', timestamp: this.#onlineSinceMs })
    const topic = `spBv1.0/STATE/${this.#hostId}`
    this.#publish({ topic, payload: Buffer.from(text), qos: 1, retain: true })
  }

  #publish(message: Pick<Message, 'topic' | 'payload' | 'qos' | 'retain'>): void {
    const { broker } = this.#around ?? {}
    broker?.router.publish(
      { ...message, properties: {}, expiresMs: Infinity, publisher: '' },
      Date.now(),
    )
    broker?.flush()
  }
}

/** No device has an empty name, so what it sends is refused and counted as from somebody unknown. */
const STRANGER: ForeignDevice = { device: '', newDecoder: () => ({ decode: () => 'unreadable' }) }
const DEATHS = 'spBv1.0/+/NDEATH/+'
const EMPTY = new Uint8Array(0)
const TICK_MS = 1000
