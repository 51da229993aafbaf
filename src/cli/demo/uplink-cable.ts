import { type Server, type Socket, connect, createServer } from 'node:net'
import type { Address } from '../../core/address.ts'

/** The line from a substation to the centre, which somebody can pull out: nothing comes through then, and nobody is told. */
export class UplinkCable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Undefined: there is no centre yet, and who connects is sent away. */
  target: Address | undefined
  #isCut = false

  static async lay(): Promise<UplinkCable> {
    const cable = new UplinkCable()
    await new Promise<void>((resolve) => cable.#server.listen(0, '127.0.0.1', resolve))
    return cable
  }

  private constructor() {
    this.#server = createServer((near) => this.#join(near))
    this.#server.maxConnections = CONNECTIONS_MAX
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  get isCut(): boolean {
    return this.#isCut
  }

  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.pause()
  }

  mend(): void {
    this.#isCut = false
    for (const socket of this.#sockets) socket.resume()
  }

  remove(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(near: Socket): void {
    if (this.target === undefined) {
      near.destroy()
      return
    }
    const far = connect(this.target)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.pipe(to)
      from.on('error', () => {})
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
      if (this.#isCut) from.pause()
    }
  }
}

/** One is in use, and a few that an edge gave up while it was cut. */
const CONNECTIONS_MAX = 100
