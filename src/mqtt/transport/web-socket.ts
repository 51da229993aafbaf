import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer as createPlainServer,
} from 'node:http'
import { type Server as SecureServer, createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { limits } from '../../core/limits.ts'
import { type Proof, proofOf } from './peer-certificate.ts'
import { type Credentials, type TlsSettings, secureOptions } from './secure-context.ts'
import { joinSocket } from './socket-connection.ts'
import { SocketSink } from './socket-sink.ts'
import type { Entrance } from './tls.ts'
import { answerUpgrade } from './web-socket/upgrade.ts'
import { WebSocket } from './web-socket/web-socket.ts'

export interface WebSocketSettings {
  /** Pages of which other origins may connect, as `https://ops.example`; `*` for all. */
  readonly origins: readonly string[]
}

/** MQTT over WebSocket. */
export function webSocketServer(entrance: Entrance, settings: WebSocketSettings): Server {
  const server = createPlainServer(OPTIONS, refuseRequest)
  attend(server, entrance, settings, () => ({ kind: 'valid', certificate: undefined }))
  return server
}

export interface SecureWebSocketSettings extends WebSocketSettings {
  readonly tls: TlsSettings
}

/** MQTT over WebSocket over TLS. */
export function secureWebSocketServer(
  entrance: Entrance,
  settings: SecureWebSocketSettings,
  credentials: Credentials,
): SecureServer {
  const { tls } = settings
  const options = { ...OPTIONS, ...secureOptions(tls, credentials) }
  const server = createSecureServer(options, refuseRequest)
  attend(server, entrance, settings, (socket) =>
    socket instanceof TLSSocket ? proofOf(socket, tls) : { kind: 'invalid' },
  )
  return server
}

const OPTIONS = {
  maxHeaderSize: limits.httpHeaderBytes,
  // The limits of `Handshakes` hold for HTTP as for TLS; two clocks would count some here and some there.
  headersTimeout: 0,
  requestTimeout: 0,
}

function attend(
  server: Server | SecureServer,
  { broker, handshakes, turnTaking }: Entrance,
  { origins }: WebSocketSettings,
  prove: (socket: Socket) => Proof,
): void {
  const anyServer: NodeJS.EventEmitter = server
  anyServer.prependListener('connection', (socket: Socket) => handshakes.begin(socket, Date.now()))
  anyServer.on('clientError', (_: Error, socket: Socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
    socket.destroySoon()
  })
  anyServer.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const answer = answerUpgrade(request, origins)
    const proof = prove(socket)
    if (!answer.isAccepted || proof.kind === 'invalid' || !handshakes.end(socket)) {
      socket.on('error', () => {})
      socket.end(answer.isAccepted ? '' : answer.head)
      socket.destroySoon()
      return
    }
    socket.write(answer.head)
    const webSocket = new WebSocket(new SocketSink(socket, proof.certificate))
    joinSocket(socket, { broker, turnTaking, sink: webSocket, framing: webSocket })
    if (head.length > 0) socket.unshift(head)
  })
}

function refuseRequest(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { connection: 'close', upgrade: 'websocket' })
  response.end('MQTT over WebSocket: ask for an upgrade to websocket at /mqtt.\n')
}
