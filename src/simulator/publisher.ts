import { type DoneCallback, type MqttClient, type Packet, Store, connect } from 'mqtt'
import type { Address } from '../core/address.ts'
import { errorText } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { type Instruction, type InstructionAnswer, parseInstruction } from './instruction.ts'

/** Messages on their way at a time, as a small device has it; the edge's Receive Maximum lowers it. */
const IN_FLIGHT = 16
/** Samples a device remembers while the edge is away: a quarter of an hour at one a second. */
const BACKLOG = 900
const RETRY_MS_MAX = 4000
const SESSION_EXPIRY_SECONDS = 600
/** Commands and their answers ahead of the samples; an edge sends a device one after another, and more than these are not obeyed. */
const URGENT = 8

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
  /** What the plan does not have: a reading of this moment. */
  readonly readNow: () => string
  /** Takes samples less or more often, or says why not. */
  readonly reportEvery: (seconds: number) => InstructionAnswer
  /** A connection that failed or was refused, in the words of the network. */
  readonly trouble: (text: string) => void
}

/** What is sent ahead of the samples. `done` is told the reason code of its PUBACK. */
interface Urgent {
  readonly topic: string
  readonly payload: string
  readonly correlationData?: Buffer
  readonly done?: (reason: number) => void
}

/** One device: one MQTT 5.0 connection, QoS 1, a bounded number of messages in flight and a bounded memory behind it. */
export class Publisher {
  readonly #settings: PublisherSettings
  readonly #topic: string
  /** Sample numbers only: what they read is computed when they are sent. */
  readonly #backlog: number[] = []
  readonly #urgent: Urgent[] = []
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
    return this.#backlog.length + this.#urgent.length + this.#inFlight
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
    client.on('connect', ({ properties, sessionPresent }) => {
      this.#attempts = 0
      this.#inFlightMax = Math.min(IN_FLIGHT, properties?.receiveMaximum ?? IN_FLIGHT)
      client.options.reconnectPeriod = this.#retryMs()
      this.#ready = true
      if (!sessionPresent) client.subscribe(`grid/${id}/commands/+`, { qos: 1 }, () => {})
      this.#send()
    })
    client.on('message', (_, payload, { properties }) => {
      const { responseTopic, correlationData } = properties ?? {}
      if (responseTopic === undefined) return
      this.#obey(parseInstruction(payload), (answer) => {
        const text = JSON.stringify(answer)
        this.#hurry({
          topic: responseTopic,
          payload: text,
          ...(correlationData === undefined ? {} : { correlationData }),
        })
      })
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

  #obey(instruction: Instruction | undefined, answer: (said: InstructionAnswer) => void): void {
    const { readNow, reportEvery } = this.#settings
    switch (instruction?.kind) {
      case undefined:
        answer({ outcome: 'refused', detail: 'not a command of this device' })
        break
      case 'reporting-interval':
        answer(reportEvery(instruction.seconds))
        break
      case 'read-now':
        this.#hurry({
          topic: this.#topic,
          payload: readNow(),
          done: (reason) =>
            answer(
              reason < 0x80
                ? { outcome: 'done' }
                : { outcome: 'refused', detail: `the edge did not take the reading: ${reason}` },
            ),
        })
        break
    }
  }

  #hurry(urgent: Urgent): void {
    if (this.#urgent.length === URGENT) return
    this.#urgent.push(urgent)
    this.#send()
  }

  #send(): void {
    while (this.#ready && this.#inFlight < this.#inFlightMax) {
      const urgent = this.#urgent.shift()
      if (urgent !== undefined) {
        this.#publishUrgent(urgent)
        continue
      }
      const k = this.#backlog.shift()
      if (k === undefined) return
      this.#publish(k)
    }
  }

  #publish(k: number): void {
    const { message: read, fate } = this.#settings
    const message = read(k)
    fate.sent(k)
    this.#deliver({ topic: this.#topic, payload: message.payload }, (reason) => {
      if (reason === undefined) this.#backlog.unshift(k)
      else if (reason < 0x80) fate.acknowledged(k, message)
      else fate.refused(k, reason)
    })
  }

  /** What did not get away is no longer of use when there is a connection again. */
  #publishUrgent(urgent: Urgent): void {
    this.#deliver(urgent, (reason) => {
      if (reason !== undefined) urgent.done?.(reason)
    })
  }

  /** `ended`: with the reason code of the PUBACK, or undefined where there was none. */
  #deliver(
    { topic, payload, correlationData }: Urgent,
    ended: (reason: number | undefined) => void,
  ): void {
    const properties = correlationData === undefined ? {} : { correlationData }
    this.#inFlight++
    this.#client?.publish(topic, payload, { qos: 1, properties }, (error) => {
      this.#inFlight--
      const reason = error !== undefined && error !== null && 'code' in error ? error.code : 0
      if (!error) ended(0)
      else ended(typeof reason === 'number' && reason >= 0x80 ? reason : undefined)
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
