import type { Random } from '../../src/core/random.ts'
import type { DeviceRecord, Kind, Sending } from './record.ts'

interface Late {
  readonly k: number
  /** Sent once this many messages were. */
  readonly due: number
}

const BLOCK = 64
const LATE_SHARE = 0.02
const LATE_MESSAGES_MAX = 3000

/**
 * What a device sends, in which order: mostly the next sample, in some devices the samples of a block in any order, some samples
 * thousands of messages late, and now and then something that must not be stored.
 */
export class Itinerary {
  readonly #record: DeviceRecord
  readonly #random: Random
  readonly #shuffles: boolean
  readonly #again: number[] = []
  readonly #late: Late[] = []
  #block: number[] = []
  #blocks = 0
  #messages = 0

  constructor(
    record: DeviceRecord,
    { random, shuffles }: { readonly random: Random; readonly shuffles: boolean },
  ) {
    this.#record = record
    this.#random = random
    this.#shuffles = shuffles
  }

  next(): Sending {
    this.#messages++
    const again = this.#again.pop()
    if (again !== undefined) return { kind: 'again', k: again }
    return this.#disturbance() ?? { kind: 'sample', k: this.#dueLate() ?? this.#fresh() }
  }

  /** What is late comes now; undefined where nothing is. */
  nextLate(): Sending | undefined {
    const late = this.#late.pop()
    return late === undefined ? undefined : { kind: 'sample', k: late.k }
  }

  /** Everything acknowledged last goes out once more. */
  repeatRecent(): void {
    this.#again.push(...this.#record.recent)
  }

  #disturbance(): Sending | undefined {
    const { recent } = this.#record
    const chance = this.#random()
    let kind: Kind
    if (chance < 0.02) kind = 'again'
    else if (chance < 0.03) kind = 'conflict'
    else if (chance < 0.035) kind = 'unreadable'
    else return undefined
    const k = recent[Math.floor(this.#random() * recent.length)]
    return k === undefined ? undefined : { kind, k }
  }

  #dueLate(): number | undefined {
    const at = this.#late.findIndex(({ due }) => due <= this.#messages)
    return at < 0 ? undefined : this.#late.splice(at, 1)[0]?.k
  }

  #fresh(): number {
    for (;;) {
      const k = this.#block.pop()
      if (k === undefined) {
        this.#block = this.#nextBlock()
        continue
      }
      if (this.#random() >= LATE_SHARE) return k
      const due = this.#messages + Math.floor(this.#random() * LATE_MESSAGES_MAX)
      this.#late.push({ k, due })
    }
  }

  /** From the last to be sent to the first. */
  #nextBlock(): number[] {
    const first = this.#blocks++ * BLOCK
    const block = Array.from({ length: BLOCK }, (_, index) => first + BLOCK - 1 - index)
    if (!this.#shuffles) return block
    for (let at = BLOCK - 1; at > 0; at--) {
      const other = Math.floor(this.#random() * (at + 1))
      const k = block[at] as number
      block[at] = block[other] as number
      block[other] = k
    }
    return block
  }
}
