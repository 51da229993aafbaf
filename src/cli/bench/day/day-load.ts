import type { Address } from '../../../core/address.ts'
import { assert } from '../../../core/assert.ts'
import { DayConnection, topicOf } from './day-connection.ts'
import {
  type DaySettings,
  type Expected,
  type MeterDay,
  deviceName,
  meterDays,
  meterOf,
} from './day-data.ts'

/** What the generator is told. */
export type LoadOrder =
  | { readonly kind: 'prepare'; readonly settings: DaySettings; readonly nowMs: number }
  | { readonly kind: 'go'; readonly address: Address }

/** What it says. */
export type LoadReport =
  | { readonly kind: 'prepared'; readonly readings: number; readonly messages: number }
  | { readonly kind: 'progress'; readonly messages: number }
  | { readonly kind: 'done'; readonly sent: Sent }

export interface Sent {
  readonly messages: number
  readonly acknowledged: number
  readonly refused: number
  /** Of each meter, by quantity. */
  readonly expected: readonly Readonly<Record<string, Expected>>[]
  readonly cpuSeconds: number
}

/** Topics that the edge remembers for one connection are a few more. */
const DEVICES_PER_CONNECTION = 20
/** Messages that all connections together have in flight: what the edge has room for, and some that wait in sockets. */
const WINDOW = 4096
const REPORT_MS = 200

/** The other process of `busbar bench day`: prepares every payload, then only copies them. */
class DayLoad {
  readonly #meters: readonly MeterDay[]
  readonly #devices: number
  readonly #messages: number
  readonly #topics: readonly Buffer[]
  #connections: DayConnection[] = []
  #next = 0
  #acknowledged = 0
  #refused = 0
  #done: (() => void) | undefined

  constructor(settings: DaySettings, nowMs: number) {
    this.#meters = [...meterDays(settings, nowMs)]
    this.#devices = settings.devices
    this.#topics = Array.from({ length: settings.devices }, (_, device) =>
      topicOf(deviceName(device)),
    )
    const [first] = this.#meters
    assert(first !== undefined, 'there are meters')
    this.#messages = (first.starts.length - 1) * settings.devices
  }

  get prepared(): LoadReport {
    let readings = 0
    for (let device = 0; device < this.#devices; device++) {
      readings += (this.#meters[meterOf(device)]?.readingsPerMessage ?? 0) * this.#rounds
    }
    return { kind: 'prepared', readings, messages: this.#messages }
  }

  get #rounds(): number {
    return this.#messages / this.#devices
  }

  async run(address: Address): Promise<Sent> {
    const before = process.cpuUsage()
    const count = Math.ceil(this.#devices / DEVICES_PER_CONNECTION)
    const tally = {
      acknowledged: (messages: number, refused: number): void => {
        this.#acknowledged += messages
        this.#refused += refused
        this.#pump()
      },
    }
    for (let index = 0; index < count; index++) {
      this.#connections.push(await DayConnection.open(address, `concentrator-${index}`, tally))
    }
    const timer = setInterval(
      () => report({ kind: 'progress', messages: this.#acknowledged }),
      REPORT_MS,
    )
    await new Promise<void>((resolve) => {
      this.#done = resolve
      this.#pump()
    })
    clearInterval(timer)
    for (const connection of this.#connections) connection.close()
    const { user, system } = process.cpuUsage(before)
    return {
      messages: this.#messages,
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      expected: this.#meters.map(({ expected }) => expected),
      cpuSeconds: (user + system) / 1e6,
    }
  }

  /** In order of time: every device's first message, then every device's second. */
  #pump(): void {
    const end = Math.min(this.#messages, this.#acknowledged + WINDOW)
    if (end - this.#next < WINDOW / 8 && end < this.#messages) return
    while (this.#next < end) this.#send(this.#next++)
    for (const connection of this.#connections) connection.flush()
    if (this.#acknowledged === this.#messages) this.#done?.()
  }

  #send(message: number): void {
    const device = message % this.#devices
    const round = Math.floor(message / this.#devices)
    const meter = this.#meters[meterOf(device)] as MeterDay
    const payload = meter.payloads.subarray(meter.starts[round], meter.starts[round + 1])
    const connection = this.#connections[device % this.#connections.length]
    connection?.publish(this.#topics[device] as Buffer, payload)
  }
}

function report(message: LoadReport): void {
  process.send?.(message)
}

let load: DayLoad | undefined
process.on('message', (order: LoadOrder) => {
  if (order.kind === 'prepare') {
    load = new DayLoad(order.settings, order.nowMs)
    report(load.prepared)
  } else {
    assert(load !== undefined, 'it is prepared before it goes')
    void load.run(order.address).then((sent) => {
      report({ kind: 'done', sent })
      process.disconnect?.()
    })
  }
})
