import { type DoneCallback, type MqttClient, type Packet, Store, connect } from 'mqtt'
import type { Address } from '../core/address.ts'
import { errorText } from '../core/errors.ts'
import type { Random } from '../core/random.ts'

/** Messages on their way at a time, as a small device has it; the edge's Receive Maximum lowers it. */
const IN_FLIGHT = 16
/** Samples a device remembers while the edge is away: a quarter of an hour at one a second. */
const BACKLOG = 900
const RETRY_MS_MAX = 4000
const SESSION_EXPIRY_SECONDS = 600

export interface Message {
  readonly timeMs: number
  readonly payload: string
  readonly readings: number
}

/** What happens to the samples of one device; every sample offered ends in exactly one of the last three, or waits. */
export interface Fate {
  sent(k: number): void
  acknowledged(k: number, message: Message): void
  refused(k: number, reason: number): void
  /** The backlog was full; the oldest goes first, because the newest says most about now. */
  dropped(k: number): void
}

export interface PublisherSettings {
  readonly id: string
  readonly address: Address
  /** The first pause before connecting again; it doubles, and is jittered so that a thousand devices do not march in step. */
  readonly retryMs: number
  readonly random: Random
  readonly message: (k: number) => Message
  readonly fate: Fate
  /** A connection that failed or was refused, in the words of the network. */
  readonly trouble: (text: string) => void
}

/** One device: one MQTT 5.0 connection, QoS 1, a bounded number of messages in flight and a bounded memory behind it. */
export class Publisher {
  readonly #settings: PublisherSettings
  readonly #topic: string
  /** Sample numbers only: what they read is computed when they are sent. */
  readonly #backlog: number[] = []
  #client: MqttClient | undefined
  #inFlight = 0
  #inFlightMax = IN_FLIGHT
  #attempts = 0
  #ready = false

  constructor(settings: PublisherSettings) {
    this.#settings = settings
    this.#topic = `grid/${settings.id}/readings`
  }

  get connected(): boolean {
    return this.#ready
  }

  get waiting(): number {
    return this.#backlog.length + this.#inFlight
  }

  connect(): void {
    const { id, address, trouble } = this.#settings
    const client = connect({
      protocol: 'mqtt',
      host: address.host,
      port: address.port,
      clientId: id,
      protocolVersion: 5,
      clean: false,
      properties: { sessionExpiryInterval: SESSION_EXPIRY_SECONDS },
      keepalive: 60,
      connectTimeout: 10_000,
      reconnectPeriod: this.#retryMs(),
      reconnectOnConnackError: true,
      resubscribe: false,
      outgoingStore: new ResendStore(),
    })
    this.#client = client
    client.on('connect', ({ properties }) => {
      this.#attempts = 0
      this.#inFlightMax = Math.min(IN_FLIGHT, properties?.receiveMaximum ?? IN_FLIGHT)
      client.options.reconnectPeriod = this.#retryMs()
      this.#ready = true
      this.#send()
    })
    client.on('close', () => {
      this.#ready = false
      this.#attempts++
      // The client has already planned its next attempt with the last pause; this is for the one after.
      client.options.reconnectPeriod = this.#retryMs()
    })
    client.on('error', (error) => trouble(errorText(error)))
  }

  #retryMs(): number {
    const { retryMs, random } = this.#settings
    const pause = Math.min(
      retryMs * 2 ** Math.min(this.#attempts, 8),
      Math.max(retryMs, RETRY_MS_MAX),
    )
    return Math.round(pause * (0.5 + random()))
  }

  offer(k: number): void {
    if (this.#backlog.length === BACKLOG) {
      const oldest = this.#backlog.shift()
      if (oldest !== undefined) this.#settings.fate.dropped(oldest)
    }
    this.#backlog.push(k)
    this.#send()
  }

  #send(): void {
    while (this.#ready && this.#inFlight < this.#inFlightMax) {
      const k = this.#backlog.shift()
      if (k === undefined) return
      this.#publish(k)
    }
  }

  #publish(k: number): void {
    const { message: read, fate } = this.#settings
    const message = read(k)
    this.#inFlight++
    fate.sent(k)
    this.#client?.publish(this.#topic, message.payload, { qos: 1 }, (error) => {
      this.#inFlight--
      const reason = error !== undefined && error !== null && 'code' in error ? error.code : 0
      if (!error) fate.acknowledged(k, message)
      else if (typeof reason === 'number' && reason >= 0x80) fate.refused(k, reason)
      else this.#backlog.unshift(k)
      this.#send()
    })
  }

  /** Says goodbye where somebody listens; `close` never waits for an edge that is away. */
  close(): Promise<void> {
    const client = this.#client
    const leave = this.#ready && this.#inFlight === 0
    this.#ready = false
    if (client === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        client.stream.destroy()
        resolve()
      }, 300)
      client.end(!leave, () => {
        clearTimeout(cut)
        resolve()
      })
    })
  }
}

/**
 * What is read back from this store is always sent for the second time, which the client itself does not mark:
 * DUP is 1 on every re-delivery [MQTT-3.3.1-1].
 */
class ResendStore extends Store {
  override put(packet: Packet, done: DoneCallback): this {
    if (packet.cmd === 'publish') packet.dup = true
    return super.put(packet, done)
  }
}
