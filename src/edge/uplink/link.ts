import { readFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { type IClientOptions, type MqttClient, connect } from 'mqtt'
import { errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { ackTopic } from '../../uplink/topics.ts'
import type { UplinkSettings } from '../site/uplink.ts'

export interface LinkListener {
  /** Acknowledgements are heard from now on. */
  connected(): void
  /** Once for each `open`; empty: it was closed here. */
  lost(why: string): void
  acknowledgement(bytes: Uint8Array): void
}

/** What else goes over the connection. The broker may refuse all of it, and the records go on. */
export interface Passenger {
  readonly topics: readonly string[]
  connected(): void
  message(topic: string, bytes: Uint8Array): void
  refused(why: string): void
}

/** One connection to the broker at a time. It does not try again by itself, and keeps nothing to be sent later. */
export class Link {
  readonly #site: string
  readonly #settings: UplinkSettings
  readonly #listener: LinkListener
  #client: MqttClient | undefined
  passenger: Passenger | undefined

  constructor(site: string, settings: UplinkSettings, listener: LinkListener) {
    this.#site = site
    this.#settings = settings
    this.#listener = listener
  }

  open(): void {
    let options: IClientOptions
    try {
      options = optionsOf(this.#site, this.#settings)
    } catch (thrown) {
      this.#listener.lost(errorText(thrown))
      return
    }
    const client = connect(this.#settings.url, options)
    this.#client = client
    client.once('connect', () => {
      if (this.#settings.oneWay) return this.#connected(client)
      client.subscribe(ackTopic(this.#site), { qos: 1 }, (fault) => {
        if (client !== this.#client) return
        if (fault === null) this.#connected(client)
        else this.#end(client, errorText(fault))
      })
    })
    client.on('message', (topic, bytes) => {
      if (client !== this.#client) return
      if (topic === ackTopic(this.#site)) this.#listener.acknowledgement(bytes)
      else this.passenger?.message(topic, bytes)
    })
    client.on('error', (fault) => this.#end(client, errorText(fault)))
    client.on('close', () => this.#end(client, 'the connection was closed'))
  }

  /** A message that the broker refuses ends the connection: it says why, and what is in flight goes again. */
  send(topic: string, bytes: Uint8Array): void {
    const client = this.#client
    client?.publish(topic, Buffer.from(bytes), { qos: 1 }, (fault) => {
      if (fault !== undefined && fault !== null) this.#end(client, errorText(fault))
    })
  }

  /** Of the passenger: whether it is refused or lost, the connection stays. */
  sendAside(topic: string, bytes: Uint8Array, { retain }: { readonly retain: boolean }): void {
    const client = this.#client
    client?.publish(topic, Buffer.from(bytes), { qos: 1, retain }, (fault) => {
      if (fault === undefined || fault === null || client !== this.#client) return
      this.passenger?.refused(errorText(fault))
    })
  }

  #connected(client: MqttClient): void {
    this.#listener.connected()
    const { passenger } = this
    if (passenger === undefined) return
    if (this.#settings.oneWay || passenger.topics.length === 0) return passenger.connected()
    client.subscribe([...passenger.topics], { qos: 1 }, (fault) => {
      if (client !== this.#client) return
      if (fault !== null) passenger.refused(errorText(fault))
      passenger.connected()
    })
  }

  close(): void {
    if (this.#client !== undefined) this.#end(this.#client, '')
  }

  #end(client: MqttClient, why: string): void {
    if (client !== this.#client) return
    this.#client = undefined
    client.on('error', () => {}) // What a socket says that nobody waits for any more.
    // Not here: this may be the answer to one of many messages in flight, all of which the client is about to answer.
    setImmediate(() => client.end(true))
    this.#listener.lost(why)
  }
}

/** Read anew for each connection: whoever replaces a certificate or a password need not restart. */
function optionsOf(site: string, settings: UplinkSettings): IClientOptions {
  const { user = site, passwordFile, ca, certificate, key } = settings
  const password =
    passwordFile === undefined ? undefined : readFileSync(passwordFile, 'utf8').split(/\r?\n/)[0]
  return {
    protocolVersion: 5,
    clientId: `${site}-uplink-${randomUUID().slice(0, 8)}`,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: limits.uplinkConnectMs,
    keepalive: limits.uplinkKeepAliveSeconds,
    username: user,
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(certificate === undefined ? {} : { cert: readFileSync(certificate) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
  }
}
