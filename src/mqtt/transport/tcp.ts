import { type Server, type Socket, createServer } from 'node:net'
import type { Address } from '../../core/address.ts'
import { formatAddress } from '../../core/address.ts'
import { GridError, errorCode, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Broker } from '../broker/broker.ts'
import type { Sink } from '../ports.ts'

/** MQTT over TCP: sockets in, bytes to the broker, with the only clock and timer of the MQTT part. */
export class TcpTransport {
  readonly #broker: Broker
  readonly #server: Server
  readonly #ticker: NodeJS.Timeout

  constructor(broker: Broker) {
    this.#broker = broker
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) =>
      this.#accept(socket),
    )
    this.#ticker = setInterval(() => broker.tick(Date.now()), TICK_MS)
  }

  /** Resolves with the address in use; port 0 picks a free one. Throws `address-in-use`. */
  async listen({ host, port }: Address): Promise<Address> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => reject(listenError({ host, port }, cause)))
      this.#server.listen({ host, port, backlog: 1024 }, () => {
        const bound = this.#server.address()
        resolve({ host, port: bound !== null && typeof bound === 'object' ? bound.port : port })
      })
    })
  }

  /** Lets nobody in any more and parts from everybody; a sink ends within `limits.farewellMs`. */
  async stop(): Promise<void> {
    clearInterval(this.#ticker)
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#broker.stop(Date.now())
    await closed
  }

  #accept(socket: Socket): void {
    const connection = this.#broker.accept(new SocketSink(socket), Date.now())
    socket.on('data', (chunk: Buffer) => {
      const nowMs = Date.now()
      connection.receive(chunk, nowMs)
      if (socket.writableLength > limits.unsentBytesPause) connection.backedUp(Date.now())
      if (connection.isOpen && Date.now() - nowMs >= TURN_MS) {
        socket.pause()
        setImmediate(() => connection.resume())
      }
    })
    socket.on('drain', () => connection.drained(Date.now()))
    socket.on('end', () => socket.end())
    socket.on('error', () => connection.closed(Date.now()))
    socket.on('close', () => connection.closed(Date.now()))
  }
}

class SocketSink implements Sink {
  readonly #socket: Socket
  readonly remote: string

  constructor(socket: Socket) {
    this.#socket = socket
    this.remote = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}`
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

const TICK_MS = 1000
/** A chunk that takes this long is the last of its connection for now: libuv would read up to 32 before it looks at others. */
const TURN_MS = 4

function listenError(address: Address, cause: unknown): GridError {
  const hint = 'Choose another address with --mqtt HOST:PORT.'
  if (errorCode(cause) === 'EADDRINUSE') {
    const text = `${formatAddress(address)} is taken by another program`
    return new GridError('address-in-use', text, { hint, cause })
  }
  const text = `listening on ${formatAddress(address)}: ${errorText(cause)}`
  return new GridError('address-in-use', text, { hint, cause })
}
