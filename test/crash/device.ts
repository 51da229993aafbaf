import { Socket, connect as connectTcp } from 'node:net'
import { type IClientOptions, MqttClient, type Packet } from 'mqtt'
import type { Address } from '../../src/core/address.ts'
import { errorCode, errorText } from '../../src/core/errors.ts'
import type { Random } from '../../src/core/random.ts'
import { Itinerary } from './itinerary.ts'
import { DeviceRecord, type Sending } from './record.ts'
import { Sampler } from './sample.ts'

const WINDOW = 50
const RECONNECT_MS = 25
/** An edge that is killed, or stops, ends a connection in one of these ways. */
const EXPECTED_ERRORS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'NO_EDGE'])
const SERVER_SHUTTING_DOWN = 0x8b

export interface DeviceSettings {
  readonly index: number
  readonly nowMs: number
  readonly random: Random
  /** Where the edge is now; undefined: nowhere. */
  readonly address: () => Address | undefined
  /** Something happened that no crash explains. */
  readonly complain: (text: string) => void
}

/**
 * One device: MQTT.js, so that client and server are not wrong together, with a window of messages in flight. Devices of odd numbers lose
 * their MQTT session with each connection, as after a reboot; the others resume it and MQTT.js re-delivers.
 */
export class Device {
  readonly record: DeviceRecord
  readonly #settings: DeviceSettings
  readonly #itinerary: Itinerary
  readonly #topic: string
  readonly #qos: 1 | 2
  /** By payload. */
  readonly #inFlight = new Map<string, Sending>()
  readonly #payloads = new Map<number, string>()
  #client: MqttClient | undefined
  #connected = false
  #sends = true

  constructor(settings: DeviceSettings) {
    const { index, nowMs, random } = settings
    const sampler = new Sampler(index, nowMs)
    this.#settings = settings
    this.record = new DeviceRecord(sampler)
    this.#itinerary = new Itinerary(this.record, { random, shuffles: index % 4 < 2 })
    this.#topic = `grid/${sampler.device}/readings`
    this.#qos = index % 4 === 3 ? 2 : 1
  }

  /** Messages without an acknowledgement. */
  get inFlight(): number {
    return this.#inFlight.size
  }

  /** For whoever waits in vain. */
  get state(): string {
    const { device } = this.record.sampler
    return `${device} ${this.#connected ? 'connected' : 'away'}, ${this.inFlight} in flight`
  }

  connect(): void {
    const client = new MqttClient(() => this.#openStream(), this.#options())
    const isCurrent = (): boolean => this.#client === client
    this.#client = client
    this.#payloads.clear()
    client.on('packetsend', (packet) => this.#whenSent(packet))
    client.on('packetreceive', (packet) => {
      if (isCurrent()) this.#whenReceived(packet)
    })
    client.on('connect', () => this.#begin(client))
    client.on('close', () => {
      this.#connected = false
      if (!this.#reboots) return
      client.end(true)
      setTimeout(() => {
        if (isCurrent()) this.connect()
      }, RECONNECT_MS)
    })
    client.on('error', (error) => {
      if (!EXPECTED_ERRORS.has(errorCode(error))) this.#complain(errorText(error))
    })
    client.on('disconnect', ({ reasonCode }) => {
      if (reasonCode !== SERVER_SHUTTING_DOWN) this.#complain(`DISCONNECT ${reasonCode}`)
    })
  }

  /** From now on only what is late or in flight. */
  finish(): void {
    this.#sends = false
    this.#pump()
  }

  close(): void {
    const client = this.#client
    this.#client = undefined
    client?.end(true)
  }

  get #reboots(): boolean {
    return this.#settings.index % 2 === 1
  }

  #options(): IClientOptions {
    const protocolVersion = this.#settings.index % 5 === 4 ? 4 : 5
    const clean = this.#reboots
    return {
      clientId: this.record.sampler.device,
      protocolVersion,
      clean,
      ...(protocolVersion === 5 && !clean ? { properties: { sessionExpiryInterval: 600 } } : {}),
      reconnectPeriod: RECONNECT_MS,
      connectTimeout: 20_000,
      keepalive: 60,
    }
  }

  /** Never to the port of an edge that is gone: another process may have it by now. */
  #openStream(): Socket {
    const address = this.#settings.address()
    if (address !== undefined) return connectTcp({ ...address, noDelay: true })
    const socket = new Socket()
    process.nextTick(() => socket.destroy(Object.assign(new Error('no edge'), { code: 'NO_EDGE' })))
    return socket
  }

  #begin(client: MqttClient): void {
    if (this.#client !== client) return
    this.#connected = true
    if (this.#reboots) for (const payload of this.#inFlight.keys()) this.#publish(payload)
    if (this.#settings.index % 3 === 0) this.#itinerary.repeatRecent()
    this.#pump()
  }

  #pump(): void {
    while (this.#connected && this.#inFlight.size < WINDOW) {
      const sending = this.#sends ? this.#itinerary.next() : this.#itinerary.nextLate()
      if (sending === undefined) return
      const payload = this.#payloadOf(sending)
      if (this.#inFlight.has(payload)) continue
      this.#inFlight.set(payload, sending)
      this.#publish(payload)
    }
  }

  #payloadOf({ kind, k }: Sending): string {
    const { sampler } = this.record
    if (kind === 'conflict') return sampler.contradiction(k)
    return kind === 'unreadable' ? sampler.unreadable(k) : sampler.payload(k)
  }

  #publish(payload: string): void {
    const client = this.#client
    client?.publish(this.#topic, payload, { qos: this.#qos }, () => {
      // Of QoS 2 this is the end of the exchange; the acknowledgement that counts was PUBREC.
      if (this.#client !== client) return
      this.#inFlight.delete(payload)
      this.#pump()
    })
  }

  #whenSent(packet: Packet): void {
    if (packet.cmd !== 'publish' || packet.messageId === undefined) return
    const payload = packet.payload.toString()
    const sending = this.#inFlight.get(payload)
    if (sending === undefined) return this.#complain(`a packet out of nowhere: ${payload}`)
    this.#payloads.set(packet.messageId, payload)
    this.record.transmit(sending)
  }

  /** The promise is in the first acknowledgement: PUBACK, or PUBREC. */
  #whenReceived(packet: Packet): void {
    if (packet.cmd !== 'puback' && packet.cmd !== 'pubrec') return
    const payload = this.#payloads.get(packet.messageId ?? 0)
    const sending = payload === undefined ? undefined : this.#inFlight.get(payload)
    if (sending === undefined) return this.#complain(`an acknowledgement of nothing`)
    this.#payloads.delete(packet.messageId ?? 0)
    const code = packet.reasonCode ?? 0
    if (code >= 0x80 && sending.kind !== 'unreadable') {
      return this.#complain(`${sending.kind} ${sending.k} was refused with ${code}`)
    }
    this.record.acknowledge(sending)
  }

  #complain(text: string): void {
    this.#settings.complain(`${this.record.sampler.device}: ${text}`)
  }
}
