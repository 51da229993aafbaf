/** What one device reads, as a function of its number and of k: nobody has to remember what was sent. */
export class Sampler {
  readonly device: string
  readonly #index: number
  readonly #startMs: number
  readonly #stepMs: number

  constructor(index: number, nowMs: number) {
    this.device = `device-${index}`
    this.#index = index
    this.#stepMs = STEPS_MS[index % STEPS_MS.length] as number
    // Long ago enough for any run to stay behind the edge's clock.
    this.#startMs = Math.floor(nowMs) - this.#stepMs * SAMPLES_MAX
  }

  payload(k: number): string {
    const { voltage, current } = this.values(k)
    return `{"ts":${this.#timeMs(k)},"values":{"voltage.a":${voltage},"current.a":${current}}}`
  }

  /** Says of the same moment something else. */
  contradiction(k: number): string {
    const voltage = this.values(k).voltage + 1
    return `{"ts":${this.#timeMs(k)},"values":{"voltage.a":${voltage}}}`
  }

  /** Valid JSON that is no reading. */
  unreadable(k: number): string {
    return `{"ts":${this.#timeMs(k)},"volts":1}`
  }

  values(k: number): { readonly voltage: number; readonly current: number } {
    const mixed = mix(this.#index * SAMPLES_MAX + k)
    return { voltage: 198 + (mixed % 55_000) / 1000, current: (mix(mixed) % 100_000) / 100 }
  }

  /** The k of a stored time, or -1 where this device has none of that time. */
  at(timeMicros: number): number {
    const k = (timeMicros / 1000 - this.#startMs) / this.#stepMs
    return Number.isInteger(k) && k >= 0 && k < SAMPLES_MAX ? k : -1
  }

  #timeMs(k: number): number {
    return this.#startMs + k * this.#stepMs
  }
}

/** Readings of one message. */
export const QUANTITIES = ['voltage.a', 'current.a'] as const

const SAMPLES_MAX = 4_000_000
/** With the widest one a commit spans more time than a journal row may: it becomes many rows. */
const STEPS_MS = [1, 40, 20_000] as const

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
