export interface Sample {
  /** Microseconds. */
  readonly time: number
  readonly values: ReadonlyMap<string, { readonly value: number; readonly isDoubtful: boolean }>
}

export interface Ends {
  /** Whether it said something of the load. */
  readonly use: (sample: Sample) => boolean
  readonly late: (quantity: string, time: number, value: number, isDoubtful: boolean) => void
}

const CLOCK_NOT_SYNCHRONISED = 1 << 13
const FRAMES = 64

/** Readings by the second, given on in order of time. */
export class Frames {
  readonly #latenessSeconds: number
  readonly #ends: Ends
  readonly #waiting = new Map<number, { time: number; values: Map<string, Value> }>()
  #newest = 0
  #newestAtTick = 0
  #closed = 0

  constructor(latenessSeconds: number, ends: Ends) {
    this.#latenessSeconds = latenessSeconds
    this.#ends = ends
  }

  take(quantity: string, reading: { time: number; value: number; quality: number }): void {
    const { time, value, quality } = reading
    const isInvalid = (quality & 3) === 1 || !Number.isFinite(value) || time <= 0
    if (isInvalid || (quality & CLOCK_NOT_SYNCHRONISED) !== 0) return
    const second = Math.floor(time / 1e6)
    const isDoubtful = (quality & 3) !== 0
    if (second <= this.#closed) {
      this.#ends.late(quantity, time, value, isDoubtful)
      return
    }
    if (this.#waiting.size === FRAMES && !this.#waiting.has(second)) {
      this.#close(this.#oldest())
      this.take(quantity, reading)
      return
    }
    const frame = this.#waiting.get(second) ?? { time: 0, values: new Map<string, Value>() }
    this.#waiting.set(second, frame)
    frame.time = Math.max(frame.time, time)
    frame.values.set(quantity, { value, isDoubtful })
    if (second <= this.#newest) return
    this.#newest = second
    this.#closeBefore(second - this.#latenessSeconds)
  }

  tick(now: number): void {
    const before = Math.floor(now / 1e6) - this.#latenessSeconds
    this.#closeBefore(Math.min(before, this.#newestAtTick + 1))
    this.#newestAtTick = this.#newest
  }

  #oldest(): number {
    return Math.min(...this.#waiting.keys())
  }

  #closeBefore(second: number): void {
    while (this.#waiting.size > 0 && this.#oldest() < second) this.#close(this.#oldest())
  }

  #close(second: number): void {
    const frame = this.#waiting.get(second)
    this.#waiting.delete(second)
    if (frame !== undefined && this.#ends.use(frame)) this.#closed = second
  }
}

interface Value {
  readonly value: number
  readonly isDoubtful: boolean
}
