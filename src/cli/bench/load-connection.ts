import { type Socket, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Address } from '../../core/address.ts'
import { assert } from '../../core/assert.ts'
import { GridError } from '../../core/errors.ts'
import type { Histogram } from './histogram.ts'

/** Where a connection tells what came back. */
export interface LoadTally {
  readonly latencies: Histogram
  acknowledged: number
  refused: number
}

export interface LoadTarget {
  readonly address: Address
  /** Of the server; undefined: no TLS. */
  readonly certificate: Buffer | undefined
  /** Undefined: the server does not ask. */
  readonly secret: string | undefined
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
  /** When the messages in flight were due, in ms of the monotonic clock, by the low bits of their packet ids. */
  readonly #due = new Float64Array(INFLIGHT_MAX)
  #block: Buffer = NOTHING
  #timeMs: number
  #packetId = 0
  #inflight = 0
  #sent = 0
  #rest: Buffer = NOTHING
  #onAcknowledged: (() => void) | undefined

  /** Resolves when the server has let the client in. */
  static async open(
    { address, certificate, secret }: LoadTarget,
    device: string,
    tally: LoadTally,
  ): Promise<LoadConnection> {
    const wire: Wire = { receive: () => {} }
    const socket =
      certificate === undefined ? plain(address, wire) : encrypted(address, certificate, wire)
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      const ready = certificate === undefined ? 'connect' : 'secureConnect'
      socket.once(ready, () => socket.write(connectPacket(device, secret)))
      wire.receive = (bytes) => {
        socket.off('error', reject)
        if (bytes[0] === 0x20 && bytes[3] === 0) resolve()
        else {
          const text = `the edge turned ${device} away (reason ${bytes[3]})`
          reject(new GridError('unreachable', text))
        }
      }
    })
    const connection = new LoadConnection(socket, device, tally)
    wire.receive = (bytes) => connection.#receive(bytes)
    return connection
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
    socket.on('error', () => socket.destroy())
  }

  get inflight(): number {
    return this.#inflight
  }

  /** Messages published so far, each with one reading. */
  get sent(): number {
    return this.#sent
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
    if (count === 0) return
    const { length } = this.#template
    const block = this.#blockFor(count)
    for (let at = 0; at < count * length; at += length) {
      this.#advance()
      this.#stamp(block, at)
      this.#due[this.#packetId % INFLIGHT_MAX] = dueMs
    }
    this.#inflight += count
    this.#sent += count
    assert(this.#inflight < INFLIGHT_MAX, 'no more in flight than latencies can be told of')
    this.#socket.write(block.subarray(0, count * length))
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Copies of the message, enough of them; the same ones again once the socket has taken what was written. */
  #blockFor(count: number): Buffer {
    const bytes = count * this.#template.length
    if (this.#block.length < bytes || this.#socket.writableLength > 0) {
      this.#block = Buffer.alloc(Math.max(bytes, this.#block.length), this.#template)
    }
    return this.#block
  }

  /** The next packet id, a millisecond later, another value. */
  #advance(): void {
    const template = this.#template
    this.#packetId = this.#packetId === 65_535 ? 1 : this.#packetId + 1
    template[this.#packetIdAt] = this.#packetId >> 8
    template[this.#packetIdAt + 1] = this.#packetId & 0xff
    template[this.#valueAt] = DIGIT_0 + (this.#packetId % 10)
    for (let at = this.#timeAt + TIME_DIGITS - 1; ; at--) {
      const digit = template[at] as number
      if (digit === DIGIT_0 + 9) template[at] = DIGIT_0
      else {
        template[at] = digit + 1
        break
      }
    }
  }

  /** Writes what `advance` changed over the copy that begins at `start`. */
  #stamp(block: Buffer, start: number): void {
    const template = this.#template
    block[start + this.#packetIdAt] = template[this.#packetIdAt] as number
    block[start + this.#packetIdAt + 1] = template[this.#packetIdAt + 1] as number
    block[start + this.#valueAt] = template[this.#valueAt] as number
    const end = this.#timeAt + TIME_DIGITS
    for (let at = this.#timeAt; at < end; at++) block[start + at] = template[at] as number
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const nowMs = performance.now()
    let at = 0
    while (at + 1 < bytes.length && at + 2 + (bytes[at + 1] as number) <= bytes.length) {
      const length = bytes[at + 1] as number
      if (bytes[at] === PUBACK) {
        const packetId = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
        this.#tally.latencies.record(
          (nowMs - (this.#due[packetId % INFLIGHT_MAX] as number)) * 1000,
        )
        this.#tally.acknowledged++
        if (length > 2 && (bytes[at + 4] as number) >= 0x80) this.#tally.refused++
        this.#inflight--
      }
      at += 2 + length
    }
    this.#rest = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at))
    this.#onAcknowledged?.()
  }
}

/** Where the bytes of a socket go; a chunk is valid only during the call. */
interface Wire {
  receive: (bytes: Buffer) => void
}

/** All sockets read into one buffer: at a thousand of them a buffer for each read costs more than what is in it. */
function plain(address: Address, wire: Wire): Socket {
  const callback = (length: number, bytes: Uint8Array): boolean => {
    wire.receive(Buffer.from(bytes.buffer, bytes.byteOffset, length))
    return true
  }
  return connect({ ...address, noDelay: true, onread: { buffer: scratch, callback } })
}

function encrypted(address: Address, certificate: Buffer, wire: Wire): Socket {
  const socket = connectTls({ ...address, ca: certificate }).setNoDelay(true)
  return socket.on('data', (bytes: Buffer) => wire.receive(bytes))
}

const NOTHING = Buffer.alloc(0)
const scratch = Buffer.alloc(64 * 1024)
/** A power of two, so that packet ids do not collide where they begin anew: 65,535 is followed by 1. */
const INFLIGHT_MAX = 1024
const PUBACK = 0x40
const DIGIT_0 = 0x30
const TIME_DIGITS = 13

export function connectPacket(clientId: string, secret?: string): Buffer {
  const flags = secret === undefined ? 0x02 : 0xc2
  const head = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 5, flags, 0, 0, 0])
  const login = secret === undefined ? [] : [clientId, secret].map(lengthPrefixed)
  const body = Buffer.concat([head, lengthPrefixed(clientId), ...login])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

/** QoS 1; short enough that its remaining length is one byte. */
function publishPacket(topic: string, payload: string): Buffer {
  const body = Buffer.concat([lengthPrefixed(topic), Buffer.from([0, 0, 0]), Buffer.from(payload)])
  return Buffer.concat([Buffer.from([0x32, body.length]), body])
}

export function lengthPrefixed(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length >> 8, text.length & 0xff]), Buffer.from(text)])
}
