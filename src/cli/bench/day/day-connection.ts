import { type Socket, connect } from 'node:net'
import type { Address } from '../../../core/address.ts'
import { GridError } from '../../../core/errors.ts'
import { connectPacket, lengthPrefixed } from '../load-connection.ts'

const CHUNK_BYTES = 65_536
const PUBACK = 0x40
/** A type, a remaining length below 16,384, a packet id, no properties. */
const HEAD_BYTES = 6

export interface AckTally {
  acknowledged(messages: number, refused: number): void
}

/** A concentrator: one connection that sends what several meters have to say. */
export class DayConnection {
  readonly #socket: Socket
  readonly #tally: AckTally
  #chunk: Buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  #at = 0
  #packetId = 0
  #rest: Buffer = Buffer.alloc(0)

  static async open(address: Address, id: string, tally: AckTally): Promise<DayConnection> {
    const socket = connect({ ...address, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => socket.write(connectPacket(id)))
      socket.once('data', (bytes: Buffer) => {
        if (bytes[0] === 0x20 && bytes[3] === 0) resolve()
        else reject(new GridError('unreachable', `the edge turned ${id} away (reason ${bytes[3]})`))
      })
    })
    return new DayConnection(socket, tally)
  }

  private constructor(socket: Socket, tally: AckTally) {
    this.#socket = socket
    this.#tally = tally
    socket.on('data', (bytes: Buffer) => this.#receive(bytes))
  }

  /** QoS 1. Goes out with the next `flush`, or before. */
  publish(topic: Buffer, payload: Buffer): void {
    const length = topic.length + 3 + payload.length
    if (this.#at + HEAD_BYTES + length > CHUNK_BYTES) this.flush()
    this.#packetId = (this.#packetId % 65_535) + 1
    const chunk = this.#chunk
    let at = this.#at
    chunk[at++] = 0x32
    chunk[at++] = (length & 127) | 128
    chunk[at++] = length >> 7
    at += topic.copy(chunk, at)
    chunk[at++] = this.#packetId >> 8
    chunk[at++] = this.#packetId
    chunk[at++] = 0
    this.#at = at + payload.copy(chunk, at)
  }

  flush(): void {
    if (this.#at === 0) return
    this.#socket.write(this.#chunk.subarray(0, this.#at))
    // The socket may keep what it was given until the edge takes it.
    this.#chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    this.#at = 0
  }

  close(): void {
    this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    let messages = 0
    let refused = 0
    let at = 0
    while (at + 1 < bytes.length && at + 2 + (bytes[at + 1] as number) <= bytes.length) {
      const length = bytes[at + 1] as number
      if (bytes[at] === PUBACK) {
        messages++
        if (length > 2 && (bytes[at + 4] as number) >= 0x80) refused++
      }
      at += 2 + length
    }
    this.#rest = Buffer.from(bytes.subarray(at))
    if (messages > 0) this.#tally.acknowledged(messages, refused)
  }
}

/** As it stands in PUBLISH. */
export function topicOf(device: string): Buffer {
  return lengthPrefixed(`grid/${device}/readings`)
}
