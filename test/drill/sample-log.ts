import type { SampleFate } from '../../src/simulator/simulation.ts'
import type { Span } from './watch.ts'

/** An edge that is well acknowledges in less, and whoever looks at a screen does not notice more than the second. */
export const LATE_MS = { late: 30, veryLate: 5000 } as const

export interface SampleCounts {
  readonly samples: number
  /** Acknowledged later than 30 ms after they were taken, or not at all. */
  readonly late: number
  readonly veryLate: number
  /** Answered with a reason, or given up by a device whose memory was full. */
  readonly unsaved: number
}

/** When every sample was taken, when it was known what had become of it, and whether that was good. */
export class SampleLog {
  readonly #lives: Span[] = []
  readonly #isSaved: boolean[] = []

  add({ takenMs, outcome }: SampleFate, nowMs: number): void {
    this.#lives.push({ fromMs: takenMs, toMs: nowMs })
    this.#isSaved.push(outcome === 'acknowledged')
  }

  /** Of those that waited in a time that `isIn` knows. */
  count(isIn: (life: Span) => boolean): SampleCounts {
    const counts = { samples: 0, late: 0, veryLate: 0, unsaved: 0 }
    for (const [at, life] of this.#lives.entries()) {
      if (!isIn(life)) continue
      const isSaved = this.#isSaved[at] === true
      const delayMs = isSaved ? life.toMs - life.fromMs : Infinity
      counts.samples++
      if (delayMs > LATE_MS.late) counts.late++
      if (delayMs > LATE_MS.veryLate) counts.veryLate++
      if (!isSaved) counts.unsaved++
    }
    return counts
  }
}
