import type { Socket } from 'node:net'
import { limits } from '../../core/limits.ts'
import type { Broker } from '../broker/broker.ts'
import type { Connection } from '../broker/connection.ts'
import type { Sink } from '../ports.ts'
import { ProtocolError, reason } from '../reasons.ts'
import type { TurnTaking } from './turn-taking.ts'

/** What stands between the bytes of a socket and those of MQTT. TCP and TLS have none. */
export interface Framing {
  /** The MQTT bytes in `chunk`, which may be changed in place; everything else in it is dealt with. */
  unwrap(chunk: Buffer): Buffer
  /** `ended`: the peer has said that it is done. `broken`: it does not keep to the framing. */
  readonly state: 'open' | 'ended' | 'broken'
}

export interface SocketParts {
  readonly broker: Broker
  readonly turnTaking: TurnTaking
  readonly sink: Sink
  readonly framing?: Framing
}

/** Joins a socket, on which any handshake is over, and a connection of the broker: bytes in, bytes out, back-pressure. */
export function joinSocket(socket: Socket, parts: SocketParts): void {
  const { broker, turnTaking, sink, framing } = parts
  const connection = broker.accept(sink, Date.now())
  socket.on('data', (chunk: Buffer) => {
    const isLarge = chunk.length >= LARGE_BYTES
    turnTaking.begin(connection, isLarge)
    const nowMs = Date.now()
    if (framing === undefined) connection.receive(chunk, nowMs)
    else receiveFramed(framing, chunk, { connection, nowMs })
    if (socket.writableLength > limits.unsentBytesPause) connection.backedUp(Date.now())
    if (connection.charge(chunk.length, nowMs) > 0) waitForTokens(connection)
    else if (isLarge) turnTaking.end(connection)
  })
  socket.on('drain', () => connection.drained(Date.now()))
  socket.on('end', () => socket.end())
  socket.on('error', () => connection.closed(Date.now()))
  socket.on('close', () => connection.closed(Date.now()))
}

/** There is more behind a chunk of this size. */
const LARGE_BYTES = 16 * 1024

/** Looks again at least so often: a connection that has ended meanwhile is not kept, however much it owes. */
const TOKENS_MS = 1000

function waitForTokens(connection: Connection): void {
  const waitMs = connection.charge(0, Date.now())
  if (waitMs === 0) return
  setTimeout(() => waitForTokens(connection), Math.min(waitMs, TOKENS_MS)).unref()
}

/** A chunk without MQTT bytes, such as a ping of WebSocket, is no sign of life for Keep Alive [MQTT-3.1.2-20]. */
function receiveFramed(
  framing: Framing,
  chunk: Buffer,
  { connection, nowMs }: { readonly connection: Connection; readonly nowMs: number },
): void {
  const bytes = framing.unwrap(chunk)
  if (bytes.length > 0) connection.receive(bytes, nowMs)
  switch (framing.state) {
    case 'open':
      return
    case 'ended':
      connection.sink.end()
      connection.closed(nowMs)
      return
    case 'broken':
      connection.fail(new ProtocolError(reason.protocolError, 'not a frame of WebSocket'), nowMs)
      return
  }
}
