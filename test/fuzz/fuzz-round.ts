import { connect as connectSocket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { seededRandom } from '../../src/core/random.ts'
import { frame } from '../../src/mqtt/transport/web-socket/client-frames.test.ts'
import type { TestedEdge } from '../mqtt/tested-edge.ts'
import { damaged } from './mutations.ts'
import { validSequence } from './sequences.ts'

/** Connections of one round, all at once. */
export const CONNECTIONS = 40
const LINGER_MS = 15
const CLOSED_MS = 2000
const UPGRADE =
  'GET /mqtt HTTP/1.1\r\nHost: edge\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n'

/** The bytes of each connection of a round, which depend on its seed alone. */
export function fuzzedBytes(seed: number): Buffer[][] {
  const random = seededRandom(seed)
  return Array.from({ length: CONNECTIONS }, () => damaged(validSequence(random), random))
}

/** One round against a running edge: everything is written, a little is waited for, and the connections end in several ways. */
export async function runRound(edge: TestedEdge, seed: number): Promise<void> {
  const all = fuzzedBytes(seed)
  await Promise.all(all.map(async (pieces, n) => send(edge, { pieces, n, seed })))
}

interface Fuzzed {
  readonly pieces: readonly Buffer[]
  readonly n: number
  readonly seed: number
}

/** Every fourth goes over WebSocket, half of them with frames that are damaged in place of what is in them. */
async function send(edge: TestedEdge, { pieces, n, seed }: Fuzzed): Promise<void> {
  const isWebSocket = n % 4 === 3
  const address = isWebSocket ? edge.listener('webSocket') : edge.mqtt
  // From many addresses: from one, most would be turned away after a while.
  const localAddress = `127.0.${1 + (n % 20)}.${1 + (seed % 200)}`
  const socket = connectSocket({ ...address, localAddress, noDelay: true })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.resume()
  if (isWebSocket) socket.write(UPGRADE)
  const isFramed = isWebSocket && n % 8 === 3
  for (const [at, piece] of pieces.entries()) {
    socket.write(isFramed ? frame(piece) : piece)
    if (at % 8 === 7) await setTimeout(0)
  }
  await Promise.race([setTimeout(LINGER_MS), closed])
  if (n % 3 === 0) socket.resetAndDestroy()
  else socket.end()
  await Promise.race([setTimeout(CLOSED_MS, undefined, { ref: false }), closed])
  socket.destroy()
}
