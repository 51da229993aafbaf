import { randomUUID } from 'node:crypto'
import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import type { TestedEdge } from '../mqtt/tested-edge.ts'

/** What a test waits for comes within this, or never. */
const PATIENCE_MS = 10_000

export interface Answer {
  readonly device: string
  readonly command?: string
  readonly outcome: string
  readonly detail?: string
  readonly durationMs: number
}

async function enter(edge: TestedEdge, options: IClientOptions): Promise<MqttClient> {
  const client = await connectAsync(edge.url, {
    protocolVersion: 5,
    reconnectPeriod: 0,
    ...options,
  })
  client.on('error', () => {})
  return client
}

/** Somebody who asks for commands and listens to the answers. */
export class Asker implements AsyncDisposable {
  readonly client: MqttClient
  readonly #topic: string
  readonly #gone: Promise<never>
  readonly #answers = new Map<string, (answer: Answer) => void>()

  static async enter(
    edge: TestedEdge,
    options: IClientOptions = {},
    topic = `edge/answers/${options.username ?? 'anyone'}/${randomUUID()}`,
  ): Promise<Asker> {
    const asker = new Asker(await enter(edge, options), topic)
    await asker.client.subscribeAsync(topic, { qos: 1 })
    return asker
  }

  private constructor(client: MqttClient, topic: string) {
    this.client = client
    this.#topic = topic
    this.#gone = new Promise((_, reject) => {
      client.once('close', () => reject(new Error('the connection ended')))
    })
    this.#gone.catch(() => {})
    client.on('message', (_, payload, { properties }) => {
      const resolve = this.#answers.get(properties?.correlationData?.toString() ?? '')
      resolve?.(JSON.parse(payload.toString()) as Answer)
    })
  }

  /** Asks, and returns what the edge answers. */
  async ask(device: string, order: object | string): Promise<Answer> {
    const key = randomUUID()
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#answers.set(key, resolve)
    const late = setTimeout(() => reject(new Error(`no answer for ${device}`)), PATIENCE_MS)
    const payload = typeof order === 'string' ? order : JSON.stringify(order)
    const properties = { responseTopic: this.#topic, correlationData: Buffer.from(key) }
    try {
      await this.client.publishAsync(`edge/commands/${device}`, payload, { qos: 1, properties })
      return await Promise.race([promise, this.#gone])
    } finally {
      clearTimeout(late)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true)
  }
}

/** What a device heard, and how it can answer. */
export interface Heard {
  readonly topic: string
  readonly text: string
  readonly packet: IPublishPacket
}

/** A device that listens to its commands and does what the test says with each. */
export class Listener implements AsyncDisposable {
  readonly client: MqttClient
  readonly heard: Heard[] = []
  #obey: (heard: Heard) => void = () => {}

  static async enter(
    edge: TestedEdge,
    device: string,
    options: IClientOptions = {},
  ): Promise<Listener> {
    const listener = new Listener(await enter(edge, { clientId: device, ...options }))
    await listener.client.subscribeAsync(`grid/${device}/commands/#`, { qos: 1 })
    return listener
  }

  private constructor(client: MqttClient) {
    this.client = client
    client.on('message', (topic, payload, packet) => {
      const heard = { topic, text: payload.toString(), packet }
      this.heard.push(heard)
      this.#obey(heard)
    })
  }

  /** From now on each command is answered with this; undefined: not at all. */
  answers(text: string | undefined): void {
    this.#obey = (heard) => {
      if (text !== undefined) void this.reply(heard, text)
    }
  }

  async reply({ packet }: Heard, text: string, correlationData?: Buffer): Promise<void> {
    const { responseTopic = '', correlationData: secret } = packet.properties ?? {}
    const known = correlationData ?? secret
    await this.client.publishAsync(responseTopic, text, {
      qos: 1,
      properties: known === undefined ? {} : { correlationData: known },
    })
  }

  /** The next command, or the one that came already. */
  async hears(): Promise<Heard> {
    for (let wait = 0; wait < 100 && this.heard.length === 0; wait++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    const heard = this.heard.shift()
    if (heard === undefined) throw new Error('the device heard nothing')
    return heard
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true)
  }
}
