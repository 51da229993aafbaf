import { type Server, type Socket, createServer } from 'node:net'
import type { Random } from '../../core/random.ts'
import { Packets, publishedPayload } from './packets.ts'

/**
 * `open`: everything gets through. `cut`: nothing does, and connections are closed. `mute`: what the site sends arrives, and nothing comes
 * back. `slow`: few bytes a second, to the centre.
 */
export type WireMode = 'open' | 'cut' | 'mute' | 'slow'

export interface WireSettings {
  /** A connection to the centre. */
  readonly connect: () => Socket
  readonly random: Random
  /** Of the envelopes on their way to the centre; 0: none. */
  readonly duplicated: number
  readonly reordered: number
  /** Told of each that goes twice. */
  readonly onDuplicate: (payload: Buffer) => void
}

/** The link of one site: it listens on a port of its own, and passes on what comes with the faults that it is told to have. */
export class Wire {
  readonly #settings: WireSettings
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #mode: WireMode = 'open'
  reordered = 0

  static async open(settings: WireSettings): Promise<Wire> {
    const wire = new Wire(settings)
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve))
    return wire
  }

  private constructor(settings: WireSettings) {
    this.#settings = settings
    this.#server = createServer({ noDelay: true }, (site) => this.#join(site))
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  get mode(): WireMode {
    return this.#mode
  }

  /** A link that was mute does not come back as if nothing had been: what was not passed on is gone. */
  set mode(mode: WireMode) {
    if (mode === 'cut' || this.#mode === 'mute') this.drop()
    this.#mode = mode
  }

  drop(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
    this.#pairs.clear()
  }

  close(): void {
    this.drop()
    this.#server.close()
  }

  #join(site: Socket): void {
    site.on('error', () => {})
    if (this.#mode === 'cut') {
      site.destroy()
      return
    }
    const centre = this.#settings.connect()
    centre.on('error', () => {})
    const pair = [site, centre] as const
    this.#pairs.add(pair)
    for (const socket of pair) {
      socket.on('close', () => {
        this.#pairs.delete(pair)
        for (const each of pair) each.destroy()
      })
    }
    this.#up(site, centre)
    centre.on('data', (chunk: Buffer) => {
      if (this.#mode === 'mute') return
      if (!site.write(chunk)) {
        centre.pause()
        site.once('drain', () => centre.resume())
      }
    })
  }

  #up(site: Socket, centre: Socket): void {
    const packets = new Packets()
    const held: Buffer[] = []
    const release = (): void => {
      for (const packet of held.splice(0)) if (!centre.destroyed) centre.write(packet)
    }
    site.on('data', (chunk: Buffer) => {
      for (const packet of packets.cut(chunk)) {
        const { random, duplicated, reordered, onDuplicate } = this.#settings
        const payload = publishedPayload(packet)
        const isHeld = payload !== undefined && held.length === 0 && random() < reordered
        if (isHeld) {
          this.reordered++
          held.push(packet)
          setTimeout(release, HELD_MS)
          continue
        }
        centre.write(packet)
        if (payload !== undefined && random() < duplicated) {
          onDuplicate(payload)
          centre.write(packet)
        }
        if (payload !== undefined) release()
      }
      this.#hold(site, centre, chunk.length)
    })
  }

  /** The site may send again when the bytes are through. */
  #hold(site: Socket, centre: Socket, bytes: number): void {
    if (this.#mode === 'slow') {
      site.pause()
      setTimeout(() => site.resume(), (bytes / SLOW_BYTES_PER_SECOND) * 1000)
    } else if (centre.writableNeedDrain) {
      site.pause()
      centre.once('drain', () => site.resume())
    }
  }
}

/** What was held back goes behind the next envelope, or after this. */
const HELD_MS = 200
const SLOW_BYTES_PER_SECOND = 8192
