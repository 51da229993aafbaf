import { mkdirSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { UplinkSettings } from '../../../edge/site/uplink.ts'
import { FleetSite } from '../../fleet/fleet-site.ts'
import { Histogram } from '../histogram.ts'

export interface AwaySettings {
  readonly name: string
  readonly directory: string
  readonly uplink: UplinkSettings
  readonly backlog: number
}

export type AwayOrder = 'connect' | 'measure' | 'end'

export type AwayMessage =
  | { readonly kind: 'filled' }
  /** Of the backlog, and what is new at the site itself. */
  | { readonly kind: 'drained'; readonly records: number; readonly p99Ms: number }

/** A site that was away: its backlog is read and packed in a thread of its own, as it is in another edge. */
class Away {
  readonly #backlog: number
  readonly #site: FleetSite
  #latency = new Histogram()
  #before = 0

  constructor(settings: AwaySettings) {
    const { name, directory, uplink, backlog } = settings
    this.#backlog = backlog
    mkdirSync(directory, { recursive: true })
    const onAcknowledged = (ms: number): void => this.#latency.record(ms * 1000)
    const startUs = Date.now() * 1000
    this.#site = new FleetSite({ name, directory, uplink, startUs, onAcknowledged })
    for (let left = backlog; left > 0; left -= COMMIT_RECORDS)
      this.#site.find(Math.min(left, COMMIT_RECORDS))
    this.#site.forgetWaiting()
  }

  connect(): void {
    this.#site.connect()
    setInterval(() => this.#site.find(1), FIND_MS)
  }

  /** From now on. */
  measure(): void {
    this.#before = this.#drained
    this.#latency = new Histogram()
  }

  end(): AwayMessage {
    const records = this.#drained - this.#before
    this.#site.close()
    return { kind: 'drained', records, p99Ms: this.#latency.quantileMs(0.99) }
  }

  get #drained(): number {
    return Math.min(this.#site.acknowledged, this.#backlog)
  }
}

const COMMIT_RECORDS = 1000
const FIND_MS = 25

const away = new Away(workerData as AwaySettings)
const post = (message: AwayMessage): void => parentPort?.postMessage(message)
parentPort?.on('message', (word: AwayOrder) => {
  if (word === 'connect') return away.connect()
  if (word === 'measure') return away.measure()
  post(away.end())
  parentPort?.close()
  setImmediate(() => process.exit())
})
post({ kind: 'filled' })
