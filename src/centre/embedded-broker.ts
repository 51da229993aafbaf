import { randomBytes } from 'node:crypto'
import type { Address } from '../core/address.ts'
import { limits } from '../core/limits.ts'
import { seededRandom } from '../core/random.ts'
import { Broker } from '../mqtt/broker/broker.ts'
import { type Gatekeeper, type Intake, type Keeper, NO_ROOM } from '../mqtt/ports.ts'
import type { Credentials, TlsSettings } from '../mqtt/transport/secure-context.ts'
import { tcpServer } from '../mqtt/transport/tcp.ts'
import { tlsServer } from '../mqtt/transport/tls.ts'
import { Transport } from '../mqtt/transport/transport.ts'
import { reason } from '../mqtt/reasons.ts'
import { sourceOf } from '../uplink/topics.ts'
import type { Road, Worker } from './worker.ts'

export interface BrokerSettings {
  readonly address: Address
  readonly gatekeeper: Gatekeeper
  /** Undefined: no TLS. */
  readonly tls: BrokerTls | undefined
}

export interface BrokerTls extends Pick<TlsSettings, 'clientCertificates'> {
  readonly credentials: Credentials
}

export interface EmbeddedBroker extends Road {
  readonly address: Address
  /** Where other clients of this process connect, without TLS, on this machine only. */
  readonly inner: Address
  stop(): Promise<void>
}

/**
 * Our MQTT server in the centre. Envelopes go to the worker without a socket or a queue between: where it has no room, sites are not read from. It keeps
 * nothing: what it loses was not acknowledged by the database, and comes again.
 */
export async function openBroker(
  settings: BrokerSettings,
  worker: Worker,
): Promise<EmbeddedBroker> {
  const { address, gatekeeper, tls } = settings
  const broker = new Broker({
    intake: intakeOf(worker),
    gatekeeper,
    keeper: NOTHING_KEPT,
    random: seededRandom(randomBytes(4).readUInt32LE()),
    stopwatch: () => performance.now(),
  })
  const transport = new Transport(broker, limits.connectionsPerSecond)
  try {
    const inner = await transport.listen(tcpServer(transport), { host: '127.0.0.1', port: 0 }, '')
    const hint = 'Choose another address with --mqtt HOST:PORT.'
    const server = tls === undefined ? tcpServer(transport) : secure(transport, tls)
    const bound = await transport.listen(server, address, hint)
    return {
      address: bound,
      inner,
      isConnected: true,
      publish: (messages) => publish(broker, messages),
      goOn: () => broker.settle(Date.now()),
      stop: async () => transport.stop(),
    }
  } catch (thrown) {
    await transport.stop()
    throw thrown
  }
}

function secure(
  transport: Transport,
  { credentials, clientCertificates }: BrokerTls,
): ReturnType<typeof tlsServer> {
  const settings = { minimumVersion: 'TLSv1.3', clientCertificates } as const
  return tlsServer(transport, settings, credentials)
}

class StreamTopic {
  readonly topic: string

  constructor(topic: string) {
    this.topic = topic
  }
}

/** A PUBACK says that the worker has it, no more: the acknowledgement of the database is a message of its own. */
function intakeOf(worker: Worker): Intake {
  return {
    open: (topic) => (sourceOf(topic) === undefined ? undefined : new StreamTopic(topic)),
    setArrival: () => {},
    take: (source, bytes, start, end) => {
      if (worker.isFull || !(source instanceof StreamTopic)) return NO_ROOM
      worker.take(source.topic, Buffer.from(bytes.subarray(start, end)))
      return reason.success
    },
    isFull: false,
    refuse: () => {},
    takenBatch: 0,
    durableBatch: 0,
  }
}

function publish(broker: Broker, messages: Parameters<Road['publish']>[0]): void {
  const nowMs = Date.now()
  const rest = {
    qos: 1,
    retain: false,
    properties: {},
    expiresMs: Infinity,
    publisher: '',
  } as const
  for (const { topic, text } of messages)
    broker.router.publish({ ...rest, topic, payload: Buffer.from(text) }, nowMs)
  broker.flush()
}

const NOTHING_KEPT: Keeper = { put: () => {}, remove: () => {}, changes: 0, hasRoom: true }
