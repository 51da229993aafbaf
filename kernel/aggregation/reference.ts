import { quantityOf } from '../../src/core/quantities.ts'
import { quality } from '../../src/core/quality.ts'
import type { TrialReading, TrialResult } from '../../src/kernel/trial.ts'
import { ReferenceCoincidence, ReferenceDemand } from './reference-demand.ts'
import {
  DAY,
  type Device,
  type ReferenceSettings,
  type ReferenceSubject,
  SECOND,
  type Sample,
  type Series,
  aggregate,
  isAmong,
  newestOf,
} from './reference-model.ts'
import { ReferenceWindows } from './reference-windows.ts'

const FLAGGABLE = /^(?:voltage|harmonic|thd|flicker|unbalance)\.|^(?:frequency|rocof)$/
const EVENTS = 4

/** What the module is compared with; it forgets nothing and works everything out again. */
export class ReferenceAggregation {
  readonly #settings: ReferenceSettings
  readonly #windows: ReferenceWindows
  readonly #devices = new Map<string, Device>()
  readonly #points = new Map<string, Series[]>()
  readonly #demands = new Map<string, ReferenceDemand>()
  readonly #feeders = new Map<string, ReferenceCoincidence>()
  readonly #groups = new Map<string, Series>()
  readonly #site: string
  #results: TrialResult[] = []
  #today: number | undefined

  constructor(settings: ReferenceSettings, subjects: readonly ReferenceSubject[]) {
    this.#settings = settings
    this.#windows = new ReferenceWindows(settings.allowedLatenessMs * 1000)
    this.#site = subjects.find(({ kind }) => kind === 'site')?.id ?? ''
    for (const { kind, id, entry } of subjects) {
      if (kind === 'feeder') this.#feeders.set(id, new ReferenceCoincidence(id, settings))
      if (kind !== 'device') continue
      this.#devices.set(id, {
        id,
        feeder: entry.kind === 'meter' ? entry.feeder : undefined,
        intervalUs: (entry.intervalMs ?? 0) * 1000,
        nominalV: entry.nominal?.voltageV ?? 0,
        outside: new Set(),
        ahead: new Set(),
        seen: new Map(),
        events: [],
        series: [],
      })
    }
  }

  feed(readings: readonly TrialReading[]): void {
    for (const reading of readings) this.#take(reading)
  }

  tick(now: number): void {
    this.#windows.horizon = now + 600 * SECOND
    this.#windows.tick(now)
    for (const demand of this.#demands.values()) demand.close(now)
    for (const feeder of this.#feeders.values()) feeder.close(now)
    const day = Math.floor(now / DAY)
    if (this.#today !== undefined && day > this.#today) this.#reportLate(this.#today)
    this.#today = Math.max(day, this.#today ?? day)
  }

  take(): TrialResult[] {
    const parts = [this.#windows, ...this.#demands.values(), ...this.#feeders.values()]
    const results = parts.flatMap((part) => part.results.splice(0))
    results.push(...this.#results.splice(0))
    return results
  }

  #take({ subject, quantity, time, value, quality: bits = 0 }: TrialReading): void {
    const device = this.#devices.get(subject)
    if (device === undefined) return
    const series = this.#seriesOf(device, quantity)
    const isInvalid = (bits & 0b11) === quality.invalid || (bits & quality.test) !== 0
    if (isInvalid || !Number.isFinite(value)) return
    const isAhead = time > this.#windows.horizon
    const wasAhead = device.ahead.has(quantity)
    if (isAhead) device.ahead.add(quantity)
    else device.ahead.delete(quantity)
    if (isAhead && !wasAhead) {
      this.#windows.late++
      return
    }
    if (quantity.startsWith('voltage.') && device.nominalV > 0)
      this.#look(device, { quantity, time, value })
    const isIn = device.events.some(({ start, end }) => time >= start && time < end)
    for (const one of series) {
      const sample: Sample = { time, value, quality: bits, isFlagged: isIn && one.isFlaggable }
      this.#windows.take(one, sample)
    }
    const demand = this.#demands.get(subject)
    if (quantity !== 'power.active' || demand === undefined) return
    if (time <= this.#windows.horizon) demand.take(time, value)
    else demand.late++
  }

  #look(
    device: Device,
    { quantity, time, value }: { quantity: string; time: number; value: number },
  ): void {
    const seen = device.seen.get(quantity) ?? -Infinity
    if (time < seen && seen <= this.#windows.horizon) return
    device.seen.set(quantity, time)
    const { dipPercent, swellPercent, hysteresisPercent } = this.#settings.flags
    const nominal =
      device.nominalV * (quantity.length === 'voltage.ab'.length ? 1.7320508075688772 : 1)
    const [low, high] = [(dipPercent / 100) * nominal, (swellPercent / 100) * nominal]
    const margin = (hysteresisPercent / 100) * nominal
    if (!device.outside.has(quantity)) {
      if (value >= low && value <= high) return
      device.outside.add(quantity)
      if (device.outside.size > 1) return
      device.events = [...device.events, { start: time, end: Infinity }].slice(-EVENTS)
      this.#reflag(device, time, true)
    } else if (value >= low + margin && value <= high - margin) {
      device.outside.delete(quantity)
      const event = device.events.at(-1)
      if (device.outside.size > 0 || event === undefined) return
      event.end = time
      this.#reflag(device, time, false)
    }
  }

  #reflag(device: Device, time: number, isFlagged: boolean): void {
    for (const series of device.series) {
      if (!series.isFlaggable || series.kind !== 'plain') continue
      const newest = newestOf(series.windows.get(series.newest)?.samples ?? [])
      if (newest?.time === time) newest.isFlagged = isFlagged
    }
  }

  #seriesOf(device: Device, quantity: string): Series[] {
    const key = `${device.id} ${quantity}`
    const known = this.#points.get(key)
    if (known !== undefined) return known
    const made: Series[] = []
    const rules = this.#settings.windows.filter((rule) => isAmong(rule.quantities, quantity))
    for (const rule of rules.filter(({ from }) => from === undefined)) {
      const series = this.#newSeries('plain', device, { quantity, seconds: rule.seconds })
      series.expected = device.intervalUs > 0 ? Math.floor(series.widthUs / device.intervalUs) : 0
      made.unshift(series)
      const { quantities, seconds } = this.#settings.groups
      if (device.feeder !== undefined && rule.seconds === seconds && isAmong(quantities, quantity))
        series.group = this.#groupOf(device.feeder, series)
    }
    for (const { seconds, from } of rules) {
      const finer = made.find(({ widthUs }) => widthUs === (from ?? 0) * SECOND)
      if (from === undefined || finer === undefined) continue
      const series = this.#newSeries('composed', device, { quantity, seconds })
      series.expected = seconds / from
      finer.coarser.unshift(series)
    }
    this.#points.set(key, made)
    this.#addDemand(device, quantity)
    return made
  }

  #newSeries(
    kind: 'plain' | 'composed',
    device: Device,
    { quantity, seconds }: { readonly quantity: string; readonly seconds: number },
  ): Series {
    const series = seriesOf(kind, device.id, {
      quantity,
      law: quantityOf(quantity)?.aggregation ?? 'mean',
      widthUs: seconds * SECOND,
      ring: this.#settings.keptWindows + 1,
    })
    device.series.push(series)
    this.#windows.own.push(series)
    return series
  }

  #groupOf(feeder: string, { quantity, widthUs }: Series): Series {
    const key = `${feeder} ${quantity}`
    const isSum = quantity !== 'power.factor' && /^(?:power|energy)\./.test(quantity)
    const made =
      this.#groups.get(key) ??
      seriesOf('group', feeder, { quantity, law: isSum ? 'sum' : 'mean', widthUs, ring: 16 })
    if (!this.#groups.has(key)) this.#windows.groups.push(made)
    this.#groups.set(key, made)
    made.expected++
    return made
  }

  #addDemand(device: Device, quantity: string): void {
    if (quantity !== 'power.active' || !this.#settings.demand.enabled) return
    const feeder = device.feeder === undefined ? undefined : this.#feeders.get(device.feeder)
    if (feeder !== undefined) feeder.members++
    const owner = { subject: device.id, intervalUs: device.intervalUs }
    this.#demands.set(device.id, new ReferenceDemand(owner, this.#settings, feeder))
  }

  #reportLate(day: number): void {
    const counted = [this.#windows, ...this.#demands.values(), ...this.#feeders.values()]
    const value = counted.reduce((all, { late }) => all + late, 0)
    for (const one of counted) one.late = 0
    const [time, end] = [day * DAY, (day + 1) * DAY]
    const name = 'aggregation.late-readings'
    const fields = { unserved: 0 }
    this.#results.push(aggregate({ name, subject: this.#site, time, end, value, fields }))
  }
}

function seriesOf(
  kind: Series['kind'],
  subject: string,
  rest: Pick<Series, 'quantity' | 'law' | 'widthUs' | 'ring'>,
): Series {
  return {
    kind,
    subject,
    ...rest,
    isFlaggable: FLAGGABLE.test(rest.quantity),
    expected: 0,
    windows: new Map(),
    newest: -Infinity,
    carry: undefined,
    coarser: [],
    group: undefined,
    isListed: false,
  }
}
