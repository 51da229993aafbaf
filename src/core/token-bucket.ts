/**
 * So much a second, and what was not used for a while at once. May be overdrawn: whoever charges it has done the work already, and
 * waits until the debt is paid. A clock that is set back costs nobody anything.
 */
export class TokenBucket {
  readonly #perMs: number
  readonly #size: number
  #tokens: number
  #atMs: number

  constructor(
    { perSecond, burstSeconds }: { readonly perSecond: number; readonly burstSeconds: number },
    nowMs: number,
  ) {
    this.#perMs = perSecond / 1000
    this.#size = perSecond * burstSeconds
    this.#tokens = this.#size
    this.#atMs = nowMs
  }

  /** Returns the ms until there are tokens again; 0: there are. */
  charge(tokens: number, nowMs: number): number {
    const earned = Math.max(nowMs - this.#atMs, 0) * this.#perMs
    this.#atMs = nowMs
    this.#tokens = Math.min(this.#tokens + earned, this.#size) - tokens
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / this.#perMs)
  }

  /** Takes one token if there is one. */
  take(nowMs: number): boolean {
    this.charge(0, nowMs)
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /** As good as new: there is nothing to remember of it. */
  isFull(nowMs: number): boolean {
    this.charge(0, nowMs)
    return this.#tokens === this.#size
  }
}
