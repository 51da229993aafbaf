import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import type { ClockStep } from '../store/clock-steps.ts'

/** Two clocks read at one moment: the one that people set, and the one that nobody can. */
export interface ClockReading {
  readonly wallMs: number
  readonly monotonicMs: number
}

/** Notices when the clock was set, as against being slewed, which moves it by half a millisecond a second at most. */
export class ClockWatch {
  #last: ClockReading
  #since: Micros
  /** Noticed since the start. */
  steps = 0

  constructor(now: ClockReading) {
    this.#last = now
    this.#since = Micros(now.wallMs * 1000)
  }

  look(now: ClockReading): ClockStep | undefined {
    const expectedMs = this.#last.wallMs + (now.monotonicMs - this.#last.monotonicMs)
    this.#last = now
    if (Math.abs(now.wallMs - expectedMs) < limits.clockStepMs) return undefined
    const since = this.#since
    this.#since = Micros(now.wallMs * 1000)
    this.steps++
    return { since, before: Micros(Math.round(expectedMs * 1000)), after: this.#since }
  }
}
