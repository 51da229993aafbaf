import type { TrialResult } from '../../src/kernel/trial.ts'
import { quality } from '../../src/core/quality.ts'
import { DAY, MINUTE, type ReferenceSettings, SECOND, aggregate } from './reference-model.ts'

interface Demand {
  readonly start: number
  readonly value: number
}

/** Demand of one device: keeps every reading by its minute. */
export class ReferenceDemand {
  readonly #subject: string
  readonly #expected: number
  readonly #settings: ReferenceSettings
  readonly #feeder: ReferenceCoincidence | undefined
  readonly #readings = new Map<number, number[]>()
  #minute: number | undefined
  #day = 0
  #blocks: Demand[] = []
  #sliding: Demand[] = []
  readonly results: TrialResult[] = []
  late = 0

  constructor(
    { subject, intervalUs }: { readonly subject: string; readonly intervalUs: number },
    settings: ReferenceSettings,
    feeder: ReferenceCoincidence | undefined,
  ) {
    const steps = settings.demand.seconds / 60
    const covered = intervalUs > MINUTE ? Math.floor((steps * MINUTE) / intervalUs) : steps
    this.#subject = subject
    this.#expected = Math.max(1, covered)
    this.#settings = settings
    this.#feeder = feeder
  }

  take(time: number, value: number): void {
    const minute = Math.floor(time / MINUTE)
    if (this.#minute !== undefined && minute < this.#minute) {
      this.late++
      return
    }
    this.#advance(minute)
    this.#readings.set(minute, [...(this.#readings.get(minute) ?? []), value])
  }

  close(now: number): void {
    if (this.#minute === undefined) return
    const end = (this.#day + 1) * DAY
    if (now < end + this.#settings.allowedLatenessMs * 1000) return
    if (this.#minute * MINUTE < end) this.#advance(end / MINUTE)
  }

  #advance(to: number): void {
    if (this.#minute === undefined) this.#day = Math.floor((to * MINUTE) / DAY)
    for (let minute = (this.#minute ?? to) + 1; minute <= to; minute++) this.#step(minute)
    this.#minute = to
  }

  #step(minute: number): void {
    const steps = this.#settings.demand.seconds / 60
    // The order of the ring that a meter would have: a sum depends on it in its last digit.
    const slots = Array.from({ length: steps }, (_, slot) => {
      const newest = minute - 1
      return newest - ((((newest - slot) % steps) + steps) % steps)
    })
    const means = slots
      .map((slot) => this.#readings.get(slot))
      .filter((values) => values !== undefined)
      .map((values) => values.reduce((all, one) => all + one, 0) / values.length)
    const needed = (this.#settings.demand.completePercent / 100) * this.#expected
    if (means.length > 0 && means.length >= needed) {
      const value = means.reduce((all, one) => all + one, 0) / means.length
      this.#see({ start: (minute - steps) * MINUTE, value }, means.length)
    }
    if ((minute * MINUTE) % DAY === 0) this.#report()
  }

  #see(demand: Demand, samples: number): void {
    const { seconds, every } = this.#settings.demand
    const isBlock = demand.start % (seconds * SECOND) === 0
    const put = (name: string): void => {
      if (every === 'day') return
      const fields = { samples, expected: this.#expected }
      const [time, end] = [demand.start, demand.start + seconds * SECOND]
      this.results.push(
        aggregate({ name, subject: this.#subject, time, end, value: demand.value, fields }),
      )
    }
    this.#sliding.push(demand)
    put('demand.active.sliding')
    if (!isBlock) return
    this.#blocks.push(demand)
    put('demand.active.block')
    this.#feeder?.add(demand)
  }

  #report(): void {
    const time = this.#day * DAY
    const block = greatestOf(this.#blocks)
    const sliding = greatestOf(this.#sliding)
    const expected = 86_400 / this.#settings.demand.seconds
    const samples = this.#blocks.length
    const isWhole = samples >= (this.#settings.demand.completePercent / 100) * expected
    const put = (name: string, value: number, more: object): void => {
      const fields = { samples, expected, ...more }
      const given = { name, subject: this.#subject, time, end: time + DAY, value, fields }
      this.results.push(aggregate(given, { quality: isWhole ? 0 : quality.questionable }))
    }
    if (block !== undefined) {
      this.#feeder?.addPeak(this.#day, block.value)
      put('demand.active.block', block.value, { at: block.start / SECOND })
      const max = this.#settings.demand.peak === 'sliding' ? (sliding?.value ?? 0) : block.value
      const mean = this.#blocks.reduce((all, { value }) => all + value, 0) / samples
      if (max > 0) put('load.factor', mean / max, { mean, max })
    }
    if (sliding !== undefined)
      put('demand.active.sliding', sliding.value, { at: sliding.start / SECOND })
    this.#day++
    this.#blocks = []
    this.#sliding = []
  }
}

/** The first of the greatest. */
function greatestOf(demands: readonly Demand[]): Demand | undefined {
  return demands.reduce<Demand | undefined>(
    (best, one) => (best !== undefined && best.value >= one.value ? best : one),
    undefined,
  )
}

export class ReferenceCoincidence {
  readonly #subject: string
  readonly #settings: ReferenceSettings
  #blocks = new Map<number, number[]>()
  readonly #peaks = new Map<number, number[]>()
  #day: number | undefined
  members = 0
  late = 0
  readonly results: TrialResult[] = []

  constructor(subject: string, settings: ReferenceSettings) {
    this.#subject = subject
    this.#settings = settings
  }

  add({ start, value }: Demand): void {
    const day = Math.floor(start / DAY)
    this.#day ??= day
    if (day < this.#day) this.late++
    else this.#blocks.set(start, [...(this.#blocks.get(start) ?? []), value])
  }

  addPeak(day: number, value: number): void {
    if (this.#day === undefined || day < this.#day) this.late++
    else this.#peaks.set(day, [...(this.#peaks.get(day) ?? []), value])
  }

  close(now: number): void {
    const wait = 2000 * this.#settings.allowedLatenessMs + SECOND
    while (this.#day !== undefined && this.#peaks.has(this.#day)) {
      if (now < (this.#day + 1) * DAY + wait) return
      this.#report(this.#day)
      this.#day++
    }
  }

  #report(day: number): void {
    const { completePercent, seconds } = this.#settings.demand
    const own = [...this.#blocks].filter(([start]) => Math.floor(start / DAY) === day)
    for (const [start] of own) this.#blocks.delete(start)
    const sums = own
      .filter(([, values]) => values.length >= (completePercent / 100) * this.members)
      .toSorted(([one], [other]) => one - other)
      .map(([start, values]) => ({ start, value: values.reduce((all, one) => all + one, 0) }))
    const greatest = greatestOf(sums)
    const peaks = this.#peaks.get(day) ?? []
    this.#peaks.delete(day)
    if (greatest === undefined || !(greatest.value > 0)) return
    const all = peaks.reduce((sum, one) => sum + one, 0)
    const expected = 86_400 / seconds
    const isWhole = sums.length >= (completePercent / 100) * expected
    const put = (name: string, value: number, more: object): void => {
      const fields = { members: peaks.length, samples: sums.length, expected, ...more }
      const [time, end] = [day * DAY, (day + 1) * DAY]
      const given = { name, subject: this.#subject, time, end, value, fields }
      this.results.push(aggregate(given, { quality: isWhole ? 0 : quality.questionable }))
    }
    const { value: peak, start } = greatest
    const together = { coincidence: peak / all, peak, peaks: all, at: start / SECOND }
    if (all > 0) put('load.diversity', all / peak, together)
    const mean = sums.reduce((sum, { value }) => sum + value, 0) / sums.length
    put('load.factor', mean / peak, { mean, max: peak })
  }
}
