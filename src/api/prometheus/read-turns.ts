import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'

/** A dashboard asks for all its panels at once. Few are answered at a time, since each holds its samples; the others wait in a row. */
export class ReadTurns {
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** Resolves when it is this request's turn; `done` must follow. */
  async wait(): Promise<void> {
    if (this.#running < limits.remoteReads) {
      this.#running++
      return
    }
    if (this.#waiting.length >= limits.remoteReadsWaiting) {
      throw new GridError('in-use', `${limits.remoteReadsWaiting} remote reads wait already`, {
        hint: 'Ask again in a moment, or for less at a time.',
      })
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  done(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}
