import { setTimeout } from 'node:timers/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { decodePayload } from '../../src/payload/sparkplug/message.ts'
import { encodePayload, type PayloadGiven } from '../../src/payload/sparkplug/test-payload.ts'
import type { TestedEdge } from '../mqtt/tested-edge.ts'

/** Of all messages that say nothing else. */
export const T = 1_764_000_000_000

/** An edge node of the standard: its will is its death, it listens to commands. */
export class EdgeNode implements AsyncDisposable {
  readonly mqtt: MqttClient
  readonly commands: string[] = []
  readonly #name: string

  static async enter(edge: TestedEdge, name: string, bdSeq: number): Promise<EdgeNode> {
    const metrics = [{ name: 'bdSeq', datatype: 8, long: bdSeq }]
    const payload = encodePayload({ timestamp: T, metrics })
    const will = { topic: `spBv1.0/g/NDEATH/${name}`, payload, qos: 1, retain: false } as const
    const node = new EdgeNode(
      name,
      await connectAsync(edge.url, { clientId: name, will, reconnectPeriod: 0 }),
    )
    await node.mqtt.subscribeAsync(`spBv1.0/g/NCMD/${name}`, { qos: 1 })
    return node
  }

  private constructor(name: string, mqtt: MqttClient) {
    this.#name = name
    this.mqtt = mqtt
    mqtt.on('error', () => {})
    mqtt.on('message', (_, bytes) => {
      const payload = decodePayload(bytes)
      const [metric] = typeof payload === 'string' ? [] : payload.metrics
      this.commands.push(
        `${metric?.name ?? `alias ${metric?.alias}`} ${JSON.stringify(metric?.value)}`,
      )
    })
  }

  async send(type: string, payload: PayloadGiven, device = ''): Promise<void> {
    const topic = `spBv1.0/g/${type}/${this.#name}${device}`
    await this.mqtt.publishAsync(topic, encodePayload({ timestamp: T, ...payload }), { qos: 0 })
  }

  async birth(seq: number, bdSeq: number, others: PayloadGiven['metrics'] = []): Promise<void> {
    const metrics = [
      { name: 'bdSeq', datatype: 8, long: bdSeq },
      { name: 'Node Control/Rebirth', datatype: 11, bool: false },
      { name: 'power.active', alias: 1, datatype: 10, double: 1.5, properties: { engUnit: 'kW' } },
      ...others,
    ]
    await this.send('NBIRTH', { seq, metrics })
  }

  /** The edge has so many readings of it, so that it knows its birth, or its death. */
  async settled(edge: TestedEdge, readings: number): Promise<void> {
    for (let wait = 0; wait < 300; wait++) {
      if (((await edge.account(this.#name))?.stored ?? 0) >= readings) return
      await setTimeout(20)
    }
    throw new Error(`the edge has not ${readings} readings of ${this.#name}`)
  }

  async hasCommands(count: number): Promise<string[]> {
    for (let wait = 0; this.commands.length < count && wait < 300; wait++) await setTimeout(20)
    return this.commands
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mqtt.endAsync(true)
  }
}
