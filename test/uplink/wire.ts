import { type Server, type Socket, connect, createServer } from 'node:net'

/** `mute`: what the far end says does not come back. `hole`: nothing comes through either way, and nobody is told. */
export type WireMode = 'open' | 'mute' | 'hole' | 'cut'

/** TCP to a program whose address may change, as good or bad as the test wants it. */
export class Wire implements AsyncDisposable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** HOST:PORT. */
  target = ''
  #mode: WireMode = 'open'
  port = 0

  static async open(): Promise<Wire> {
    const wire = new Wire()
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    const address = wire.#server.address()
    wire.port = typeof address === 'object' && address !== null ? address.port : 0
    return wire
  }

  private constructor() {
    this.#server = createServer((near) => this.#join(near))
  }

  set mode(mode: WireMode) {
    this.#mode = mode
    if (mode === 'cut') for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.mode = 'cut'
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(near: Socket): void {
    if (this.#mode === 'cut') {
      near.destroy()
      return
    }
    const [host, port] = this.target.split(':')
    const far = connect({ host: host ?? '', port: Number(port) })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from)
      from.on('data', (bytes) => {
        const isHeard = this.#mode === 'open' || (this.#mode === 'mute' && from === near)
        if (isHeard) to.write(bytes)
      })
      from.on('error', () => {})
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
    }
  }
}
