/** How fast a backlog becomes less, and so how long it takes. */
export class Drain {
  readonly #pacePerSecond: number
  /** When it was last seen not to have become less. */
  #from: { readonly pending: number; readonly ms: number } | undefined
  #pending = 0
  #perSecond: number

  constructor(pacePerSecond: number) {
    this.#pacePerSecond = pacePerSecond
    this.#perSecond = pacePerSecond
  }

  seen(pending: number, nowMs: number): void {
    this.#pending = pending
    if (this.#from === undefined || pending >= this.#from.pending) {
      this.#from = { pending, ms: nowMs }
      this.#perSecond = this.#pacePerSecond
      return
    }
    const seconds = (nowMs - this.#from.ms) / 1000
    if (seconds < JUDGED_SECONDS) return
    const drained = (this.#from.pending - pending) / seconds
    this.#perSecond = Math.min(this.#pacePerSecond, drained)
  }

  /** Until nothing of it is left, if it goes on as it does; no faster than it may. */
  get etaSeconds(): number {
    return Math.ceil(this.#pending / this.#perSecond)
  }
}

/** What has been going for less says little about how it will go on. */
const JUDGED_SECONDS = 2
