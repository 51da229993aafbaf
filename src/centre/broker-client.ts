import { randomUUID } from 'node:crypto'
import { type IClientOptions, type MqttClient, connect } from 'mqtt'
import { errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { centreFilter } from '../uplink/topics.ts'
import type { Road, Worker } from './worker.ts'

export interface BrokerClientSettings {
  readonly url: string
  readonly options: IClientOptions
  /** Workers of one name share what comes. */
  readonly group: string
}

/** The road over another program's broker. */
export class BrokerClient implements Road {
  readonly #client: MqttClient
  /** Messages that are not acknowledged to the broker before there is room. */
  #held: (() => void)[] = []

  constructor({ url, options, group }: BrokerClientSettings, worker: Worker) {
    const client = connect(url, {
      protocolVersion: 5,
      clientId: `busbar-centre-${randomUUID()}`,
      clean: true,
      reconnectPeriod: limits.reconnectMs,
      connectTimeout: limits.uplinkConnectMs,
      keepalive: limits.uplinkKeepAliveSeconds,
      properties: { receiveMaximum: limits.centreInFlight },
      ...options,
    })
    this.#client = client
    client.handleMessage = ({ topic, payload }, done) => {
      worker.take(topic, Buffer.from(payload))
      if (worker.isFull) this.#held.push(done)
      else done()
    }
    client.on('connect', () => {
      client.subscribe(centreFilter(group), { qos: 1 }, (fault) => {
        worker.complain(fault === null ? '' : `the broker refuses: ${errorText(fault)}`)
      })
    })
    client.on('error', (fault) => worker.complain(`the broker ${url}: ${errorText(fault)}`))
  }

  get isConnected(): boolean {
    return this.#client.connected
  }

  publish(messages: Parameters<Road['publish']>[0]): void {
    for (const { topic, text } of messages) this.#client.publish(topic, text, { qos: 1 }, () => {}) // What is lost is told again.
  }

  goOn(): void {
    const held = this.#held
    this.#held = []
    for (const done of held) done()
  }

  async stop(): Promise<void> {
    await this.#client.endAsync()
  }
}
