import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** The head of an HTTP request that asks for an upgrade. */
export interface UpgradeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

/** The head of the answer, to be sent as it stands. */
export interface UpgradeAnswer {
  readonly isAccepted: boolean
  readonly head: string
}

/** The server's half of the opening handshake (RFC 6455, 4.2). */
export function answerUpgrade(
  { method, url = '', headers }: UpgradeRequest,
  origins: readonly string[],
): UpgradeAnswer {
  if (url.split('?', 1)[0] !== '/mqtt') return refusal('404 Not Found')
  if (method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket') {
    return refusal('400 Bad Request')
  }
  if (headers['sec-websocket-version'] !== '13') {
    return refusal('426 Upgrade Required', 'Sec-WebSocket-Version: 13')
  }
  const key = headers['sec-websocket-key'] ?? ''
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) return refusal('400 Bad Request')
  // [MQTT-6.0.0-3], [MQTT-6.0.0-4]
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',')
  if (!protocols.some((name) => name.trim() === 'mqtt')) return refusal('400 Bad Request')
  if (!isWelcome(headers, origins)) return refusal('403 Forbidden')
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64')
  return {
    isAccepted: true,
    head: `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`,
  }
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * A browser says from which site the page came that wants to connect, so that no page on the internet reaches the substation
 * through a browser inside it. Programs say nothing, or name the server itself.
 */
function isWelcome({ origin, host }: IncomingHttpHeaders, origins: readonly string[]): boolean {
  if (origin === undefined || origins.includes('*') || origins.includes(origin)) return true
  const from = URL.parse(origin)
  return from !== null && from.host === URL.parse(`${from.protocol}//${host}`)?.host
}

function refusal(status: string, ...lines: readonly string[]): UpgradeAnswer {
  const head = [`HTTP/1.1 ${status}`, ...lines, 'Connection: close', 'Content-Length: 0']
  return { isAccepted: false, head: `${head.join('\r\n')}\r\n\r\n` }
}
