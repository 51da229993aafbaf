import { randomUUID } from 'node:crypto'
import { type IClientOptions, type MqttClient, connect } from 'mqtt'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import {
  fleetFilter,
  fleetSourceOf,
  fleetTopic,
  fromSite,
  type toSite,
} from '../../fleet/topics.ts'

export interface FleetListener {
  /** Retained messages may be gone with the broker. */
  connected(): void
  reported(site: string, bytes: Uint8Array): void
  request(site: string, bytes: Uint8Array): void
}

export interface FleetLinkParts {
  readonly url: string
  readonly options: IClientOptions
  readonly group: string
  readonly listener: FleetListener
  readonly warn: (text: string) => void
}

/** A connection to the broker beside that of the worker: what is large here holds up no record. */
export class FleetLink {
  readonly #client: MqttClient
  readonly #warn: (text: string) => void
  #complaint = ''

  constructor({ url, options, group, listener, warn }: FleetLinkParts) {
    this.#warn = warn
    this.#client = connect(url, {
      protocolVersion: 5,
      clientId: `busbar-fleet-${randomUUID()}`,
      clean: true,
      reconnectPeriod: limits.reconnectMs,
      connectTimeout: limits.uplinkConnectMs,
      keepalive: limits.uplinkKeepAliveSeconds,
      ...options,
    })
    this.#client.on('connect', () => {
      const filters = fromSite.map((kind) => fleetFilter(group, kind))
      this.#client.subscribe(filters, { qos: 1 }, (fault) => {
        this.#complain(fault === null ? '' : `the broker refuses: ${errorText(fault)}`)
        listener.connected()
      })
    })
    this.#client.on('message', (topic, bytes) => {
      const source = fleetSourceOf(topic)
      if (source?.kind === 'reported') listener.reported(source.site, bytes)
      else if (source?.kind === 'request') listener.request(source.site, bytes)
    })
    this.#client.on('error', (fault) => this.#complain(`the broker ${url}: ${errorText(fault)}`))
  }

  get isConnected(): boolean {
    return this.#client.connected
  }

  /** Rejects where the broker has not taken it. */
  async send(site: string, kind: (typeof toSite)[number], bytes: Uint8Array): Promise<void> {
    const retain = kind === 'desired'
    const topic = fleetTopic(site, kind)
    const { promise: late, reject } = Promise.withResolvers<never>()
    const fault = new GridError('unreachable', `the broker does not take ${topic}`)
    const timer = setTimeout(() => reject(fault), limits.fleetSendMs)
    const taken = this.#client.publishAsync(topic, Buffer.from(bytes), { qos: 1, retain })
    await Promise.race([taken, late]).finally(() => clearTimeout(timer))
  }

  async stop(): Promise<void> {
    await this.#client.endAsync(true)
  }

  #complain(text: string): void {
    if (text !== this.#complaint && text !== '') this.#warn(`fleet: ${text}`)
    this.#complaint = text
  }
}
