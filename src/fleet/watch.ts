import { limits } from '../core/limits.ts'

/** How an edge is at one moment. */
export interface Sample {
  /** Sentences of its health, but for that of the link. */
  readonly problems: readonly string[]
  readonly isLinkUp: boolean
  /** Received up to now. */
  readonly readings: number
  readonly p99Seconds: number
}

/** How it was before it changed. */
export interface Baseline {
  readonly problems: readonly string[]
  readonly hadReadings: boolean
  readonly p99Seconds: number
  /** It goes another way to the centre now: unless that is proved, nobody could take the change back from there. Else a link that is cut says nothing of the change. */
  readonly needsLink: boolean
}

export type WatchVerdict =
  | { readonly kind: 'watching' }
  | { readonly kind: 'good' }
  | { readonly kind: 'fallen'; readonly why: string }

/** Watches an edge after a change, for so long, and says whether it is as well as before. */
export class Watch {
  readonly #baseline: Baseline
  readonly #watchMs: number
  readonly #startMs: number
  readonly #firstReadings: number
  readonly #known: ReadonlySet<string>
  /** Since when there is a problem that was not there before. */
  #badSinceMs: number | undefined
  #wasLinkUp = false

  constructor(baseline: Baseline, first: Sample, at: { watchMs: number; nowMs: number }) {
    this.#baseline = baseline
    this.#watchMs = at.watchMs
    this.#startMs = at.nowMs
    this.#firstReadings = first.readings
    this.#known = new Set(baseline.problems.map(kindOf))
  }

  look({ problems, readings, p99Seconds, isLinkUp }: Sample, nowMs: number): WatchVerdict {
    this.#wasLinkUp ||= isLinkUp
    const fresh = problems.find((each) => !this.#known.has(kindOf(each)))
    this.#badSinceMs = fresh === undefined ? undefined : (this.#badSinceMs ?? nowMs)
    const patienceMs = Math.min(limits.watchPatienceMs, this.#watchMs / 3)
    if (fresh !== undefined && nowMs - (this.#badSinceMs ?? nowMs) >= patienceMs)
      return { kind: 'fallen', why: fresh }
    if (nowMs - this.#startMs < this.#watchMs || fresh !== undefined) return { kind: 'watching' }
    if (this.#baseline.needsLink && !this.#wasLinkUp)
      return { kind: 'fallen', why: 'The centre was not reached in the way that the set gives.' }
    if (this.#baseline.hadReadings && readings === this.#firstReadings)
      return { kind: 'fallen', why: 'No reading has come since, and before they did.' }
    const most = Math.max(limits.watchP99Seconds, this.#baseline.p99Seconds * limits.watchP99Times)
    if (p99Seconds > most) {
      const text = `Acknowledgements take ${p99Seconds.toFixed(2)} s (P99), and took ${this.#baseline.p99Seconds.toFixed(2)} s before.`
      return { kind: 'fallen', why: text }
    }
    return { kind: 'good' }
  }
}

/** A problem is the same though its numbers and its details change. */
export function kindOf(sentence: string): string {
  return sentence.replaceAll(/\([^)]*\)/g, '').replaceAll(/\d+/g, '0')
}
