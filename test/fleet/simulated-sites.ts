import { type MqttClient, connectAsync } from 'mqtt'
import { decodeDesired } from '../../src/fleet/desired.ts'
import { fleetTopic } from '../../src/fleet/topics.ts'

/** Many sites over one connection, that say what they run and take every set that they are asked to. */
export class SimulatedSites implements AsyncDisposable {
  readonly #client: MqttClient
  readonly #asked = new Map<string, string[]>()
  readonly #states = new Map<string, { readonly digest: string; readonly state: string }>()
  readonly #timer: NodeJS.Timeout
  /** They find a set no good. */
  failing: ReadonlySet<string> = new Set()
  heard: (site: string) => void = () => {}

  static async start(url: string, sites: readonly string[]): Promise<SimulatedSites> {
    const client = await connectAsync(url, { protocolVersion: 5 })
    const simulated = new SimulatedSites(client, sites)
    await client.subscribeAsync(fleetTopic('+', 'desired'), { qos: 1 })
    return simulated
  }

  private constructor(client: MqttClient, sites: readonly string[]) {
    this.#client = client
    for (const site of sites) this.#states.set(site, { digest: '', state: 'none' })
    client.on('message', (topic, bytes) => this.#take(topic.split('/')[2] ?? '', bytes))
    // More often than edges do: a report that a worker had when it was killed is said again.
    this.#timer = setInterval(() => {
      for (const site of sites) this.#say(site)
    }, 1000)
  }

  /** What a site was asked, in order. */
  asked(site: string): readonly string[] {
    return this.#asked.get(site) ?? []
  }

  forget(): void {
    this.#asked.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#client.endAsync(true)
  }

  #take(site: string, bytes: Uint8Array): void {
    const desired = decodeDesired(bytes)
    if (desired === undefined) return
    const { action, digest } = desired
    this.#asked.set(site, [...this.asked(site), `${action} ${digest}`])
    const good = this.failing.has(site) ? 'failed' : 'good'
    this.#states.set(site, { digest, state: action === 'run' ? good : 'rolled-back' })
    this.heard(site)
    this.#say(site)
  }

  #say(site: string): void {
    const { digest = '', state = 'none' } = this.#states.get(site) ?? {}
    const set = { state, digest, revision: 1, reason: 'It is ill.', drift: [] }
    const report = { format: 1, version: 'test', set, problems: [], problemsTotal: 0 }
    this.#client.publish(fleetTopic(site, 'reported'), JSON.stringify(report), { qos: 1 })
  }
}
