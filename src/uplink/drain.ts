/** How fast a backlog becomes less, and so how long it takes. */
export class Drain {
  readonly #pacePerSecond: number
  /** The latest looks, the oldest first. */
  #looks: { readonly sent: number; readonly ms: number }[] = []
  #pending = 0

  constructor(pacePerSecond: number) {
    this.#pacePerSecond = pacePerSecond
  }

  /** `pending` may be reckoned; `sent`, of the backlog so far, is counted. */
  seen(
    { pending, sent }: { readonly pending: number; readonly sent: number },
    nowMs: number,
  ): void {
    this.#pending = pending
    this.#looks = this.#looks.filter(({ ms }) => nowMs - ms <= JUDGED_MS)
    this.#looks.push({ sent, ms: nowMs })
  }

  /** Until nothing of it is left, if it goes on as it did lately; no faster than it may. */
  get etaSeconds(): number {
    return Math.ceil(this.#pending / this.#perSecond)
  }

  /** From when it began: until then, and where it stands still, how it will go is not seen. */
  get #perSecond(): number {
    const [oldest, last] = [this.#looks[0], this.#looks.at(-1)]
    const first = this.#looks.findLast(({ sent }) => sent === oldest?.sent)
    if (first === undefined || last === undefined) return this.#pacePerSecond
    const seconds = (last.ms - first.ms) / 1000
    if (seconds < JUDGED_SECONDS) return this.#pacePerSecond
    return Math.min(this.#pacePerSecond, (last.sent - first.sent) / seconds)
  }
}

/** What has been going for less says little about how it will go on. */
const JUDGED_SECONDS = 2
/** What was longer ago says little, too. */
const JUDGED_MS = 15_000
