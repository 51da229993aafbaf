import { type Socket, connect } from 'node:net'
import type { Address } from '../../core/address.ts'
import { GridError } from '../../core/errors.ts'
import type { Histogram } from './histogram.ts'

/** Where a connection tells what came back. */
export interface LoadTally {
  readonly latencies: Histogram
  acknowledged: number
  refused: number
}

/**
 * One device of the load: an MQTT 5.0 client of its own that knows CONNECT, PUBLISH and PUBACK as bytes, and shares no code with the
 * server. Messages are copies of one that was encoded ahead, with packet id, time and value written over it, so that the
 * generator costs a fraction of what it measures.
 */
export class LoadConnection {
  readonly #socket: Socket
  readonly #tally: LoadTally
  readonly #template: Buffer
  readonly #packetIdAt: number
  readonly #timeAt: number
  readonly #valueAt: number
  /** When the message with this packet id was due, in ms of the monotonic clock. */
  readonly #due = new Float64Array(65_536)
  #timeMs: number
  #packetId = 0
  #inflight = 0
  #rest: Buffer = Buffer.alloc(0)
  #onAcknowledged: (() => void) | undefined

  /** Resolves when the server has let the client in. */
  static async open(address: Address, device: string, tally: LoadTally): Promise<LoadConnection> {
    const socket = connect({ host: address.host, port: address.port, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => socket.write(connectPacket(device)))
      socket.once('data', (bytes: Buffer) => {
        socket.off('error', reject)
        if (bytes[0] === 0x20 && bytes[3] === 0) resolve()
        else
          reject(
            new GridError('unreachable', `the edge turned ${device} away (reason ${bytes[3]})`),
          )
      })
    })
    return new LoadConnection(socket, device, tally)
  }

  private constructor(socket: Socket, device: string, tally: LoadTally) {
    this.#socket = socket
    this.#tally = tally
    this.#timeMs = Date.now()
    const topic = `grid/${device}/readings`
    const payload = `{"ts":${this.#timeMs},"values":{"voltage.a":230.00}}`
    this.#template = publishPacket(topic, payload)
    this.#packetIdAt = 4 + topic.length
    this.#timeAt = this.#template.length - payload.length + '{"ts":'.length
    this.#valueAt = this.#template.length - '0.00}}'.length
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('error', () => socket.destroy())
  }

  get inflight(): number {
    return this.#inflight
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /** Keeps `window` messages in flight until `stop` says that it is enough. */
  keepFull(window: number, isOver: () => boolean): void {
    this.#onAcknowledged = () => {
      if (!isOver()) this.send(window - this.#inflight, performance.now())
    }
    this.#onAcknowledged()
  }

  /** Publishes messages that were due at `dueMs`. */
  send(count: number, dueMs: number): void {
    const { length } = this.#template
    const bytes = Buffer.allocUnsafe(count * length)
    for (let at = 0; at < bytes.length; at += length) {
      this.#advance()
      bytes.set(this.#template, at)
      this.#due[this.#packetId] = dueMs
    }
    this.#inflight += count
    this.#socket.write(bytes)
  }

  close(): void {
    this.#socket.destroy()
  }

  /** The next packet id, a millisecond later, another value. */
  #advance(): void {
    const template = this.#template
    this.#packetId = this.#packetId === 65_535 ? 1 : this.#packetId + 1
    template[this.#packetIdAt] = this.#packetId >> 8
    template[this.#packetIdAt + 1] = this.#packetId & 0xff
    template[this.#valueAt] = DIGIT_0 + (this.#packetId % 10)
    for (let at = this.#timeAt + 12; ; at--) {
      const digit = template[at] as number
      if (digit === DIGIT_0 + 9) template[at] = DIGIT_0
      else {
        template[at] = digit + 1
        break
      }
    }
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const nowMs = performance.now()
    let at = 0
    while (at + 1 < bytes.length && at + 2 + (bytes[at + 1] as number) <= bytes.length) {
      const length = bytes[at + 1] as number
      if (bytes[at] === PUBACK) {
        const packetId = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
        this.#tally.latencies.record((nowMs - (this.#due[packetId] as number)) * 1000)
        this.#tally.acknowledged++
        if (length > 2 && (bytes[at + 4] as number) >= 0x80) this.#tally.refused++
        this.#inflight--
      }
      at += 2 + length
    }
    this.#rest = bytes.subarray(at)
    this.#onAcknowledged?.()
  }
}

const PUBACK = 0x40
const DIGIT_0 = 0x30

function connectPacket(clientId: string): Buffer {
  const head = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 0])
  const body = Buffer.concat([head, lengthPrefixed(clientId)])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

/** QoS 1; short enough that its remaining length is one byte. */
function publishPacket(topic: string, payload: string): Buffer {
  const body = Buffer.concat([lengthPrefixed(topic), Buffer.from([0, 0, 0]), Buffer.from(payload)])
  return Buffer.concat([Buffer.from([0x32, body.length]), body])
}

function lengthPrefixed(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length >> 8, text.length & 0xff]), Buffer.from(text)])
}
