import { Histogram } from '../../src/cli/bench/histogram.ts'
import { LoadConnection, type LoadTally } from '../../src/cli/bench/load-connection.ts'
import type { Address } from '../../src/core/address.ts'

const CONNECTIONS = 10
const MESSAGES_PER_SECOND = 1000
const DRAIN_MS = 20_000

let started = 0

/**
 * Ten devices that behave, with 1,000 messages of QoS 1 a second between them. Latency counts from when a message was due, so that
 * neither an edge that stalls nor a generator that comes late is hidden.
 */
export class GoodLoad {
  readonly devices: readonly string[]
  readonly #connections: readonly LoadConnection[]
  readonly #tally: LoadTally
  #isOver = false

  static async start(address: Address): Promise<GoodLoad> {
    const tally: LoadTally = { latencies: new Histogram(), acknowledged: 0, refused: 0 }
    const name = `good-load-${++started}`
    const target = { address, certificate: undefined, secret: undefined }
    const devices = Array.from({ length: CONNECTIONS }, (_, n) => `${name}-${n}`)
    const opening = devices.map((device) => LoadConnection.open(target, device, tally))
    return new GoodLoad(await Promise.all(opening), devices, tally)
  }

  private constructor(
    connections: readonly LoadConnection[],
    devices: readonly string[],
    tally: LoadTally,
  ) {
    this.#connections = connections
    this.devices = devices
    this.#tally = tally
    this.#run()
  }

  /** From now on, what is measured begins. */
  reset(): void {
    Object.assign(this.#tally, { latencies: new Histogram() })
  }

  get p99Ms(): number {
    return this.#tally.latencies.quantileMs(0.99)
  }

  get maxMs(): number {
    return this.#tally.latencies.maxMs
  }

  /** Ends it. Returns how many messages were sent, all of which have been acknowledged; undefined: they were not. */
  async finish(): Promise<number | undefined> {
    this.#isOver = true
    for (let waitedMs = 0; waitedMs < DRAIN_MS; waitedMs += 10) {
      if (this.#connections.every(({ inflight }) => inflight === 0)) break
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const isWell = this.#connections.every(({ inflight, isOpen }) => inflight === 0 && isOpen)
    for (const connection of this.#connections) connection.close()
    if (!isWell || this.#tally.refused > 0) return undefined
    return this.#connections.reduce((total, { sent }) => total + sent, 0)
  }

  #run(): void {
    const startedMs = performance.now()
    const perMs = MESSAGES_PER_SECOND / 1000
    let sent = 0
    const turn = (): void => {
      if (this.#isOver) return
      const due = Math.floor((performance.now() - startedMs) * perMs)
      for (; sent < due; sent++) {
        this.#connections[sent % CONNECTIONS]?.send(1, startedMs + (sent + 1) / perMs)
      }
      setTimeout(turn, 1)
    }
    turn()
  }
}
