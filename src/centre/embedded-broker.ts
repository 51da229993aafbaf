import { randomBytes } from 'node:crypto'
import type { Address } from '../core/address.ts'
import { limits } from '../core/limits.ts'
import { seededRandom } from '../core/random.ts'
import { Broker } from '../mqtt/broker/broker.ts'
import type { Gatekeeper, Intake, Keeper } from '../mqtt/ports.ts'
import type { Credentials, TlsSettings } from '../mqtt/transport/secure-context.ts'
import { tcpServer } from '../mqtt/transport/tcp.ts'
import { tlsServer } from '../mqtt/transport/tls.ts'
import { Transport } from '../mqtt/transport/transport.ts'

export interface BrokerSettings {
  readonly address: Address
  readonly gatekeeper: Gatekeeper
  /** Undefined: no TLS. */
  readonly tls: BrokerTls | undefined
}

export interface BrokerTls extends Pick<TlsSettings, 'clientCertificates'> {
  readonly credentials: Credentials
}

export interface EmbeddedBroker {
  readonly address: Address
  /** Where the worker of this process connects, without TLS, on this machine only. */
  readonly inner: Address
  readonly broker: Broker
  stop(): Promise<void>
}

/** Our MQTT server in the centre. It keeps nothing: what it loses was not acknowledged by the database, and comes again. */
export async function openBroker(settings: BrokerSettings): Promise<EmbeddedBroker> {
  const { address, gatekeeper, tls } = settings
  const broker = new Broker({
    intake: NOTHING_TAKEN,
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
    return { address: bound, inner, broker, stop: async () => transport.stop() }
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

const NOTHING_TAKEN: Intake = {
  open: () => undefined,
  setArrival: () => {},
  take: () => 0,
  isFull: false,
  refuse: () => {},
  takenBatch: 0,
  durableBatch: 0,
}

const NOTHING_KEPT: Keeper = { put: () => {}, remove: () => {}, changes: 0, hasRoom: true }
