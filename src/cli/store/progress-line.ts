import type { WriteStream } from 'node:tty'

export interface Work {
  readonly what: string
  readonly done: number
  readonly total: number
}

/** Between two lines where nobody watches, and between two looks where somebody does. */
const LOG_MS = 10_000
const LOOK_MS = 200

/** How far a long piece of work is and how long it will take: one line that changes on a terminal, a plain one now and then elsewhere. */
export class ProgressLine {
  readonly #out: WriteStream
  readonly #startedMs = performance.now()
  #shownMs = performance.now()

  constructor(out: WriteStream) {
    this.#out = out
  }

  show({ what, done, total }: Work): void {
    const now = performance.now()
    if (now - this.#shownMs < (this.#out.isTTY ? LOOK_MS : LOG_MS)) return
    this.#shownMs = now
    const share = total === 0 ? 1 : Math.min(1, done / total)
    const seconds = ((now - this.#startedMs) / 1000) * (1 / Math.max(share, 0.001) - 1)
    const left = share < 0.01 ? '' : `, ${Math.ceil(seconds)} s left`
    const text = `${what}: ${Math.floor(share * 100)} %${left}`
    this.#out.write(this.#out.isTTY ? `\r\u001b[K${text}` : `${text}\n`)
  }

  clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\u001b[K')
  }
}
