import { writeSync } from 'node:fs'
import { errorCode } from '../../src/core/errors.ts'
import { SocketFunctions } from './socket-functions.ts'
import type { Request, SharedSocket } from './shared-socket.ts'

export interface World {
  readonly environment: Readonly<Record<string, string>>
  readonly shared: SharedSocket
  readonly ask: (request: Request) => void
}

/** A function that a module imports: of numbers, and of one i64. */
export type Imported = (...values: readonly (number & bigint)[]) => number

const SUCCESS = 0
const INVALID = 28

/** WASI preview 1 with the sockets of WasmEdge, as much of it as a pod uses. */
export class WasiFunctions {
  readonly #sockets: SocketFunctions
  readonly #environment: Buffer[]
  readonly #ask: World['ask']
  #memory: WebAssembly.Memory | undefined

  constructor(world: World) {
    this.#ask = world.ask
    this.#sockets = new SocketFunctions(world, () => this.#view())
    this.#environment = Object.entries(world.environment).map(([name, value]) =>
      Buffer.from(`${name}=${value}\0`),
    )
  }

  set memory(memory: WebAssembly.Memory) {
    this.#memory = memory
  }

  get imports(): object {
    const sockets = this.#sockets
    return {
      environ_sizes_get: (count: number, bytes: number) => {
        this.#view().setUint32(count, this.#environment.length, true)
        this.#view().setUint32(bytes, Buffer.concat(this.#environment).length, true)
        return SUCCESS
      },
      environ_get: (pointers: number, text: number) => this.#environ(pointers, text),
      clock_time_get: (clock: number, _: bigint, time: number) => {
        const now = clock === 0 ? BigInt(Date.now()) * 1_000_000n : process.hrtime.bigint()
        this.#view().setBigInt64(time, now, true)
        return SUCCESS
      },
      fd_write: (fd: number, vectors: number, count: number, written: number) =>
        this.#write(fd, { vectors, count, written }),
      fd_close: () => sockets.close(),
      fd_fdstat_set_flags: (_: number, flags: number) => (flags === 4 ? SUCCESS : INVALID),
      poll_oneoff: sockets.poll.bind(sockets),
      sock_open: sockets.open.bind(sockets),
      sock_connect: sockets.connect.bind(sockets),
      sock_recv: sockets.receive.bind(sockets),
      sock_send: sockets.send.bind(sockets),
      sock_getsockopt: sockets.option.bind(sockets),
      sock_getaddrinfo: sockets.lookUp.bind(sockets),
    }
  }

  /** A view is made again for each call: the memory may have grown. */
  #view(): DataView {
    if (this.#memory === undefined) throw new Error('the module has no memory yet')
    return new DataView(this.#memory.buffer)
  }

  #environ(pointers: number, text: number): number {
    const view = this.#view()
    let at = text
    for (const [index, entry] of this.#environment.entries()) {
      view.setUint32(pointers + 4 * index, at, true)
      new Uint8Array(view.buffer).set(entry, at)
      at += entry.length
    }
    return SUCCESS
  }

  #write(
    fd: number,
    { vectors, count, written }: { vectors: number; count: number; written: number },
  ): number {
    const view = this.#view()
    let bytes = 0
    for (let index = 0; index < count; index++) {
      const at = view.getUint32(vectors + 8 * index, true)
      const piece = new Uint8Array(view.buffer, at, view.getUint32(vectors + 8 * index + 4, true))
      if (Buffer.from(piece).toString().startsWith('ready')) this.#ask({ kind: 'ready' })
      bytes += writeAll(fd, piece)
    }
    view.setUint32(written, bytes, true)
    return SUCCESS
  }
}

/** A pipe whose reader is busy takes nothing for a while. */
function writeAll(fd: number, bytes: Uint8Array): number {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(fd, bytes.subarray(done))
    } catch (cause) {
      if (errorCode(cause) !== 'EAGAIN') throw cause
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
  return bytes.length
}
