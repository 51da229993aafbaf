import { errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Reconciler } from './reconciliation/reconciler.ts'
import type { Retention } from './records/retention.ts'

export interface HousekeepingParts {
  readonly retention: Pick<Retention, 'sweep'>
  readonly reconciler: Pick<Reconciler, 'askDue'>
  readonly warn: (text: string) => void
}

/** What a centre does by itself, beside what comes. */
export class Housekeeping {
  readonly #parts: HousekeepingParts
  readonly #timer: NodeJS.Timeout
  #sweptMs = -Infinity
  #running: Promise<void> | undefined
  /** Why what is too old could not make room; empty: it could. */
  failure = ''

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#begin(), limits.reconcileLookMs)
    this.#begin()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  #begin(): void {
    this.#running ??= this.#round().finally(() => (this.#running = undefined))
  }

  async #round(): Promise<void> {
    const nowMs = performance.now()
    if (nowMs - this.#sweptMs >= limits.centreSweepMs) {
      this.failure = await this.#attempt(async (nowUs) => this.#parts.retention.sweep(nowUs))
      if (this.failure === '') this.#sweptMs = nowMs
    }
    await this.#attempt(async (nowUs) => this.#parts.reconciler.askDue(nowUs))
  }

  /** Why it came to nothing; empty: it did not. */
  async #attempt(work: (nowUs: number) => Promise<void>): Promise<string> {
    try {
      await work(Date.now() * 1000)
      return ''
    } catch (thrown) {
      const why = errorText(thrown)
      this.#parts.warn(`housekeeping: ${why}; it is tried again in a minute`)
      return why
    }
  }
}
