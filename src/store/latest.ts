import { limits } from '../core/limits.ts'

export interface LatestReading {
  readonly time: number
  readonly value: number
  readonly quality: number
}

const POINTS = limits.points

/** Memory of `LatestReadings` that two threads share; pages of points that there are not are never touched. */
export function allocateLatest(): SharedArrayBuffer {
  return new SharedArrayBuffer(POINTS * 22)
}

/**
 * The latest reading of each point. One thread writes, others read: a point's turn is odd while it is written, and whoever has read it
 * meanwhile reads again.
 *
 *     times f64[N] | values f64[N] | turns i32[N] | qualities u16[N]
 */
export class LatestReadings {
  readonly #times: Float64Array
  readonly #values: Float64Array
  /** 0: nothing is known of the point. */
  readonly #turns: Int32Array
  readonly #qualities: Uint16Array

  constructor(memory: SharedArrayBuffer) {
    this.#times = new Float64Array(memory, 0, POINTS)
    this.#values = new Float64Array(memory, POINTS * 8, POINTS)
    this.#turns = new Int32Array(memory, POINTS * 16, POINTS)
    this.#qualities = new Uint16Array(memory, POINTS * 20, POINTS)
  }

  /** Of two readings with one time the first stays. */
  offer(point: number, { time, value, quality }: LatestReading): void {
    if (this.#turns[point] !== 0 && !(time > (this.#times[point] as number))) return
    Atomics.add(this.#turns, point, 1)
    this.#times[point] = time
    this.#values[point] = value
    this.#qualities[point] = quality
    Atomics.add(this.#turns, point, 1)
  }

  read(point: number): LatestReading | undefined {
    for (;;) {
      const turn = Atomics.load(this.#turns, point)
      if (turn === 0) return undefined
      const time = this.#times[point] as number
      const value = this.#values[point] as number
      const quality = this.#qualities[point] as number
      if ((turn & 1) === 0 && Atomics.load(this.#turns, point) === turn) {
        return { time, value, quality }
      }
    }
  }
}
