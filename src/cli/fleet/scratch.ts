import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder that goes with its user, however that ends. In memory where there is such a place: one disk is not a thousand, and is not what is looked at here. */
export class Scratch implements Disposable {
  readonly folder: string
  readonly #leave = (): void => {
    this.#remove()
    process.exit(INTERRUPTED)
  }

  constructor(name: string) {
    const memory = '/dev/shm'
    this.folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), name))
    for (const signal of SIGNALS) process.once(signal, this.#leave)
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#leave)
    this.#remove()
  }

  #remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const INTERRUPTED = 130
