import { once } from 'node:events'
import { type Socket, connect as connectSocket } from 'node:net'
import type { Address } from '../../src/core/address.ts'
import {
  type ConnectOptions,
  type Version,
  connect,
} from '../../src/mqtt/broker/client-packets.test.ts'
import { readPackets } from '../../src/mqtt/broker/server-packets.test.ts'

/** A client that sends any bytes it likes and reads only when it is asked to. */
export class Wire implements Disposable {
  readonly socket: Socket
  readonly #version: Version
  readonly #lines: string[] = []
  #rest = Buffer.alloc(0)
  #isClosed = false
  #wake: () => void = () => {}

  static async open(address: Address, version: Version = 5): Promise<Wire> {
    const socket = connectSocket({ ...address, noDelay: true })
    await once(socket, 'connect')
    return new Wire(socket, version)
  }

  /** Through a socket that is open, encrypted perhaps. */
  static over(socket: Socket, version: Version = 5): Wire {
    return new Wire(socket, version)
  }

  /** Open, CONNECT, CONNACK. */
  static async enter(
    address: Address,
    clientId: string,
    options: ConnectOptions = {},
  ): Promise<Wire> {
    const wire = await Wire.open(address, options.version ?? 5)
    wire.send(connect(clientId, options))
    const line = await wire.line()
    if (!line.startsWith('CONNACK 00')) throw new Error(`${clientId} was turned away: ${line}`)
    return wire
  }

  private constructor(socket: Socket, version: Version) {
    this.socket = socket
    this.#version = version
    socket.on('data', (chunk: Buffer) => {
      const { lines, rest } = readPackets(Buffer.concat([this.#rest, chunk]), version)
      this.#rest = Buffer.from(rest)
      this.#lines.push(...lines)
      this.#wake()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#isClosed = true
      this.#wake()
    })
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get version(): Version {
    return this.#version
  }

  send(...packets: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(packets))
  }

  /** Waits until the system has taken the bytes. */
  async flush(bytes: Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()))
  }

  /** The next packet, or `end`. */
  async line(withinMs = 10_000): Promise<string> {
    const due = Date.now() + withinMs
    while (this.#lines.length === 0 && !this.#isClosed) {
      if (Date.now() >= due) throw new Error('nothing came in time')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, due - Date.now())
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return this.#lines.shift() ?? 'end'
  }

  async next(count: number, withinMs = 10_000): Promise<string[]> {
    const lines: string[] = []
    while (lines.length < count) lines.push(await this.line(withinMs))
    return lines
  }

  /** All until the connection ends. */
  async ending(withinMs = 10_000): Promise<string[]> {
    const lines = [await this.line(withinMs)]
    while (lines.at(-1) !== 'end') lines.push(await this.line(withinMs))
    return lines
  }

  /** Leaves what comes in the system's buffer. */
  stopReading(): void {
    this.socket.pause()
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }
}
