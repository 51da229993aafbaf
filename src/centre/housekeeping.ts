import { errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Retention } from './records/retention.ts'

export interface HousekeepingParts {
  readonly retention: Pick<Retention, 'sweep'>
  readonly warn: (text: string) => void
}

/** What a centre does by itself, beside what comes. */
export class Housekeeping {
  readonly #parts: HousekeepingParts
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | undefined
  /** Why the last round came to nothing; empty: it did not. */
  failure = ''

  constructor(parts: HousekeepingParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#begin(), limits.centreSweepMs)
    this.#begin()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  #begin(): void {
    this.#running ??= this.#sweep().finally(() => (this.#running = undefined))
  }

  async #sweep(): Promise<void> {
    try {
      await this.#parts.retention.sweep(Date.now() * 1000)
      this.failure = ''
    } catch (thrown) {
      this.failure = errorText(thrown)
      this.#parts.warn(`what is too old could not make room: ${this.failure}`)
    }
  }
}
