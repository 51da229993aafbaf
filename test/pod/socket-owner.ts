import { lookup } from 'node:dns'
import { type Socket, connect } from 'node:net'
import {
  ADDRESS,
  ANSWER,
  CAME,
  CONNECTED,
  CONNECTING,
  GONE,
  READ,
  RING_BYTES,
  type Request,
  STATE,
  type SharedSocket,
  UNSENT,
  wake,
} from './shared-socket.ts'

/** Owns the socket of a pod that runs in another thread, and does what that asks for. */
export class SocketOwner {
  readonly #shared: SharedSocket
  #socket: Socket | undefined
  /** What came and finds no room in the ring. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(shared: SharedSocket) {
    this.#shared = shared
  }

  take(request: Request): void {
    switch (request.kind) {
      case 'connect':
        return this.#connect(request.host, request.port)
      case 'send':
        return this.#send(request.bytes)
      case 'close':
        return this.close()
      case 'look-up':
        return this.#lookUp(request.name)
      case 'ready':
        return
    }
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #connect(host: string, port: number): void {
    this.close()
    const { words } = this.#shared
    this.#rest = Buffer.alloc(0)
    for (const word of [CAME, READ, UNSENT]) Atomics.store(words, word, 0)
    Atomics.store(words, STATE, CONNECTING)
    const socket = connect({ host, port, noDelay: true })
    this.#socket = socket
    const become = (state: number): void => {
      if (this.#socket !== socket) return
      Atomics.store(words, STATE, state)
      wake(this.#shared)
    }
    socket.on('connect', () => become(CONNECTED))
    socket.on('error', () => become(GONE))
    socket.on('close', () => become(GONE))
    socket.on('data', (chunk: Buffer) => {
      if (this.#socket !== socket) return
      this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
      this.#fill()
    })
  }

  /** As much as the ring takes; the rest waits, and so does the broker. */
  #fill(): void {
    const { words, ring } = this.#shared
    const came = Atomics.load(words, CAME)
    const room = RING_BYTES - ((came - Atomics.load(words, READ)) | 0)
    const some = this.#rest.subarray(0, room)
    const at = (came >>> 0) % RING_BYTES
    const first = some.subarray(0, RING_BYTES - at)
    ring.set(first, at)
    ring.set(some.subarray(first.length), 0)
    this.#rest = this.#rest.subarray(some.length)
    Atomics.store(words, CAME, (came + some.length) | 0)
    wake(this.#shared)
    if (this.#rest.length === 0) this.#socket?.resume()
    else {
      this.#socket?.pause()
      setTimeout(() => this.#fill(), 1)
    }
  }

  #send(bytes: Uint8Array): void {
    this.#socket?.write(bytes, () => {
      Atomics.sub(this.#shared.words, UNSENT, bytes.length)
      wake(this.#shared)
    })
  }

  #lookUp(name: string): void {
    const { words } = this.#shared
    lookup(name, { family: 4 }, (error, address) => {
      if (error === null) words[ADDRESS] = Buffer.from(address.split('.').map(Number)).readInt32LE()
      Atomics.store(words, ANSWER, error === null ? 1 : 2)
      wake(this.#shared)
    })
  }
}
