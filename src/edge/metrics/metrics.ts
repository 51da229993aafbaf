import { Counter, Gauge, Registry } from 'prom-client'
import { ACCOUNT_STRIDE, accountKinds } from '../../core/accounts.ts'
import { writtenBytes } from './written-bytes.ts'
import type { Described, MetricsParts } from './described.ts'
import { alarmCounters, alarmGauges } from './alarm-metrics.ts'
import { commandCounters, commandGauges, sparkplugCounters } from './device-metrics.ts'
import {
  arrivalCounters,
  connectionCounters,
  deliveryCounters,
  mqttGauges,
} from './mqtt-metrics.ts'
import { NOTIFY_COUNTERS, NOTIFY_GAUGES } from './notify-metrics.ts'
import { PROCESSOR_COUNTERS, PROCESSOR_GAUGES, processorTotals } from './processor-metrics.ts'
import { UPLINK_STREAM_COUNTERS, uplinkCounters, uplinkGauges } from './uplink-metrics.ts'
import { policyCounters, policyGauges } from './policy-metrics.ts'
import { userCounters, userGauges } from './user-metrics.ts'
import { historyMetrics, storeCounters, storeGauges } from './store-metrics.ts'

/** Prometheus exposition. Everything is counted where it happens; a scrape only reads, so counting costs nothing here. */
export class Metrics {
  readonly #registry = new Registry()

  constructor(parts: MetricsParts) {
    const history = historyMetrics(parts)
    const totals = processorTotals(parts)
    const counters = [
      ...storeCounters(parts),
      ...history.counters,
      ...arrivalCounters(parts),
      ...connectionCounters(parts),
      ...deliveryCounters(parts),
      ...sparkplugCounters(parts),
      ...commandCounters(parts),
      ...alarmCounters(parts),
      ...policyCounters(parts),
      ...userCounters(parts),
      ...totals.counters,
      ...uplinkCounters(parts),
      ...PROCESS_COUNTERS,
    ]
    for (const { name, help, value } of counters) this.#counter(name, help, value)
    const gauges = [
      ...mqttGauges(parts),
      ...storeGauges(parts),
      ...history.gauges,
      ...commandGauges(parts),
      ...alarmGauges(parts),
      ...policyGauges(parts),
      ...userGauges(parts),
      ...totals.gauges,
      ...uplinkGauges(parts),
      ...PROCESS_GAUGES,
    ]
    for (const { name, help, value } of gauges) this.#gauge(name, help, value)
    this.#accounts(parts)
    this.#refusedConnects(parts)
    this.#certificates(parts)
    this.#commands(parts)
    this.#alarms(parts)
    this.#eachProcessor(parts)
    this.#eachStream(parts)
    this.#eachContact(parts)
  }

  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() }
  }

  #counter(name: string, help: string, value: () => number): void {
    const registers = [this.#registry]
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(value())
      },
    })
  }

  #gauge(name: string, help: string, value: () => number): void {
    const registers = [this.#registry]
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  }

  #eachStream({ uplink }: MetricsParts): void {
    this.#labelled(
      {
        label: 'stream',
        entries: () => uplink?.status().streams ?? [],
        nameOf: ({ stream }) => stream,
      },
      { counters: UPLINK_STREAM_COUNTERS, gauges: [] },
    )
  }

  /** Of the whole site; per device they are in the ledger, where a thousand devices do not multiply the series. */
  #accounts({ writer, names }: MetricsParts): void {
    new Counter({
      name: 'busbar_ingest_readings_total',
      help: 'Readings received, by what became of them.',
      labelNames: ['outcome'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const [kind, outcome] of accountKinds.entries()) {
          this.inc({ outcome }, siteTotal(writer.accounts, names.devicesTotal, kind))
        }
      },
    })
  }

  #refusedConnects({ broker }: MetricsParts): void {
    new Counter({
      name: 'busbar_mqtt_connects_refused_total',
      help: 'CONNECTs that were turned away, by MQTT reason code.',
      labelNames: ['reason'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const [code, count] of broker.counters.refused) {
          this.inc({ reason: `0x${code.toString(16)}` }, count)
        }
      },
    })
  }

  #commands({ commands }: MetricsParts): void {
    new Counter({
      name: 'busbar_commands_total',
      help: 'Requests for commands to devices, by what became of them.',
      labelNames: ['outcome'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const [outcome, count] of Object.entries(commands.counters.outcomes))
          this.inc({ outcome }, count)
      },
    })
  }

  #alarms({ alarms }: MetricsParts): void {
    const registers = [this.#registry]
    new Gauge({
      name: 'busbar_alarms',
      help: 'Alarms by state, after IEC 62682.',
      labelNames: ['state'],
      registers,
      collect() {
        for (const [state, count] of Object.entries(alarms.counts)) this.set({ state }, count)
      },
    })
    new Counter({
      name: 'busbar_alarms_steps_total',
      help: 'Steps that alarms have taken since the start, by kind.',
      labelNames: ['what'],
      registers,
      collect() {
        this.reset()
        for (const [what, count] of alarms.transitions) this.inc({ what }, count)
      },
    })
  }

  #eachProcessor({ processors }: MetricsParts): void {
    this.#labelled(
      { label: 'processor', entries: () => processors.status, nameOf: ({ name }) => name },
      { counters: PROCESSOR_COUNTERS, gauges: PROCESSOR_GAUGES },
    )
  }

  #eachContact({ notify }: MetricsParts): void {
    this.#labelled(
      {
        label: 'contact',
        entries: () => notify?.status().contacts ?? [],
        nameOf: ({ name }) => name,
      },
      { counters: NOTIFY_COUNTERS, gauges: NOTIFY_GAUGES },
    )
  }

  /** Figures that each of several has, with its name as a label. */
  #labelled<Item>({ label, entries, nameOf }: Labelled<Item>, figures: Figures<Item>): void {
    const rest = { labelNames: [label], registers: [this.#registry] }
    for (const { name, help, value } of figures.counters) {
      new Counter({
        name,
        help,
        ...rest,
        collect() {
          this.reset()
          for (const each of entries()) this.inc({ [label]: nameOf(each) }, value(each))
        },
      })
    }
    for (const { name, help, value } of figures.gauges) {
      new Gauge({
        name,
        help,
        ...rest,
        collect() {
          this.reset()
          for (const each of entries()) this.set({ [label]: nameOf(each) }, value(each))
        },
      })
    }
  }

  #certificates({ listeners }: MetricsParts): void {
    new Gauge({
      name: 'busbar_mqtt_certificate_expiry_seconds',
      help: 'When the certificate in use ends, in seconds since 1970, by listener.',
      labelNames: ['listener'],
      registers: [this.#registry],
      collect() {
        for (const { kind, expirySeconds } of listeners.expiries()) {
          this.set({ listener: kind }, expirySeconds)
        }
      },
    })
  }
}

interface Labelled<Item> {
  readonly label: string
  readonly entries: () => Iterable<Item>
  readonly nameOf: (item: Item) => string
}

interface Figures<Item> {
  readonly counters: readonly Figure<Item>[]
  readonly gauges: readonly Figure<Item>[]
}

interface Figure<Item> {
  readonly name: string
  readonly help: string
  readonly value: (item: Item) => number
}

/** The process itself: processor time and memory. */
const PROCESS_COUNTERS: readonly Described[] = [
  {
    name: 'busbar_process_cpu_seconds_total',
    help: 'Processor time of the edge process since its start.',
    value: () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  },
  {
    name: 'busbar_process_written_bytes_total',
    help: 'Bytes written to disks by the edge process since its start, in whole pages; 0 where the system does not tell.',
    value: writtenBytes,
  },
]

const PROCESS_GAUGES: readonly Described[] = [
  {
    name: 'busbar_process_resident_bytes',
    help: 'Resident memory of the edge process.',
    value: () => process.memoryUsage.rss(),
  },
]

function siteTotal(accounts: Float64Array, devices: number, kind: number): number {
  let total = 0
  for (let device = 0; device < devices; device++) {
    total += accounts[device * ACCOUNT_STRIDE + kind] as number
  }
  return total
}
