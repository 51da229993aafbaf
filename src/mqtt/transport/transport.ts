import { type Server, createServer } from 'node:net'
import { type Address, formatAddress } from '../../core/address.ts'
import { GridError, errorCode, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Broker } from '../broker/broker.ts'
import { Arrivals } from './arrivals.ts'
import { Handshakes } from './handshakes.ts'
import { TurnTaking } from './turn-taking.ts'

/** Every way to the broker that is a socket, with the only clock and timer of the MQTT part. */
export class Transport {
  readonly broker: Broker
  readonly handshakes: Handshakes = new Handshakes()
  readonly arrivals: Arrivals
  readonly turnTaking: TurnTaking
  readonly #doors: Server[] = []
  readonly #ticker: NodeJS.Timeout

  constructor(broker: Broker, connectionsPerSecond: number = limits.connectionsPerSecond) {
    this.broker = broker
    this.turnTaking = new TurnTaking(broker)
    this.arrivals = new Arrivals(connectionsPerSecond)
    this.#ticker = setInterval(() => {
      broker.tick(Date.now())
      this.handshakes.tick(Date.now())
      this.arrivals.tick(Date.now())
    }, TICK_MS)
  }

  /**
   * Lets connections in to `server`, which does not listen itself: who comes too often is turned away before TLS or HTTP have spent
   * anything on him. Resolves with the address in use; port 0 picks a free one. Throws `address-in-use`, with `hint`.
   */
  async listen(server: Server, { host, port }: Address, hint: string): Promise<Address> {
    const door = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      if (this.arrivals.admits(socket.remoteAddress ?? '', Date.now())) {
        server.emit('connection', socket)
      } else socket.destroy()
    })
    this.#doors.push(door)
    return new Promise((resolve, reject) => {
      door.once('error', (cause) => reject(listenError({ host, port }, hint, cause)))
      door.listen({ host, port, backlog: 1024 }, () => {
        const bound = door.address()
        resolve({ host, port: bound !== null && typeof bound === 'object' ? bound.port : port })
      })
    })
  }

  /** Lets nobody in any more and parts from everybody; a sink ends within `limits.farewellMs`. */
  async stop(): Promise<void> {
    clearInterval(this.#ticker)
    const closed = this.#doors.map(
      async (door) => new Promise<void>((resolve) => door.close(() => resolve())),
    )
    this.handshakes.stop()
    this.broker.stop(Date.now())
    await Promise.all(closed)
  }
}

const TICK_MS = 1000

function listenError(address: Address, hint: string, cause: unknown): GridError {
  if (errorCode(cause) === 'EADDRINUSE') {
    const text = `${formatAddress(address)} is taken by another program`
    return new GridError('address-in-use', text, { hint, cause })
  }
  const text = `listening on ${formatAddress(address)}: ${errorText(cause)}`
  return new GridError('address-in-use', text, { hint, cause })
}
