import { type MqttClient, connect } from 'mqtt'

const DEVICES = 20
const INTERVAL_MS = 50
const RECONNECT_MS = 100

/** One message of each round has a device's own number of it as its value, so that what is missing can be named. */
interface Sent {
  readonly device: string
  /** Numbers that were acknowledged. */
  readonly acknowledged: number[]
  /** Numbers that wait. */
  waiting: number
}

/**
 * Devices that never stop: every 50 ms a reading by QoS 1, and what is not acknowledged goes again over the next connection, as MQTT.js does
 * it by itself. Their frequency dips, so that there is something for the centre.
 */
export class LiveDevices implements AsyncDisposable {
  readonly devices: readonly Sent[]
  readonly #clients: readonly MqttClient[]
  readonly #timer: NodeJS.Timeout
  readonly #startMs = Date.now()
  #round = 0
  #lastMs = 0
  /** The longest time in which no device got an acknowledgement. */
  gapMs = 0

  static readonly names: readonly string[] = Array.from({ length: DEVICES }, (_, at) => `d${at}`)

  constructor(url: string) {
    this.devices = LiveDevices.names.map((device) => ({ device, acknowledged: [], waiting: 0 }))
    const options = { protocolVersion: 5, reconnectPeriod: RECONNECT_MS, clean: false } as const
    const properties = { sessionExpiryInterval: 3600 }
    this.#clients = this.devices.map(({ device }) =>
      connect(url, { ...options, properties, clientId: device }).on('error', () => {}),
    )
    this.#timer = setInterval(() => this.#send(), INTERVAL_MS)
  }

  /** From here on the gap is measured. */
  watch(): void {
    this.gapMs = 0
    this.#lastMs = Date.now()
  }

  /** Nothing new is sent; ends when all is acknowledged. */
  async settle(): Promise<void> {
    clearInterval(this.#timer)
    for (const endMs = Date.now() + 30_000; Date.now() < endMs;) {
      if (this.devices.every(({ waiting }) => waiting === 0)) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error('some message was never acknowledged')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    for (const client of this.#clients) await client.endAsync(true)
  }

  #send(): void {
    const number = this.#round++
    for (const [at, sent] of this.devices.entries()) {
      // Ten messages low, ten not.
      const frequency = number % 20 < 10 ? 50 : 49.4
      const values = { 'voltage.a': number, ...(at === 0 ? { frequency } : {}) }
      const payload = JSON.stringify({ ts: this.#startMs + number * INTERVAL_MS, values })
      sent.waiting++
      this.#clients[at]?.publish(`grid/${sent.device}/readings`, payload, { qos: 1 }, (error) => {
        if (error) return
        sent.waiting--
        sent.acknowledged.push(number)
        const nowMs = Date.now()
        if (this.#lastMs > 0) this.gapMs = Math.max(this.gapMs, nowMs - this.#lastMs)
        this.#lastMs = nowMs
      })
    }
  }
}
