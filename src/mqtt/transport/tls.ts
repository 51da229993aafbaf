import { type Server, createServer } from 'node:tls'
import type { Broker } from '../broker/broker.ts'
import type { Handshakes } from './handshakes.ts'
import { proofOf } from './peer-certificate.ts'
import { type Credentials, type TlsSettings, secureOptions } from './secure-context.ts'
import { joinSocket } from './socket-connection.ts'
import { SocketSink } from './socket-sink.ts'
import type { TurnTaking } from './turn-taking.ts'

/** Where those go who have come as far as MQTT, and those who are on their way there. */
export interface Entrance {
  readonly broker: Broker
  readonly handshakes: Handshakes
  readonly turnTaking: TurnTaking
}

/** MQTT over TLS. */
export function tlsServer(
  { broker, handshakes, turnTaking }: Entrance,
  settings: TlsSettings,
  credentials: Credentials,
): Server {
  const server = createServer(secureOptions(settings, credentials))
  server.prependListener('connection', (socket) => handshakes.begin(socket, Date.now()))
  server.on('tlsClientError', (_, socket) => socket.destroy())
  server.on('secureConnection', (socket) => {
    const proof = proofOf(socket, settings)
    if (proof.kind === 'invalid' || !handshakes.end(socket)) {
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    joinSocket(socket, { broker, turnTaking, sink: new SocketSink(socket, proof.certificate) })
  })
  return server
}
