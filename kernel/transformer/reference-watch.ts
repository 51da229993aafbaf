import type { Found } from './reference.ts'

interface Limit {
  readonly key: number
  readonly limit: number
  readonly margin: number
  /** Microseconds. */
  readonly hold?: number
  readonly tell: (found: Found) => void
}

/** A limit with hysteresis, kept as the list of what was seen since it was passed. */
export class Watch {
  readonly name: string
  readonly #limit: Limit
  #seen: { time: number; value: number }[] = []
  #isOpen = false

  constructor(name: string, limit: Limit) {
    this.name = name
    this.#limit = limit
  }

  look(time: number, value: number): void {
    const { key, limit, margin, hold = 60_000_000, tell } = this.#limit
    if (this.#isOpen ? value < limit - margin : value <= limit) {
      const first = this.#seen[0]
      if (this.#isOpen && first !== undefined) {
        const highest = Math.max(...this.#seen.map((one) => one.value))
        tell({ name: this.name, time: first.time, end: time, key, value: highest, quality: 0 })
      }
      this.#seen = []
      this.#isOpen = false
      return
    }
    this.#seen.push({ time, value })
    const since = this.#seen[0]?.time ?? time
    if (this.#isOpen || time - since < hold) return
    this.#isOpen = true
    tell({ name: this.name, time: since, end: 0, key, value, quality: 0 })
  }
}
