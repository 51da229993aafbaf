import { limits } from '../core/limits.ts'
import type { Result } from './output-decoder.ts'
import type { Running } from './running.ts'

/** How the results of a new module compare with those of the one it is to follow. */
export interface Comparison {
  readonly version: string
  readonly rows: number
  readonly same: number
  readonly onlyOld: number
  readonly onlyNew: number
}

/** A module that runs beside the one whose place it will take. What it finds is compared and goes nowhere. */
export class Shadow {
  readonly own: Running
  /** Both have taken in the same rows. */
  #isAlongside = false
  #rows = 0
  #same = 0
  #onlyOld = 0
  #onlyNew = 0

  constructor(own: Running) {
    this.own = own
  }

  get comparison(): Comparison {
    return {
      version: this.own.loaded.version,
      rows: this.#rows,
      same: this.#same,
      onlyOld: this.#onlyOld,
      onlyNew: this.#onlyNew,
    }
  }

  /** After each step: what both found in it. */
  compare(old: Running, found: readonly Result[], rows: number): void {
    const fresh = this.own.takeFound()
    if (this.#isAlongside) {
      this.#rows += rows
      const before = new Set(found.map((result) => JSON.stringify(result)))
      const now = new Set(fresh.map((result) => JSON.stringify(result)))
      const same = before.intersection(now).size
      this.#same += same
      this.#onlyOld += before.size - same
      this.#onlyNew += now.size - same
    }
    this.#isAlongside = this.own.journal === old.journal && this.own.tick === old.tick
  }

  /** It may take the place now: between two steps, where both have taken in the same. */
  get maySwap(): boolean {
    return this.#rows >= limits.shadowRows && this.#isAlongside
  }
}
