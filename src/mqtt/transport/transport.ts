import type { Server } from 'node:net'
import { type Address, formatAddress } from '../../core/address.ts'
import { GridError, errorCode, errorText } from '../../core/errors.ts'
import type { Broker } from '../broker/broker.ts'
import { Handshakes } from './handshakes.ts'

/** Every way to the broker that is a socket, with the only clock and timer of the MQTT part. */
export class Transport {
  readonly broker: Broker
  readonly handshakes: Handshakes = new Handshakes()
  readonly #servers: Server[] = []
  readonly #ticker: NodeJS.Timeout

  constructor(broker: Broker) {
    this.broker = broker
    this.#ticker = setInterval(() => {
      broker.tick(Date.now())
      this.handshakes.tick(Date.now())
    }, TICK_MS)
  }

  /** Resolves with the address in use; port 0 picks a free one. Throws `address-in-use`, with `hint`. */
  async listen(server: Server, { host, port }: Address, hint: string): Promise<Address> {
    this.#servers.push(server)
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => reject(listenError({ host, port }, hint, cause)))
      server.listen({ host, port, backlog: 1024 }, () => {
        const bound = server.address()
        resolve({ host, port: bound !== null && typeof bound === 'object' ? bound.port : port })
      })
    })
  }

  /** Lets nobody in any more and parts from everybody; a sink ends within `limits.farewellMs`. */
  async stop(): Promise<void> {
    clearInterval(this.#ticker)
    const closed = this.#servers.map(
      async (server) => new Promise<void>((resolve) => server.close(() => resolve())),
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
