import { Counter, Gauge, Registry } from 'prom-client'
import { ACCOUNT_STRIDE, accountKinds } from '../core/accounts.ts'
import type { ViewParts } from './view.ts'

export interface MetricsParts extends ViewParts {
  readonly diskBytes: () => number
  readonly journalBytes: () => number
  readonly auditDropped: () => number
}

interface Described {
  readonly name: string
  readonly help: string
  readonly value: () => number
}

/** Prometheus exposition. Everything is counted where it happens; a scrape only reads, so counting costs nothing here. */
export class Metrics {
  readonly #registry = new Registry()

  constructor(parts: MetricsParts) {
    const counters = [
      ...storeCounters(parts),
      ...mqttCounters(parts),
      ...sparkplugCounters(parts),
      ...commandCounters(parts),
      ...PROCESS_COUNTERS,
    ]
    for (const { name, help, value } of counters) this.#counter(name, help, value)
    const gauges = [
      ...mqttGauges(parts),
      ...storeGauges(parts),
      ...commandGauges(parts),
      ...PROCESS_GAUGES,
    ]
    for (const { name, help, value } of gauges) this.#gauge(name, help, value)
    this.#accounts(parts)
    this.#refusedConnects(parts)
    this.#certificates(parts)
    this.#commands(parts)
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

function storeCounters({ writer }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_store_commits_total',
      help: 'Group commits, each with one fsync.',
      value: () => writer.gauge('commits'),
    },
    {
      name: 'busbar_store_commit_seconds_total',
      help: 'Time spent in group commits.',
      value: () => writer.gauge('commitSeconds'),
    },
    {
      name: 'busbar_store_rows_total',
      help: 'Rows written to the journal.',
      value: () => writer.gauge('rows'),
    },
    {
      name: 'busbar_store_row_bytes_total',
      help: 'Bytes of row bodies written to the journal.',
      value: () => writer.gauge('rowBytes'),
    },
    {
      name: 'busbar_store_unchecked_readings_total',
      help: 'Late readings stored without knowing whether they are new: the bound of the lookup was reached.',
      value: () => writer.gauge('unchecked'),
    },
  ]
}

function mqttCounters({ broker, transport, throttle }: MetricsParts): readonly Described[] {
  const { counters: handshakes } = transport.handshakes
  return [
    {
      name: 'busbar_mqtt_handshakes_failed_total',
      help: 'Connections that ended in the handshake of TLS or WebSocket: wrong protocol, certificate or origin.',
      value: () => handshakes.failed,
    },
    {
      name: 'busbar_mqtt_handshakes_dropped_total',
      help: 'Connections closed because that handshake took too long, or too many waited.',
      value: () => handshakes.dropped,
    },
    {
      name: 'busbar_mqtt_connections_total',
      help: 'Network connections accepted.',
      value: () => broker.counters.connections,
    },
    {
      name: 'busbar_mqtt_logins_failed_total',
      help: 'CONNECTs with a wrong password, or a name that has none.',
      value: () => throttle.failed,
    },
    {
      name: 'busbar_mqtt_strangers_dropped_total',
      help: 'Connections closed because they did not send CONNECT in time, or too many waited.',
      value: () => broker.counters.strangersDropped,
    },
    {
      name: 'busbar_mqtt_protocol_errors_total',
      help: 'Connections closed because the peer broke the standard or a limit.',
      value: () => broker.counters.protocolErrors,
    },
    {
      name: 'busbar_mqtt_keep_alive_timeouts_total',
      help: 'Clients that went silent for one and a half Keep Alive.',
      value: () => broker.counters.keepAliveTimeouts,
    },
    {
      name: 'busbar_mqtt_sessions_evicted_total',
      help: 'Sessions that ended before their time to make room for others.',
      value: () => broker.counters.sessionsEvicted,
    },
    {
      name: 'busbar_mqtt_messages_received_total',
      help: 'Messages received from clients, readings and others.',
      value: () => broker.counters.messagesReceived,
    },
    {
      name: 'busbar_mqtt_messages_sent_total',
      help: 'Messages sent to subscribers.',
      value: () => broker.counters.messagesSent,
    },
    {
      name: 'busbar_mqtt_deliveries_dropped_total',
      help: 'Messages that did not reach a subscriber: queue full, expired, or larger than the client takes.',
      value: () => broker.router.counters.dropped,
    },
    {
      name: 'busbar_mqtt_retained_refused_total',
      help: 'Retained messages that found no room.',
      value: () => broker.router.counters.retainedRefused,
    },
  ]
}

/** Zero where the site speaks no Sparkplug. */
function sparkplugCounters({ sparkplug }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_sparkplug_rebirths_total',
      help: 'Births asked for: an edge node was not known, or messages of it were missing.',
      value: () => sparkplug?.counters.rebirths ?? 0,
    },
    {
      name: 'busbar_sparkplug_metrics_skipped_total',
      help: 'Metrics that are no number (text, data sets, templates), or whose birth was not known.',
      value: () => sparkplug?.counters.skippedMetrics ?? 0,
    },
  ]
}

function commandCounters({ commands, auditDropped }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_commands_stray_answers_total',
      help: 'Answers of devices that nobody waited for, or no longer.',
      value: () => commands.counters.strayAnswers,
    },
    {
      name: 'busbar_commands_unrecorded_total',
      help: 'Requests for commands that were turned away without a record: too many, one after another.',
      value: () => commands.counters.unrecorded,
    },
    {
      name: 'busbar_store_audit_dropped_total',
      help: 'Records of commands that made room for later ones, since the data folder was made.',
      value: auditDropped,
    },
  ]
}

function commandGauges({ commands }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_commands_in_flight',
      help: 'Commands that have not come to an end.',
      value: () => commands.inFlight,
    },
  ]
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
]

function mqttGauges({ broker, transport }: MetricsParts): readonly Described[] {
  return [
    {
      name: 'busbar_mqtt_handshakes',
      help: 'Connections in the handshake of TLS or WebSocket.',
      value: () => transport.handshakes.count,
    },
    { name: 'busbar_mqtt_clients', help: 'Clients connected.', value: () => broker.clientCount },
    {
      name: 'busbar_mqtt_strangers',
      help: 'Connections that have not sent CONNECT yet.',
      value: () => broker.strangerCount,
    },
    { name: 'busbar_mqtt_sessions', help: 'Sessions kept.', value: () => broker.sessionCount },
    {
      name: 'busbar_mqtt_subscriptions',
      help: 'Subscriptions of all sessions.',
      value: () => broker.router.subscriptionCount,
    },
    {
      name: 'busbar_mqtt_retained_messages',
      help: 'Retained messages kept.',
      value: () => broker.router.retainedCount,
    },
    {
      name: 'busbar_mqtt_queued_bytes',
      help: 'Bytes waiting for subscribers.',
      value: () => broker.router.queuedBytes,
    },
    {
      name: 'busbar_mqtt_unfinished_bytes',
      help: 'Bytes of packets that have not arrived in full, or wait for room.',
      value: () => broker.unfinishedBytes,
    },
  ]
}

function storeGauges({
  writer,
  names,
  diskBytes,
  journalBytes,
}: MetricsParts): readonly Described[] {
  return [
    { name: 'busbar_store_devices', help: 'Devices numbered.', value: () => names.devicesTotal },
    { name: 'busbar_store_points', help: 'Points numbered.', value: () => names.pointsTotal },
    { name: 'busbar_store_disk_bytes', help: 'Size of the data folder.', value: diskBytes },
    {
      name: 'busbar_store_journal_bytes',
      help: 'Size of the journal itself, without the write-ahead log beside it.',
      value: journalBytes,
    },
    {
      name: 'busbar_store_commit_last_seconds',
      help: 'Duration of the last group commit.',
      value: () => writer.gauge('commitSecondsLast'),
    },
    {
      name: 'busbar_store_damaged_rows',
      help: 'Journal rows that could not be read, as far as anybody has come across them.',
      value: () => writer.gauge('damagedRows'),
    },
    {
      name: 'busbar_store_disk_refuses',
      help: '1 while the disk refuses to write and nothing is acknowledged.',
      value: () => writer.gauge('diskRefuses'),
    },
  ]
}

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
