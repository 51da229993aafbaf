import { UplinkStation } from '../../edge/uplink/station.ts'
import type { ExportOrder } from '../../edge/processors/protocol.ts'
import type { UplinkSettings } from '../../edge/site/uplink.ts'
import { OutboxReader, type OutboxRow } from '../../store/outbox/outbox-reader.ts'
import type { StoredResult } from '../../store/results/result.ts'
import { ResultsWriter } from '../../store/results/results-writer.ts'
import type { Gate } from '../../uplink/gate.ts'
import { type Ranges, has, watermark } from '../../uplink/ranges.ts'

export interface FleetSiteSettings {
  readonly name: string
  readonly directory: string
  readonly uplink: UplinkSettings
  readonly startUs: number
  /** From the commit of records to their acknowledgement. */
  readonly onAcknowledged: (ms: number, records: number) => void
}

interface Committed {
  readonly sequence: number
  readonly records: number
  readonly atMs: number
}

export interface SentCounters {
  records: number
  envelopes: number
  resent: number
  stuck: number
  connections: number
  acknowledgements: number
}

/** A site whose processors find what they are told to find; its outbox and its way to the centre are those of an edge. */
export class FleetSite {
  readonly name: string
  readonly directory: string
  readonly #settings: FleetSiteSettings
  #writer: ResultsWriter
  #station: UplinkStation | undefined
  #acknowledged: Ranges = []
  #waiting: Committed[] = []
  #isOff = false
  #onFound = (): void => {}
  /** Of stations that are gone. */
  readonly #before: SentCounters = {
    records: 0,
    envelopes: 0,
    resent: 0,
    stuck: 0,
    connections: 0,
    acknowledgements: 0,
  }
  /** Events that have begun. */
  #events = 0
  #found = 0
  last = 0

  constructor(settings: FleetSiteSettings) {
    this.name = settings.name
    this.directory = settings.directory
    this.#settings = settings
    this.#writer = this.#openWriter()
    const subjects = Array.from({ length: FEEDERS }, (_, number) => {
      return { number, kind: 'feeder', id: `f${number + 1}` }
    })
    if (this.#writer.subjects().length === 0)
      this.#writer.commit({ subjects, ticks: [], processors: [], found: [] })
  }

  /** Every eighth record is a change of an event that was there before. */
  find(records: number): void {
    const results = Array.from({ length: records }, () =>
      this.#found++ % 8 === 7
        ? this.#event(this.#events - 4, 'end')
        : this.#event(this.#events++, 'start'),
    )
    const found = [{ processor: 'outage', results }]
    this.last = this.#writer.commit({ subjects: [], ticks: [], processors: [], found })
    this.#writer.published(this.last)
    this.#waiting.push({ sequence: this.last, records, atMs: performance.now() })
    this.#onFound()
  }

  /** What has been found so far says nothing about how long what is new takes. */
  forgetWaiting(): void {
    this.#waiting = []
  }

  connect(): void {
    const { name: site, directory, uplink: settings } = this.#settings
    const outbox = {
      sent: (order: ExportOrder) => this.#keep(order),
      listen: (onFound: () => void) => (this.#onFound = onFound),
    }
    this.#station ??= new UplinkStation({
      site,
      settings,
      directory,
      gate: FLEET_GATE,
      outbox,
      devices: () => [],
      warn: () => {}, // What it warns of is what it is put through; the audit has the last word.
    })
  }

  /** As the power goes: what the station would have kept last is lost with it. */
  powerOff(): void {
    const station = this.#station
    this.#station = undefined
    if (station === undefined) return
    this.#count(this.#before, station)
    station.stop()
    this.#writer[Symbol.dispose]()
    this.#isOff = true
    this.#onFound = () => {}
  }

  powerOn(): void {
    if (!this.#isOff) return
    this.#isOff = false
    this.#writer = this.#openWriter()
    this.connect()
  }

  get isOn(): boolean {
    return this.#station !== undefined
  }

  get isConnected(): boolean {
    return this.#station?.status().link === 'up'
  }

  get acknowledged(): number {
    return watermark(this.#acknowledged)
  }

  get counters(): SentCounters {
    const counters = { ...this.#before }
    if (this.#station !== undefined) this.#count(counters, this.#station)
    return counters
  }

  /** Everything that stands in the outbox and may leave, in the order of its numbers. */
  rows(): readonly OutboxRow[] {
    using reader = new OutboxReader(this.directory)
    const rows = reader.rows('events', { first: 1, last: this.last, most: this.last })
    return rows.filter(({ value }) => !isKept(value))
  }

  close(): void {
    this.#station?.stop()
    if (!this.#isOff) this.#writer[Symbol.dispose]()
    this.#station = undefined
  }

  #openWriter(): ResultsWriter {
    return new ResultsWriter({ directory: this.directory, of: 'built-in', areSent: true })
  }

  #event(number: number, state: 'start' | 'end'): StoredResult {
    const time = this.#settings.startUs + number * SPACING_US
    const end = state === 'end' ? time + SPACING_US : 0
    const about = { kind: 'event', name: 'voltage.interruption', key: 0 } as const
    const rest = { quality: 0, revision: end === 0 ? 0 : 1, severity: 3, fields: { members: 40 } }
    return { ...about, ...rest, subject: number % FEEDERS, time, end, value: number, state }
  }

  #keep(order: ExportOrder): void {
    if (this.#station === undefined || order.stream !== 'events') return
    if (order.kind === 'renew') {
      this.#writer.renew(order.stream)
      return
    }
    this.#writer.acknowledge(order.stream, order.ranges)
    this.#acknowledged = order.ranges
    const nowMs = performance.now()
    this.#waiting = this.#waiting.filter(({ sequence, records, atMs }) => {
      if (!has(order.ranges, sequence)) return true
      this.#settings.onAcknowledged(nowMs - atMs, records)
      return false
    })
  }

  #count(counters: SentCounters, { counters: own, acknowledgements }: UplinkStation): void {
    counters.records += own.records
    counters.envelopes += own.envelopes
    counters.resent += own.resent
    counters.stuck += own.stuck
    counters.connections += own.connections
    counters.acknowledgements += acknowledgements
  }
}

const FEEDERS = 8
const SPACING_US = 1000

/** What the policy of a simulated site keeps, so that there is something that must not arrive. */
function isKept(value: number): boolean {
  return value % 50 === 7
}

const FLEET_GATE: Gate = {
  ask: async (candidates) =>
    candidates.map(({ fields: { value } }) =>
      typeof value === 'number' && isKept(value)
        ? { kind: 'stays' }
        : { kind: 'leaves', redacted: [] },
    ),
}
