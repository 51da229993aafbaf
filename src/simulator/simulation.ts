import type { Address } from '../core/address.ts'
import { assert } from '../core/assert.ts'
import { Micros, formatTime } from '../core/time.ts'
import { type InstructionAnswer, everyOf } from './instruction.ts'
import { Latencies } from './latency.ts'
import { DeviceAccount, type Ledger } from './ledger.ts'
import { Model, payloadOf } from './model.ts'
import { randomOf } from './noise.ts'
import { type Plan, sampleTimeMs } from './plan.ts'
import { type Message, Publisher } from './publisher.ts'

const TICK_MS = 5
/** A thousand devices are there after four seconds, and no edge sees a storm. */
const CONNECTS_PER_SECOND = 250
const RETRY_MS_MIN = 500
const LATENCY_SECONDS = 5

export interface SimulationSettings {
  readonly seed: number
  readonly isStormy: boolean
  readonly plan: Plan
  readonly address: Address
  /** Of all devices together; Infinity: until stopped. */
  readonly messages: number
  /** Told of every sample once, when it is known what has become of it. */
  readonly onFate?: (sample: SampleFate) => void
}

export interface SampleFate {
  /** When the plan had it taken, by the clock that nobody sets. */
  readonly takenMs: number
  readonly outcome: 'acknowledged' | 'refused' | 'dropped'
}

/** One line of what goes on; counts are since the start, times over the last seconds. */
export interface Progress {
  readonly devices: number
  readonly connections: number
  readonly sent: number
  readonly acknowledged: number
  readonly refused: number
  readonly dropped: number
  /** Taken, but not acknowledged yet: in flight or in the memory of a device. */
  readonly waiting: number
  readonly readingsAcknowledged: number
  readonly ackP50Ms: number | null
  readonly ackP99Ms: number | null
}

/** All devices of a run: takes samples when the plan says so and hands them to the connections. */
export class Simulation {
  readonly #settings: SimulationSettings
  readonly #model: Model
  readonly #publishers: readonly Publisher[]
  readonly #accounts: readonly DeviceAccount[]
  readonly #latencies = new Latencies(LATENCY_SECONDS)
  readonly #counts = { sent: 0, acknowledged: 0, refused: 0, dropped: 0, readings: 0 }
  /** Of each device: every how many samples of the plan it takes one. */
  readonly #every: number[]
  #timer: NodeJS.Timeout | undefined
  #startedMs = 0
  #taken = 0
  #connecting = 0
  #trouble = ''

  constructor(settings: SimulationSettings) {
    this.#settings = settings
    this.#model = new Model(settings.seed, settings.plan.deviceCount, settings)
    this.#every = this.#model.devices.map(() => 1)
    this.#accounts = this.#model.devices.map(() => new DeviceAccount())
    this.#publishers = this.#model.devices.map((_, index) => this.#newPublisher(index))
  }

  #newPublisher(index: number): Publisher {
    const { seed, plan, address } = this.#settings
    const device = this.#model.devices[index]
    const account = this.#accounts[index]
    assert(device !== undefined && account !== undefined, 'a device of the model has an account')
    const counts = this.#counts
    const sentMs = new Map<number, number>()
    return new Publisher({
      id: device.id,
      address,
      retryMs: Math.max(RETRY_MS_MIN, plan.deviceCount),
      random: randomOf(seed, `${device.id} retry`),
      message: (k) => this.#message(index, k),
      readNow: () => this.#readNow(index),
      reportEvery: (seconds) => this.#reportEvery(index, seconds),
      trouble: (text) => {
        this.#trouble = text
      },
      fate: {
        sent: (k) => {
          account.sent++
          counts.sent++
          sentMs.set(k, performance.now())
        },
        acknowledged: (k, message) => {
          account.acknowledge(k, message)
          counts.acknowledged++
          counts.readings += message.readings
          const now = performance.now()
          this.#latencies.record(now - (sentMs.get(k) ?? now), now)
          sentMs.delete(k)
          this.#tell(index, k, 'acknowledged')
        },
        refused: (k) => {
          account.refused++
          counts.refused++
          sentMs.delete(k)
          this.#tell(index, k, 'refused')
        },
        dropped: (k) => {
          account.dropped++
          counts.dropped++
          this.#tell(index, k, 'dropped')
        },
      },
    })
  }

  #tell(index: number, k: number, outcome: SampleFate['outcome']): void {
    const { plan, onFate } = this.#settings
    const takenMs = this.#startedMs + sampleTimeMs(plan, index, k) - plan.startMs
    onFate?.({ takenMs, outcome })
  }

  #message(index: number, k: number): Message {
    const timeMs = sampleTimeMs(this.#settings.plan, index, k)
    const values = this.#model.valuesAt(index, timeMs)
    return { timeMs, payload: payloadOf(timeMs, values), readings: Object.keys(values).length }
  }

  /** By the clock of the plan, which may have begun at any time. */
  #readNow(index: number): string {
    const timeMs = Math.round(this.#settings.plan.startMs + performance.now() - this.#startedMs)
    return payloadOf(timeMs, this.#model.valuesAt(index, timeMs))
  }

  #reportEvery(index: number, seconds: number): InstructionAnswer {
    const every = everyOf(seconds, this.#settings.plan.intervalMs)
    if (typeof every !== 'number') return every
    this.#every[index] = every
    return { outcome: 'done' }
  }

  start(): void {
    this.#startedMs = performance.now()
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
  }

  /** Sample `n` of all belongs to device `n % count`: the order in which the plan lets them fall due. */
  #tick(): void {
    const { plan, messages } = this.#settings
    const elapsedMs = performance.now() - this.#startedMs
    const invited = Math.min(
      plan.deviceCount,
      1 + Math.floor((elapsedMs * CONNECTS_PER_SECOND) / 1000),
    )
    while (this.#connecting < invited) this.#publishers[this.#connecting++]?.connect()
    const due = Math.min(messages, 1 + Math.floor((elapsedMs / plan.intervalMs) * plan.deviceCount))
    for (; this.#taken < due; this.#taken++) {
      const index = this.#taken % plan.deviceCount
      const k = Math.floor(this.#taken / plan.deviceCount)
      if (k % (this.#every[index] ?? 1) === 0) this.#publishers[index]?.offer(k)
    }
  }

  /** A run with an end has taken its last sample; answers may still be on their way. */
  get finished(): boolean {
    return this.#taken >= this.#settings.messages
  }

  get #waiting(): number {
    return this.#publishers.reduce((total, { waiting }) => total + waiting, 0)
  }

  /** Takes no more samples and gives what is on its way this long to be answered. */
  async stop(drainMs: number): Promise<void> {
    clearInterval(this.#timer)
    const until = performance.now() + drainMs
    while (this.#waiting > 0 && performance.now() < until) await pause(20)
    await Promise.all(this.#publishers.map((publisher) => publisher.close()))
  }

  /** The last failure to connect since it was asked, in the words of the network; empty: none. */
  takeTrouble(): string {
    const trouble = this.#trouble
    this.#trouble = ''
    return trouble
  }

  get progress(): Progress {
    const { sent, acknowledged, refused, dropped, readings } = this.#counts
    const [p50 = null, p99 = null] = this.#latencies.quantiles([0.5, 0.99], performance.now())
    return {
      devices: this.#publishers.length,
      connections: this.#publishers.filter(({ connected }) => connected).length,
      sent,
      acknowledged,
      refused,
      dropped,
      waiting: this.#waiting,
      readingsAcknowledged: readings,
      ackP50Ms: p50,
      ackP99Ms: p99,
    }
  }

  ledger(complete: boolean): Ledger {
    const { seed, isStormy, plan } = this.#settings
    const devices = this.#model.devices.map(({ id }, index) => {
      return [id, (this.#accounts[index] ?? new DeviceAccount()).entry] as const
    })
    return {
      version: 1,
      seed,
      isStormy,
      startedAt: formatTime(Micros(plan.startMs * 1000)),
      intervalMs: plan.intervalMs,
      complete,
      devices: Object.fromEntries(devices),
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
