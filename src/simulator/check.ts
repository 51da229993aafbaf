import { Digest, type LedgerEntry } from './ledger.ts'
import { type Model, payloadOf } from './model.ts'
import { type Plan, sampleAt, sampleTimeMs } from './plan.ts'
import { Ranges } from './ranges.ts'
import type { Values } from './sampler.ts'

/** What the edge says of one device in `GET /api/v1/ledger`. */
export interface EdgeAccount {
  readonly device: string
  readonly received: number
  readonly stored: number
  readonly duplicates: number
  readonly refused: Readonly<Record<string, number>>
  /** Received, but neither stored nor refused yet. */
  readonly inFlight?: number
}

/** One row of `GET /api/v1/readings`; rows come in order of time. */
export interface StoredRow {
  readonly quantity: string
  readonly timeMs: number
  readonly value: number
}

/** What one device's two ledgers and its stored readings say of one another; all but the first three should be 0. */
export interface Finding {
  readonly device: string
  readonly acknowledged: number
  /** Stored, but without an acknowledgement that arrived: legitimate, the device sent them and the edge kept them. */
  readonly extra: number
  readonly missing: number
  readonly wrong: number
  readonly twice: number
  /** Each kind of difference in words, the first of its kind as the example. */
  readonly faults: readonly string[]
}

export interface Subject {
  readonly model: Model
  readonly plan: Plan
  /** Place of the device in the model. */
  readonly index: number
  readonly device: string
  readonly entry: LedgerEntry
}

/**
 * Compares the rows of one device, as they stream by, with what its acknowledged samples must have left. Memory is that of one
 * instant: both sides come in order of time.
 */
export class DeviceCheck {
  readonly #subject: Subject
  readonly #samples: Ranges
  readonly #due: Iterator<number>
  readonly #digest = new Digest()
  readonly #faults = new Map<string, string>()
  readonly #counts = { acknowledged: 0, extra: 0, missing: 0, wrong: 0, twice: 0 }
  #next: number | undefined
  #instantMs = -1
  #instant = new Map<string, number>()

  constructor(subject: Subject) {
    this.#subject = subject
    this.#samples = new Ranges(subject.entry.samples)
    this.#due = this.#samples.numbers()
    this.#advance()
  }

  add({ quantity, timeMs, value }: StoredRow): void {
    if (timeMs !== this.#instantMs) {
      this.#settle()
      this.#instantMs = timeMs
    }
    if (!this.#instant.has(quantity)) this.#instant.set(quantity, value)
    else this.#fault('twice', 1, `${quantity} at ${textOf(timeMs)} is stored twice`)
  }

  finish(account: EdgeAccount | undefined): Finding {
    this.#settle()
    while (this.#next !== undefined) this.#compare(this.#next, new Map())
    const { device, entry } = this.#subject
    if (this.#digest.text !== entry.digest) {
      this.#faults.set('digest', 'the ledger was written by another version of the simulator')
    }
    if (entry.acknowledged > 0) {
      const fault = accountFault(account, this.#counts.acknowledged)
      if (fault !== undefined) this.#faults.set('account', fault)
    }
    return { device, ...this.#counts, faults: [...this.#faults.values()] }
  }

  #advance(): void {
    const { done, value } = this.#due.next()
    this.#next = done === true ? undefined : value
  }

  /** All rows of one instant are here: find the sample that they belong to. */
  #settle(): void {
    if (this.#instant.size === 0) return
    const { plan, index } = this.#subject
    const k = sampleAt(plan, index, this.#instantMs)
    while (k >= 0 && this.#next !== undefined && this.#next < k) {
      this.#compare(this.#next, new Map())
    }
    // Rows of an instant that the plan does not have come from another run, or from another client of that name.
    if (k >= 0) this.#compare(k, this.#instant)
    this.#instant = new Map()
  }

  #compare(k: number, stored: ReadonlyMap<string, number>): void {
    const { plan, index, model } = this.#subject
    const timeMs = sampleTimeMs(plan, index, k)
    const values = model.valuesAt(index, timeMs)
    const acknowledged = k === this.#next
    if (acknowledged) {
      this.#advance()
      this.#digest.add(payloadOf(timeMs, values))
      this.#counts.acknowledged += Object.keys(values).length
    } else this.#counts.extra += stored.size
    const missing = acknowledged ? Object.keys(values).filter((name) => !stored.has(name)) : []
    if (missing.length > 0) {
      this.#fault('missing', missing.length, `${missing[0]} at ${textOf(timeMs)} is not stored`)
    }
    this.#compareValues(values, stored, timeMs)
  }

  #compareValues(values: Values, stored: ReadonlyMap<string, number>, timeMs: number): void {
    for (const [quantity, value] of stored) {
      const sent = values[quantity]
      if (sent === undefined || sent === value) continue
      const what = `${quantity} at ${textOf(timeMs)} was sent as ${sent} and stored as ${value}`
      this.#fault('wrong', 1, what)
    }
  }

  #fault(kind: 'missing' | 'wrong' | 'twice', count: number, example: string): void {
    this.#counts[kind] += count
    if (!this.#faults.has(kind)) this.#faults.set(kind, example)
  }
}

/** received = stored + refused + duplicates + in flight, and the edge counts no less than the device saw acknowledged. */
export function accountFault(
  account: EdgeAccount | undefined,
  acknowledged: number,
): string | undefined {
  if (account === undefined) return 'the edge has no account of it'
  const { received, stored, duplicates, inFlight = 0 } = account
  const refused = Object.values(account.refused).reduce((total, count) => total + count, 0)
  if (received !== stored + duplicates + refused + inFlight) {
    return `received ${received} is not stored ${stored} + duplicates ${duplicates} + refused ${refused} + in flight ${inFlight}`
  }
  if (stored < acknowledged)
    return `the edge counts ${stored} stored, ${acknowledged} are acknowledged`
  return undefined
}

function textOf(timeMs: number): string {
  return new Date(timeMs).toISOString()
}
