import { GridError } from '../core/errors.ts'
import { BATCH_ROWS } from '../../kernel/sdk/layout.ts'
import { type Built, loadBuiltIn } from './built-in.ts'
import { fillColumns } from './fill.ts'
import { ProcessorInstance } from './instance.ts'
import { checkModule } from './module-check.ts'
import type { Result } from './output-decoder.ts'
import { type PointEntry, type SubjectEntry, type SubjectKind, isRead } from './subjects.ts'

export interface TrialSetting {
  readonly settings?: unknown
  readonly site?: unknown
  readonly subjects?: readonly {
    readonly kind: SubjectKind
    readonly id: string
    readonly entry?: unknown
  }[]
  /** What `save` of another trial gave. It then has the same subjects and points. */
  readonly state?: TrialState
}

export interface TrialState {
  readonly bytes: Uint8Array
  readonly subjects: readonly SubjectEntry[]
  readonly points: readonly PointEntry[]
}

export interface TrialReading {
  /** Id of a device. */
  readonly subject: string
  readonly quantity: string
  /** Microseconds since 1970. */
  readonly time: number
  readonly value: number
  readonly quality?: number
}

/** A result with the name of its subject. */
export type TrialResult = Omit<Result, 'subject'> & { readonly subject: string }

/** A module on the bench: fed by hand, one batch at a time, as an edge would feed it. */
export class Trial {
  readonly #instance: ProcessorInstance
  readonly #reads: readonly string[]
  readonly #subjects = new Map<string, SubjectEntry>()
  readonly #points = new Map<string, PointEntry>()
  #results: Result[] = []

  /** One of the processors that come with Busbar. */
  static async start(name: string, setting: TrialSetting): Promise<Trial> {
    return new Trial(await loadBuiltIn(name), setting)
  }

  constructor(
    { manifest, bytes }: Built,
    { settings = {}, site = {}, subjects = [], state }: TrialSetting,
  ) {
    this.#reads = manifest.reads
    const module = checkModule(bytes, manifest.name)
    this.#instance = new ProcessorInstance(module, manifest.name, { settings, site })
    const entries =
      state?.subjects ??
      subjects.map((subject, number) => ({ entry: undefined, ...subject, number }))
    for (const entry of entries) this.#subjects.set(entry.id, entry)
    const points = state?.points ?? []
    this.#instance.introduce({ subjects: entries, points })
    if (state === undefined) return
    for (const point of points) this.#points.set(this.#keyOf(point), point)
    this.#instance.restore(state.bytes)
  }

  /** Readings that the manifest does not ask for are passed over, as an edge does. */
  feed(readings: readonly TrialReading[]): void {
    const asked = readings.filter(({ quantity }) => isRead(this.#reads, quantity))
    for (let at = 0; at < asked.length; at += BATCH_ROWS) {
      const some = asked.slice(at, at + BATCH_ROWS)
      const points = Uint32Array.from(some, (reading) => this.#pointOf(reading))
      fillColumns(this.#instance.columns, {
        rows: Uint16Array.from(some.keys()),
        count: some.length,
        columns: {
          points,
          times: Float64Array.from(some, ({ time }) => time),
          values: Float64Array.from(some, ({ value }) => value),
          qualities: Uint16Array.from(some, ({ quality = 0 }) => quality),
        },
      })
      this.#instance.process(some.length)
      this.#keep()
    }
  }

  tick(now: number): void {
    this.#instance.tick(now)
    this.#keep()
  }

  take(): TrialResult[] {
    const ids = [...this.#subjects.keys()]
    const results = this.#results
    this.#results = []
    return results.map((result) => {
      const subject = ids[result.subject]
      if (subject === undefined)
        throw new GridError('input', `a result is about subject ${result.subject}, which is none`)
      return { ...result, subject }
    })
  }

  save(): TrialState {
    return {
      bytes: this.#instance.snapshot(),
      subjects: [...this.#subjects.values()],
      points: [...this.#points.values()],
    }
  }

  /** After each call, as an edge does: a point that is introduced later would take the results with it. */
  #keep(): void {
    for (const result of this.#instance.take()) this.#results.push(result)
  }

  #pointOf({ subject, quantity }: TrialReading): number {
    const known = this.#points.get(`${subject} ${quantity}`)
    if (known !== undefined) return known.number
    const subjects: SubjectEntry[] = []
    let device = this.#subjects.get(subject)
    if (device === undefined) {
      const number = this.#subjects.size
      device = { number, kind: 'device', id: subject, entry: undefined }
      this.#subjects.set(subject, device)
      subjects.push(device)
    }
    const point = { number: this.#points.size, subject: device.number, quantity, unit: '' }
    this.#points.set(`${subject} ${quantity}`, point)
    this.#instance.introduce({ subjects, points: [point] })
    return point.number
  }

  #keyOf({ subject, quantity }: PointEntry): string {
    const device = [...this.#subjects.values()].find(({ number }) => number === subject)
    return `${device?.id} ${quantity}`
  }
}
