import { setTimeout as pause } from 'node:timers/promises'

/** What comes later is no answer. */
const ANSWER_MS = 1000
const AGAIN_MS = 20

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Asks again and again whether somebody is there, and notes from when to when there was no answer: to the last before, from the first after. */
export class Watch {
  readonly #ask: () => Promise<boolean>
  readonly #silences: Span[] = []
  #answeredMs = performance.now()
  #silentFromMs: number | undefined
  #isOver = false
  readonly #ended: Promise<void>

  constructor(ask: () => Promise<boolean>) {
    this.#ask = ask
    this.#ended = this.#watch()
  }

  get isAnswered(): boolean {
    return this.#silentFromMs === undefined
  }

  /** One that goes on ends now. */
  get silences(): readonly Span[] {
    if (this.#silentFromMs === undefined) return this.#silences
    return [...this.#silences, { fromMs: this.#silentFromMs, toMs: performance.now() }]
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await this.#ended
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      if (await this.#isThere()) this.#hear()
      else this.#silentFromMs ??= this.#answeredMs
      await pause(AGAIN_MS)
    }
  }

  async #isThere(): Promise<boolean> {
    const late = new AbortController()
    const answer = this.#ask().catch(() => false)
    const silence = pause(ANSWER_MS, false, { signal: late.signal }).catch(() => false)
    try {
      return await Promise.race([answer, silence])
    } finally {
      late.abort()
    }
  }

  #hear(): void {
    const nowMs = performance.now()
    if (this.#silentFromMs !== undefined)
      this.#silences.push({ fromMs: this.#silentFromMs, toMs: nowMs })
    this.#silentFromMs = undefined
    this.#answeredMs = nowMs
  }
}

/** Time in one of these, however many of them overlap. */
export function coveredMs(spans: readonly Span[]): number {
  let covered = 0
  let endMs = -Infinity
  for (const { fromMs, toMs } of spans.toSorted((one, other) => one.fromMs - other.fromMs)) {
    covered += Math.max(0, toMs - Math.max(fromMs, endMs))
    endMs = Math.max(endMs, toMs)
  }
  return covered
}
