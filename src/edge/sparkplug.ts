import type { Broker } from '../mqtt/broker/broker.ts'
import { NO_ROOM } from '../mqtt/ports.ts'
import type { Message } from '../mqtt/session/message.ts'
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
import { rebirthPayload } from '../payload/sparkplug/control.ts'
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
  /** Devices behind edge nodes that have died, by topic. Bounded as the host's edge nodes and their devices are. */
  readonly #burials = new Map<string, SparkplugTopic>()
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
    this.#takeBurials()
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
          this.#burials.set(formatTopic(action.topic), action.topic)
          break
      }
    }
    this.#takeBurials()
  }

  /** No client publishes these; where there is no room for them they wait for the next second. */
  #takeBurials(): void {
    const { ingest } = this.#around ?? {}
    if (ingest === undefined || this.#burials.size === 0) return
    ingest.setArrival(Date.now())
    for (const [text, topic] of this.#burials) {
      // Too late once the edge node is born again.
      const source = this.#host.isOnline(topic) ? undefined : ingest.open(text)
      if (source !== undefined && ingest.take(source, EMPTY, 0, 0) === NO_ROOM) return
      this.#burials.delete(text)
    }
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
const EMPTY = new Uint8Array(0)
const TICK_MS = 1000
