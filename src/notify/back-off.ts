import { limits } from '../core/limits.ts'

/** When a delivery is tried again: after a wait that doubles with each failure in a row. */
export class BackOff {
  #failures = 0
  #notBeforeMs = -Infinity
  /** Of the first failure in a row. */
  sinceMs = 0
  why = ''

  get isFailing(): boolean {
    return this.#failures > 0
  }

  get nextMs(): number {
    return this.#notBeforeMs
  }

  failed(why: string, nowMs: number): void {
    if (this.#failures === 0) this.sinceMs = nowMs
    const waitMs = limits.deliveryRetryMs * 2 ** Math.min(this.#failures, 20)
    this.#failures++
    this.#notBeforeMs = nowMs + Math.min(waitMs, limits.deliveryRetryMsMax)
    this.why = why
  }

  succeeded(): void {
    this.#failures = 0
    this.#notBeforeMs = -Infinity
    this.why = ''
  }

  /** `nowMs` may be of a clock that was set back: nothing waits for longer than the longest wait. */
  isOver(nowMs: number): boolean {
    return nowMs >= this.#notBeforeMs || this.#notBeforeMs - nowMs > limits.deliveryRetryMsMax
  }
}
