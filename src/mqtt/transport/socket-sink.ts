import type { Socket } from 'node:net'
import { limits } from '../../core/limits.ts'
import type { PeerCertificate, Sink } from '../ports.ts'

/** The way out through a socket, plain or encrypted. */
export class SocketSink implements Sink {
  readonly #socket: Socket
  readonly remote: string
  readonly certificate: PeerCertificate | undefined

  constructor(socket: Socket, certificate?: PeerCertificate) {
    this.#socket = socket
    this.remote = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`
    this.certificate = certificate
  }

  get unsentBytes(): number {
    return this.#socket.writableLength
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /**
   * What still arrives is read and thrown away: closing on unread bytes is a reset, which overtakes the last packet. A peer that
   * does not take that packet in time is not waited for.
   */
  end(): void {
    const socket = this.#socket
    if (socket.bytesWritten === 0) {
      socket.destroy()
      return
    }
    socket.end()
    socket.resume()
    const farewell = setTimeout(() => socket.destroy(), limits.farewellMs)
    socket.once('close', () => clearTimeout(farewell))
  }
}
