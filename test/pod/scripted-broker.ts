import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'

export const CONNECT = 1
export const PUBLISH = 3
export const PUBACK = 4
export const SUBSCRIBE = 8
export const PINGREQ = 12
export const DISCONNECT = 14

const CONNACK = Buffer.from([0x20, 3, 0, 0, 0])

export interface Packet {
  readonly type: number
  readonly first: number
  readonly body: Buffer
}

/** A broker that says what a test tells it to, to one client at a time. */
export class ScriptedBroker implements AsyncDisposable {
  readonly #server: Server
  #socket: Socket | undefined
  #rest: Buffer = Buffer.alloc(0)
  #packets: Packet[] = []
  #wake: () => void = () => {}
  #isClosed = false

  static async start(): Promise<ScriptedBroker> {
    const server = createServer({ noDelay: true })
    const broker = new ScriptedBroker(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return broker
  }

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#join(socket))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Whether the client has closed the connection that it had last. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Takes the next client in as far as its SUBSCRIBE, with a CONNACK of one's own. */
  async welcome(connack: Buffer = CONNACK): Promise<void> {
    await this.next(CONNECT)
    this.send(connack)
    const { body } = await this.next(SUBSCRIBE)
    this.send(Buffer.from([0x90, 4, body[0] ?? 0, body[1] ?? 0, 0, 1]))
  }

  send(...packets: readonly Uint8Array[]): void {
    this.#socket?.write(Buffer.concat(packets))
  }

  /** The client has read nearly all that was sent: what is left is in the system's buffers. */
  async flushed(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket?.write(Buffer.alloc(0), () => resolve()))
  }

  /** Ends the connection, and forgets what came over it. */
  drop(): void {
    this.#socket?.destroy()
    this.#packets = []
  }

  /** The next packet that is not a PINGREQ, which has to be of that type. */
  async next(type: number, withinMs = 10_000): Promise<Packet> {
    const packet = await this.any(withinMs)
    if (packet?.type === type) return packet
    throw new Error(`wanted a packet of type ${type}, got ${packet?.type ?? 'none in time'}`)
  }

  /** Nothing comes for so long. */
  async isQuiet(forMs: number): Promise<boolean> {
    return (await this.any(forMs)) === undefined
  }

  /** Acknowledges results until all messages are acknowledged; how many results there were. */
  async settle(messages: number): Promise<number> {
    let results = 0
    for (let left = messages; left > 0;) {
      const packet = await this.any(10_000)
      if (packet === undefined) throw new Error(`${left} messages are not acknowledged`)
      if (packet.type === PUBACK) left--
      else if (packet.type === PUBLISH) {
        results++
        this.send(puback(result(packet).id))
      }
    }
    return results
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** The next packet that is not a PINGREQ; undefined: none comes in time. */
  async any(withinMs: number): Promise<Packet | undefined> {
    const due = Date.now() + withinMs
    for (;;) {
      const packet = this.#packets.shift()
      if (packet?.type === PINGREQ) this.send(Buffer.from([0xd0, 0]))
      else if (packet !== undefined) return packet
      const left = due - Date.now()
      if (left <= 0) return undefined
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  #join(socket: Socket): void {
    this.#socket = socket
    this.#isClosed = false
    this.#rest = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) this.#isClosed = true
      this.#wake()
    })
    socket.on('data', (chunk: Buffer) => {
      this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
      this.#cut()
      this.#wake()
    })
  }

  #cut(): void {
    for (;;) {
      let at = 1
      let bytes = 0
      for (let factor = 1; ; factor *= 128) {
        const byte = this.#rest[at++]
        if (byte === undefined) return
        bytes += (byte & 127) * factor
        if (byte < 128) break
      }
      if (this.#rest.length < at + bytes) return
      const first = this.#rest[0] ?? 0
      this.#packets.push({ type: first >> 4, first, body: this.#rest.subarray(at, at + bytes) })
      this.#rest = this.#rest.subarray(at + bytes)
    }
  }
}

/** A PUBLISH of QoS 1, or of QoS 0 where it has no identifier. */
export function publish(topic: string, payload: string, id = 0): Buffer {
  const name = Buffer.from(topic)
  const identifier = id === 0 ? [] : [id >> 8, id & 255]
  const head = Buffer.from([name.length >> 8, name.length & 255])
  const body = Buffer.concat([head, name, Buffer.from([...identifier, 0]), Buffer.from(payload)])
  return Buffer.concat([Buffer.from([id === 0 ? 0x30 : 0x32, ...lengthOf(body.length)]), body])
}

export function puback(id: number, reason = 0): Buffer {
  return Buffer.from([0x40, 3, id >> 8, id & 255, reason])
}

/** What a PUBLISH of a pod says. */
export function result({ body }: Packet): {
  readonly topic: string
  readonly id: number
  readonly payload: string
} {
  const end = 2 + body.readUInt16BE(0)
  return {
    topic: body.toString('utf8', 2, end),
    id: body.readUInt16BE(end),
    payload: body.toString('utf8', end + 3),
  }
}

function lengthOf(bytes: number): number[] {
  const digits: number[] = []
  let left = bytes
  do {
    digits.push((left & 127) | (left > 127 ? 128 : 0))
    left >>= 7
  } while (left > 0)
  return digits
}
