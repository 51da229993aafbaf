import type { Socket } from 'node:net'
import { limits } from '../../core/limits.ts'

/** Counters since the start. */
export interface HandshakeCounters {
  /** The peer spoke something else, showed a certificate that does not hold, was not allowed in, or went. */
  failed: number
  /** It took too long, or too many waited. */
  dropped: number
}

/**
 * Sockets on which TLS or the upgrade to WebSocket is under way. Strangers, as those that have not sent CONNECT are: they have
 * their own limit, and where too many wait the one that waited longest makes room.
 */
export class Handshakes {
  readonly counters: HandshakeCounters = { failed: 0, dropped: 0 }
  /** In the order in which they came. The key is the peer's address: an encrypted socket does not tell which one it wraps. */
  readonly #waiting = new Map<string, Waiting>()

  get count(): number {
    return this.#waiting.size
  }

  begin(socket: Socket, nowMs: number): void {
    const waiting: Waiting = { socket, key: peerOf(socket), sinceMs: nowMs }
    this.#waiting.set(waiting.key, waiting)
    socket.once('close', () => {
      if (this.#waiting.get(waiting.key) !== waiting) return
      this.#waiting.delete(waiting.key)
      this.counters.failed++
    })
    if (this.#waiting.size <= limits.handshakes) return
    const [oldest] = this.#waiting.values()
    if (oldest !== undefined) this.#drop(oldest)
  }

  /** It is done: from now on the broker looks after this peer. False: it was dropped meanwhile. */
  end(socket: Socket): boolean {
    return this.#waiting.delete(peerOf(socket))
  }

  tick(nowMs: number): void {
    for (const waiting of this.#waiting.values()) {
      if (nowMs - waiting.sinceMs <= limits.handshakeMs) break
      this.#drop(waiting)
    }
  }

  stop(): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { socket } of waiting) socket.destroy()
  }

  #drop({ socket, key }: Waiting): void {
    this.counters.dropped++
    this.#waiting.delete(key)
    socket.destroy()
  }
}

interface Waiting {
  readonly socket: Socket
  readonly key: string
  readonly sinceMs: number
}

function peerOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
