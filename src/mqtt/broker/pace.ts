import { limits } from '../../core/limits.ts'
import { TokenBucket } from '../../core/token-bucket.ts'

/** What one client may send. */
export interface ClientRates {
  readonly messagesPerSecond: number
  readonly bytesPerSecond: number
}

/** How fast one client sends, over all connections that it has. */
export class Pace {
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket
  connections = 0

  constructor({ messagesPerSecond, bytesPerSecond }: ClientRates, nowMs: number) {
    const burstSeconds = limits.rateBurstSeconds
    this.#messages = new TokenBucket({ perSecond: messagesPerSecond, burstSeconds }, nowMs)
    this.#bytes = new TokenBucket({ perSecond: bytesPerSecond, burstSeconds }, nowMs)
  }

  /** Returns for how many ms nothing more is to be read from the client. */
  charge({ messages, bytes }: Sent, nowMs: number): number {
    const messagesMs = this.#messages.charge(messages, nowMs)
    return Math.max(messagesMs, this.#bytes.charge(bytes, nowMs))
  }

  isFull(nowMs: number): boolean {
    return this.#messages.isFull(nowMs) && this.#bytes.isFull(nowMs)
  }
}

interface Sent {
  readonly messages: number
  readonly bytes: number
}

/** The paces of all clients. One that goes and comes back finds its debts again, for as long as it has any. */
export class Paces {
  readonly #rates: ClientRates
  readonly #present = new Map<string, Pace>()
  /** Of clients without a connection, in the order in which they went. */
  readonly #gone = new Map<string, Pace>()
  /** How often a client was not read from for a while. */
  pauses = 0

  constructor(rates: ClientRates) {
    this.#rates = rates
  }

  /** Paces that are remembered, of whoever is here and whoever was. */
  get size(): number {
    return this.#present.size + this.#gone.size
  }

  enter(name: string, nowMs: number): Pace {
    const pace = this.#present.get(name) ?? this.#gone.get(name) ?? new Pace(this.#rates, nowMs)
    this.#gone.delete(name)
    this.#present.set(name, pace)
    pace.connections++
    return pace
  }

  leave(name: string, nowMs: number): void {
    const pace = this.#present.get(name)
    if (pace === undefined || --pace.connections > 0) return
    this.#present.delete(name)
    if (pace.isFull(nowMs)) return
    this.#gone.set(name, pace)
    if (this.#gone.size <= limits.pacesKept) return
    const [oldest] = this.#gone.keys()
    if (oldest !== undefined) this.#gone.delete(oldest)
  }

  /** Once a second: forgets whoever has gone without debts. */
  tick(nowMs: number): void {
    for (const [name, pace] of this.#gone) if (pace.isFull(nowMs)) this.#gone.delete(name)
  }
}
