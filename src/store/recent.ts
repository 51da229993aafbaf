import { limits } from '../core/limits.ts'

/** What is known of a (point, time) without opening the journal. */
export const known = { new: 0, identical: 1, conflicting: 2, unknown: 3 } as const
export type Known = (typeof known)[keyof typeof known]

const DEPTH = 8
const STRIDE = DEPTH * 2

/**
 * The last few readings of every point, so that a reading out of its turn is nearly always judged without opening the
 * journal. Invariant: every stored reading of a point that is later than `#floors[point]` is among the point's entries.
 *
 *     #entries   point 0: time value | time value | … (8 pairs)   point 1: …
 *
 * Zeroes mean "look into the journal", so memory that was never touched is right and costs nothing.
 */
export class RecentReadings {
  /** Time of the latest stored reading of each point. */
  readonly latest: Float64Array = new Float64Array(limits.points)
  readonly #floors = new Float64Array(limits.points)
  readonly #entries = new Float64Array(limits.points * STRIDE)
  readonly #next = new Uint8Array(limits.points)

  /** After a restart only the latest time is known: what is not later must be looked up. */
  restore(latest: Float64Array): void {
    this.latest.set(latest)
    this.#floors.set(latest)
  }

  /** A stored reading seen again in the journal at start. */
  replay(point: number, time: number): void {
    if (time > (this.latest[point] as number)) {
      this.latest[point] = time
      this.#floors[point] = time
    }
  }

  /** A reading that is later than all others of its point. */
  append(point: number, time: number, value: number): void {
    this.latest[point] = time
    this.#insert(point, time, value)
  }

  /** A reading out of its turn that turned out to be new. */
  insertLate(point: number, time: number, value: number): void {
    if (time > (this.latest[point] as number)) this.latest[point] = time
    if (time > (this.#floors[point] as number)) this.#insert(point, time, value)
  }

  /** What it was told of this point last may not be stored after all: look into the journal. */
  forget(point: number): void {
    this.#floors[point] = this.latest[point] as number
  }

  judge(point: number, time: number, value: number): Known {
    if (time <= (this.#floors[point] as number) || time === 0) return known.unknown
    for (let at = point * STRIDE; at < (point + 1) * STRIDE; at += 2) {
      if (this.#entries[at] === time) {
        return Object.is(this.#entries[at + 1], value) ? known.identical : known.conflicting
      }
    }
    return known.new
  }

  #insert(point: number, time: number, value: number): void {
    const turn = this.#next[point] as number
    const at = point * STRIDE + turn * 2
    const evicted = this.#entries[at] as number
    if (evicted > (this.#floors[point] as number)) this.#floors[point] = evicted
    this.#entries[at] = time
    this.#entries[at + 1] = value
    this.#next[point] = (turn + 1) & (DEPTH - 1)
  }
}
