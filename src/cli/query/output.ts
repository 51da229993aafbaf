import type { Writable } from 'node:stream'
import { errorCode } from '../../core/errors.ts'

/** Standard output at the pace of whoever reads it; `| head` that has seen enough is an end, not a failure. */
export class Output {
  readonly #stream: Writable
  #open = true
  #fault: unknown
  #wake: (() => void) | undefined

  constructor(stream: Writable) {
    this.#stream = stream
    stream.on('error', (thrown) => {
      if (errorCode(thrown) !== 'EPIPE') this.#fault = thrown
      this.#open = false
      this.#wake?.()
    })
    stream.on('drain', () => this.#wake?.())
  }

  /** False: nobody reads any more. */
  async write(text: string | Uint8Array): Promise<boolean> {
    if (this.#open && text.length > 0 && !this.#stream.write(text)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#fault !== undefined) throw this.#fault
    return this.#open
  }
}
