import { Histogram } from '../../src/cli/bench/histogram.ts'
import type { ExportOrder } from '../../src/edge/processors/protocol.ts'
import type { UplinkSettings } from '../../src/edge/site/uplink.ts'
import { UplinkStation } from '../../src/edge/uplink/station.ts'
import type { UplinkStatus } from '../../src/edge/uplink/status.ts'
import type { StoredResult } from '../../src/store/results/result.ts'
import { ResultsWriter } from '../../src/store/results/results-writer.ts'
import { has } from '../../src/uplink/ranges.ts'
import { FEEDERS, type OfflineDays, idOf, policyGate } from './offline-days.ts'

export interface CutOffSettings {
  readonly site: string
  readonly directory: string
  readonly uplink: UplinkSettings
  readonly isPolicyChanged: boolean
  readonly days: OfflineDays
}

/** A site with the results file, the outbox and the way to the centre of an edge. What it finds is what it is told to find. */
export class CutOffSite {
  readonly #settings: CutOffSettings
  readonly #writer: ResultsWriter
  readonly #station: UplinkStation
  /** Records of the days that are found; kept in the commit of the records, so that whoever comes after a kill goes on. */
  #found: number
  #onFound = (): void => {}
  #waiting: { readonly sequence: number; readonly atMs: number }[] = []
  /** Of live records, from their commit to their acknowledgement. */
  latency: Histogram = new Histogram()
  /** Stretches of one acknowledgement at most: two are the backlog and what is new, each in its order. */
  stretches = 0
  readonly live: Map<string, number> = new Map()

  constructor(settings: CutOffSettings) {
    const { directory, site, uplink, isPolicyChanged } = settings
    this.#settings = settings
    this.#writer = new ResultsWriter({ directory, of: 'built-in', areSent: true })
    this.#found = this.#writer.processors().find(({ name }) => name === 'drill')?.journal ?? 0
    const subjects = Array.from({ length: FEEDERS }, (_, number) => {
      return { number, kind: 'feeder', id: `f${number}` }
    })
    if (this.#writer.subjects().length === 0)
      this.#writer.commit({ subjects, ticks: [], processors: [], found: [] })
    this.#station = new UplinkStation({
      site,
      settings: uplink,
      directory,
      devices: () => [],
      gate: policyGate(isPolicyChanged),
      outbox: {
        sent: (order) => this.#keep(order),
        listen: (onFound) => (this.#onFound = onFound),
      },
      warn: (text) => process.stderr.write(`${text}\n`),
    })
  }

  get found(): number {
    return this.#found
  }

  get waiting(): number {
    return this.#waiting.length
  }

  get status(): UplinkStatus {
    return this.#station.status()
  }

  /** The next records of the days that it is cut off. */
  find(records: number): void {
    const { days } = this.#settings
    const results: StoredResult[] = []
    for (let number = this.#found; number < this.#found + records; number++) {
      results.push(days.result(number))
      if (days.isStormy(number)) results.push(days.derived(number), days.derived(number + 0.5))
    }
    this.#found += records
    this.#commit(results)
  }

  /** One record of now; its value is below all numbers of days. */
  findLive(timeUs: number): void {
    const value = -1 - this.live.size
    const rest = { key: 0, end: 0, quality: 0, revision: 0, severity: 3, fields: {} }
    const about = { kind: 'event', name: 'frequency.excursion', subject: 0, value } as const
    const sequence = this.#commit([{ ...about, ...rest, time: timeUs, state: 'start' }])
    this.live.set(idOf('event', 'f0', timeUs), value)
    this.#waiting.push({ sequence, atMs: performance.now() })
  }

  /** As the power goes: what the station would have kept last is lost with it. */
  stop(): void {
    this.#station.stop()
    this.#writer[Symbol.dispose]()
  }

  #commit(results: readonly StoredResult[]): number {
    const place = { name: 'drill', version: '1', digest: '', tick: 0, journal: this.#found }
    const processors = [{ ...place, snapshot: undefined, fault: undefined }]
    const found = [{ processor: 'drill', results }]
    const sequence = this.#writer.commit({ subjects: [], ticks: [], processors, found })
    this.#writer.published(sequence)
    this.#onFound()
    return sequence
  }

  #keep(order: ExportOrder): void {
    if (order.kind === 'renew') throw new Error('numbers of an epoch do not begin anew in a drill')
    this.#writer.acknowledge(order.stream, order.ranges)
    this.stretches = Math.max(this.stretches, order.ranges.length)
    if (order.stream !== 'events') return
    const nowMs = performance.now()
    this.#waiting = this.#waiting.filter(({ sequence, atMs }) => {
      if (!has(order.ranges, sequence)) return true
      this.latency.record((nowMs - atMs) * 1000)
      return false
    })
  }
}
