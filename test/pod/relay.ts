import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net'

/** An address that stays, whatever becomes of what is behind it. */
export class Relay implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Where connections go from now on. */
  target: { readonly host: string; readonly port: number }

  static async start(target: Relay['target']): Promise<Relay> {
    const server = createServer({ noDelay: true })
    const relay = new Relay(server, target)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return relay
  }

  private constructor(server: Server, target: Relay['target']) {
    this.#server = server
    this.target = target
    server.on('connection', (socket) => this.#join(socket))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(near: Socket): void {
    const far = connect({ ...this.target, noDelay: true })
    near.pipe(far).pipe(near)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
  }
}
