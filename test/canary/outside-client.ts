import { connect } from 'node:net'
import { type IClientOptions, MqttClient } from 'mqtt'
import type { Address } from '../../src/core/address.ts'

/** A client that comes from an address of its own, and keeps every byte that it is sent. */
export class OutsideClient implements AsyncDisposable {
  readonly client: MqttClient
  readonly topics = new Set<string>()
  readonly payloads: Buffer[] = []
  readonly #chunks: Buffer[] = []

  static async enter(
    localAddress: string,
    edge: Address,
    options: IClientOptions,
  ): Promise<OutsideClient> {
    const outside = new OutsideClient(localAddress, edge, options)
    await new Promise((resolve, reject) => {
      outside.client.once('connect', resolve).once('error', reject)
    })
    return outside
  }

  private constructor(localAddress: string, { host, port }: Address, options: IClientOptions) {
    const usual = { protocolVersion: 5, reconnectPeriod: 0, ...options } as const
    this.client = new MqttClient(() => {
      const socket = connect({ host, port, localAddress })
      socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
      return socket
    }, usual)
    this.client.on('message', (topic, payload) => {
      this.topics.add(topic)
      this.payloads.push(payload)
    })
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true)
  }
}
