import { type Server, type Socket, createServer } from 'node:net'
import type { Random } from '../../core/random.ts'
import { Packets, publishedPayload } from './packets.ts'

/**
 * `open`: everything gets through. `cut`: nothing does, and connections are closed. `mute`: what the site sends arrives, and nothing comes
 * back. `deaf`: nothing that the site sends arrives. `hole`: nothing gets through, either way; of none of these three is anybody told, for the
 * end of a connection does not get through either. `slow`: few bytes a second, to the centre.
 */
export type WireMode = 'open' | 'cut' | 'mute' | 'deaf' | 'hole' | 'slow'

export interface WireSettings {
  /** A connection to the centre. */
  readonly connect: () => Socket
  /** What happens to envelopes on their way to the centre; undefined: nothing does. */
  readonly envelopes?: EnvelopeFaults
}

export interface EnvelopeFaults {
  readonly random: Random
  /** Shares of them. */
  readonly duplicated: number
  readonly reordered: number
  /** Told of each that goes twice. */
  readonly onDuplicate: (payload: Buffer) => void
}

/** The link of one site: it listens on a port of its own, and passes on what comes with the faults that it is told to have. */
export class Wire implements Disposable {
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

  /** A link that swallowed something does not come back as if nothing had been: what was not passed on is gone. */
  set mode(mode: WireMode) {
    if (mode === 'cut' || !this.#isWhole) this.drop()
    this.#mode = mode
  }

  get #isWhole(): boolean {
    return this.#hears('up') && this.#hears('down')
  }

  #hears(way: 'up' | 'down'): boolean {
    return this.#mode !== 'hole' && this.#mode !== (way === 'up' ? 'deaf' : 'mute')
  }

  drop(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
    this.#pairs.clear()
  }

  [Symbol.dispose](): void {
    this.close()
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
    for (const [socket, way] of [[site, 'up'] as const, [centre, 'down'] as const]) {
      socket.on('close', () => {
        if (!this.#hears(way) && this.#pairs.has(pair)) return
        this.#pairs.delete(pair)
        for (const each of pair) each.destroy()
      })
    }
    this.#up(site, centre)
    centre.on('data', (chunk: Buffer) => {
      if (!this.#hears('down')) return
      if (!site.write(chunk)) {
        centre.pause()
        site.once('drain', () => centre.resume())
      }
    })
  }

  #up(site: Socket, centre: Socket): void {
    const packets = new Packets()
    const faults = this.#settings.envelopes ?? NO_FAULTS
    const held: Buffer[] = []
    const release = (): void => {
      for (const packet of held.splice(0)) if (!centre.destroyed) centre.write(packet)
    }
    site.on('data', (chunk: Buffer) => {
      if (!this.#hears('up')) return
      for (const packet of packets.cut(chunk)) {
        const { random, duplicated, reordered, onDuplicate } = faults
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

const NO_FAULTS: EnvelopeFaults = {
  random: () => 1,
  duplicated: 0,
  reordered: 0,
  onDuplicate: () => {},
}
/** What was held back goes behind the next envelope, or after this. */
const HELD_MS = 200
const SLOW_BYTES_PER_SECOND = 8192
