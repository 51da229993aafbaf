import { type Server, type Socket, createServer } from 'node:net'
import { Packets, publishedId, publishedPayload } from '../../src/simulator/fleet/packets.ts'

export interface DiodeSettings {
  /** A connection to the broker of the centre. */
  readonly connect: () => Socket
}

/**
 * A data diode for MQTT, as such appliances are: the near half answers the edge by itself, the far half sends on what came through, and not a byte
 * comes back. Whether anything arrives the near half does not know.
 */
export class Diode implements Disposable {
  readonly #settings: DiodeSettings
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Whatever is sent is lost. */
  isDark = false
  /** Packets that want an answer from beyond. */
  asked = 0
  /** Packets with something to say, and those of them that were lost. */
  published = 0
  lost = 0

  static async open(settings: DiodeSettings): Promise<Diode> {
    const diode = new Diode(settings)
    await new Promise<void>((resolve) => diode.#server.listen(0, '127.0.0.1', resolve))
    return diode
  }

  private constructor(settings: DiodeSettings) {
    this.#settings = settings
    this.#server = createServer((near) => this.#join(near))
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  [Symbol.dispose](): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #join(near: Socket): void {
    const far = this.#settings.connect()
    far.resume() // Nothing of it comes back.
    for (const socket of [near, far]) {
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    }
    near.on('close', () => far.end())
    const packets = new Packets()
    near.on('data', (chunk: Buffer) => {
      for (const packet of packets.cut(chunk)) {
        this.#answer(near, packet)
        if (publishedPayload(packet) !== undefined) this.published++
        if (!this.isDark) far.write(packet)
        else if (publishedPayload(packet) !== undefined) this.lost++
      }
    })
  }

  #answer(near: Socket, packet: Buffer): void {
    switch ((packet[0] as number) >> 4) {
      case TYPE.connect:
        near.write(CONNACK)
        break
      case TYPE.publish: {
        const id = publishedId(packet)
        near.write(Buffer.from([TYPE.puback << 4, 2, id >> 8, id & 0xff]))
        break
      }
      case TYPE.pingreq:
        near.write(PINGRESP)
        break
      case TYPE.disconnect:
        break
      default:
        this.asked++
    }
  }
}

const TYPE = { connect: 1, publish: 3, puback: 4, pingreq: 12, disconnect: 14 } as const
/** MQTT 5.0: a new session, success, no properties. */
const CONNACK = Buffer.from([0x20, 3, 0, 0, 0])
const PINGRESP = Buffer.from([0xd0, 0])
