import {
  type Conditions,
  type Constants,
  type Entry,
  type Temperatures,
  after,
  constantsOf,
  hotSpotOf,
  rateOf,
  settled,
} from './reference-thermal.ts'
import { Frames, type Sample } from './reference-frames.ts'
import { Watch } from './reference-watch.ts'

export interface Settings {
  readonly isIeee: boolean
  readonly outputSeconds: number
  readonly windowMinutes: number
  readonly permissibleMinutes: number
  readonly gapMinutes: number
  readonly latenessSeconds: number
  readonly regularTopOilC: number
}

export interface Found {
  readonly name: string
  /** Microseconds. */
  readonly time: number
  readonly end: number
  readonly key: number
  readonly value: number
  readonly quality: number
}

interface Step extends Conditions {
  readonly time: number
  readonly quality: number
  readonly oilC: number | undefined
  readonly isHeld: boolean
}

const MINUTE = 60_000_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const QUESTIONABLE = 3
const OLD_DATA = 1 << 7
const ESTIMATED = 1 << 15

interface Window {
  start: number
  seconds: number
  lossHours: number
  quality: number
}

/** One transformer with one monitor, in plain TypeScript: what kernel/transformer/module.ts has to find. */
export class Reference {
  readonly found: Found[] = []
  readonly #entry: Entry
  readonly #settings: Settings
  readonly #constants: Constants
  readonly #frames: Frames
  readonly #watches: readonly Watch[]
  readonly #deviation: Watch
  #time = 0
  #state: Temperatures = { topOilC: 0, gradientK: 0, reactionK: 0 }
  #computedTopOilC = 0
  #ambientC: number
  #ambientTime = 0
  #isAmbientDoubtful = false
  #oil: { readonly time: number; readonly valueC: number; readonly isDoubtful: boolean } | undefined
  #load = 0
  #rate = 0
  #windows: Window[] = []

  constructor(entry: Entry, settings: Settings) {
    this.#entry = entry
    this.#settings = settings
    this.#constants = constantsOf(entry, settings.isIeee)
    this.#ambientC = this.#constants.ambientC
    this.#frames = new Frames(settings.latenessSeconds, {
      use: (sample) => this.#use(sample),
      late: (quantity, time, value, isDoubtful) => {
        if (quantity === 'temperature.ambient' && time > this.#ambientTime)
          this.#breathe(time, value, isDoubtful)
      },
    })
    const tell = (found: Found): void => {
      this.found.push(found)
    }
    const size = entry.ratedVa < 1e7 ? 0 : entry.ratedVa < 1e8 ? 1 : 2
    const loads = [
      [1.5, 1.5, 1.3],
      [1.8, 1.5, 1.3],
      [2, 1.8, 1.5],
    ].map((bySize) => bySize[size] ?? 0)
    this.#watches = [
      ...[120, 140, 160].map(
        (limit, at) => new Watch('transformer.hotspot', { key: at + 1, limit, margin: 3, tell }),
      ),
      ...[settings.regularTopOilC, 105, 115, 115].map(
        (limit, key) => new Watch('transformer.top-oil', { key, limit, margin: 3, tell }),
      ),
      ...loads.map(
        (limit, at) => new Watch('transformer.load', { key: at + 1, limit, margin: 0.05, tell }),
      ),
    ]
    const oil = { key: 0, limit: 10, margin: 3, hold: 30 * MINUTE, tell }
    this.#deviation = new Watch('transformer.oil-deviation', oil)
  }

  take(quantity: string, reading: { time: number; value: number; quality: number }): void {
    this.#frames.take(quantity, reading)
  }

  tick(now: number): void {
    this.#frames.tick(now)
  }

  #breathe(time: number, value: number, isDoubtful: boolean): void {
    this.#ambientC = value
    this.#ambientTime = time
    this.#isAmbientDoubtful = isDoubtful
  }

  #use(sample: Sample): boolean {
    const { time } = sample
    const heldC = this.#ambientC
    const air = sample.values.get('temperature.ambient')
    if (air !== undefined && time > this.#ambientTime)
      this.#breathe(time, air.value, air.isDoubtful)
    const oil = sample.values.get('temperature.oil')
    if (oil !== undefined && time > (this.#oil?.time ?? 0))
      this.#oil = { time, valueC: oil.value, isDoubtful: oil.isDoubtful }
    const load = this.#loadOf(sample)
    if (load === undefined) return false
    const isFresh = this.#oil !== undefined && time - this.#oil.time <= 120_000_000
    const oilC = isFresh ? this.#oil?.valueC : undefined
    const gap = time - this.#time
    const ambientC = this.#ambientC
    const isDoubtful = load.isDoubtful || (isFresh && this.#oil?.isDoubtful === true)
    const quality = (isDoubtful ? QUESTIONABLE : 0) | this.#airQuality(time)
    if (this.#time === 0 || gap > DAY) {
      this.#begin({ time, load: load.value, ambientC, quality, oilC, isHeld: false })
    } else if (gap > this.#settings.gapMinutes * MINUTE) {
      const held = QUESTIONABLE | OLD_DATA | ESTIMATED
      const before = { load: this.#load, ambientC: heldC, quality: held }
      this.#advance({ time, ...before, oilC, isHeld: true })
    } else {
      this.#advance({ time, load: load.value, ambientC, quality, oilC, isHeld: false })
    }
    this.#load = load.value
    this.#oil = undefined
    return true
  }

  #loadOf({ values }: Sample): { value: number; isDoubtful: boolean } | undefined {
    const apparent = values.get('power.apparent')
    const active = values.get('power.active')
    const reactive = values.get('power.reactive')
    const some = [apparent, active, reactive].filter((one) => one !== undefined)
    if (apparent === undefined && active === undefined) return undefined
    const power = apparent?.value ?? Math.hypot(active?.value ?? 0, reactive?.value ?? 0)
    const isPartial = apparent === undefined && reactive === undefined
    const isDoubtful = isPartial || some.some((one) => one.isDoubtful)
    return { value: Math.abs(power) / this.#entry.ratedVa, isDoubtful }
  }

  #airQuality(time: number): number {
    if (this.#ambientTime === 0) return QUESTIONABLE | ESTIMATED
    if (time - this.#ambientTime > this.#settings.gapMinutes * MINUTE)
      return QUESTIONABLE | OLD_DATA
    return this.#isAmbientDoubtful ? QUESTIONABLE : 0
  }

  #begin(step: Step): void {
    for (const [index, window] of this.#windows.entries())
      if (window.seconds > 0) this.#tellWindow(index, window)
    this.#time = step.time
    this.#state = settled(this.#constants, step)
    if (step.oilC !== undefined) this.#state = { ...this.#state, topOilC: step.oilC }
    this.#computedTopOilC = this.#state.topOilC
    this.#windows = [this.#settings.windowMinutes * MINUTE, DAY].map((width) => ({
      start: step.time - (step.time % width),
      seconds: 0,
      lossHours: 0,
      quality: step.quality,
    }))
    this.#watch(step)
    if (step.time % (this.#settings.outputSeconds * 1e6) === 0) this.#tell(step)
  }

  #advance(step: Step): void {
    const constants = this.#constants
    const began = this.#time
    const to = settled(constants, step)
    // With IEEE C57.91 the oil follows the air at once: it is its rise that lasts.
    const shift = this.#settings.isIeee ? step.ambientC - this.#ambientBefore : 0
    const from = { ...this.#state, topOilC: this.#state.topOilC + shift }
    const computed = { ...from, topOilC: this.#computedTopOilC + shift }
    this.#ambientBefore = step.ambientC
    const marks = [...minutesOf(began, step.time), step.time]
    for (const mark of marks) {
      const minutes = (mark - began) / MINUTE
      this.#state = after(minutes, { constants, from, to })
      this.#computedTopOilC = after(minutes, { constants, from: computed, to }).topOilC
      this.#age(mark)
      this.#time = mark
      if (mark === step.time) this.#correct(step)
      this.#watch(step)
      this.#report(step, began)
    }
  }

  #ambientBefore = 0

  #age(mark: number): void {
    const seconds = (mark - this.#time) / 1e6
    const rate = rateOf(this.#constants, hotSpotOf(this.#state))
    for (const window of this.#windows) {
      window.seconds += seconds
      window.lossHours += (((this.#rate + rate) / 2) * seconds) / 3600
    }
  }

  #correct(step: Step): void {
    for (const window of this.#windows) window.quality |= step.quality
    if (step.oilC === undefined) return
    this.#deviation.look(step.time, step.oilC - this.#computedTopOilC)
    this.#state = { ...this.#state, topOilC: step.oilC }
  }

  #watch(step: Step): void {
    const hotSpotC = hotSpotOf(this.#state)
    this.#rate = rateOf(this.#constants, hotSpotC)
    this.#ambientBefore = step.ambientC
    for (const watch of this.#watches) {
      if (watch.name === 'transformer.hotspot') watch.look(this.#time, hotSpotC)
      else if (watch.name === 'transformer.load') watch.look(this.#time, step.load)
      else watch.look(this.#time, this.#state.topOilC)
    }
  }

  #report(step: Step, began: number): void {
    const { outputSeconds, permissibleMinutes } = this.#settings
    if (isLast(this.#time, began, step.time, outputSeconds * 1e6)) this.#tell(step)
    if (isLast(this.#time, began, step.time, permissibleMinutes * MINUTE))
      this.#tellPermissible(step)
    for (const [index, window] of this.#windows.entries()) {
      const width = index === 0 ? this.#settings.windowMinutes * MINUTE : DAY
      if (this.#time % width !== 0) continue
      this.#tellWindow(index, window)
      this.#windows[index] = { start: this.#time, seconds: 0, lossHours: 0, quality: 0 }
    }
  }

  #tellWindow(index: number, { start, lossHours, seconds, quality }: Window): void {
    const end = start + (index === 0 ? this.#settings.windowMinutes * MINUTE : DAY)
    const name = index === 0 ? 'ageing.rate' : 'loss-of-life'
    const value = index === 0 ? (lossHours * 3600) / seconds : lossHours / 24
    this.found.push({ name, time: start, end, key: 0, value, quality })
  }

  #tell({ quality }: Step): void {
    const at = { time: this.#time, end: this.#time, key: 0, quality }
    this.found.push({ ...at, name: 'temperature.hotspot', value: hotSpotOf(this.#state) })
    this.found.push({ ...at, name: 'temperature.top-oil', value: this.#state.topOilC })
  }

  #tellPermissible({ ambientC, quality }: Step): void {
    for (const hours of [1, 4, 8]) {
      const value = this.#permissible(hours, ambientC)
      const end = this.#time + hours * HOUR
      const at = { name: 'load.permissible', time: this.#time, end }
      this.found.push({ ...at, key: hours, value, quality })
    }
  }

  /** By trying loads that differ by a thousandth, rather than by bisection. */
  #permissible(hours: number, ambientC: number): number {
    const limit = this.#entry.ratedVa < 1e8 ? 1.5 : 1.3
    const constants = this.#constants
    const from = this.#state
    let load = 0
    while (load + 0.001 <= limit + 1e-9) {
      const to = settled(constants, { load: load + 0.001, ambientC })
      for (let minutes = 5; minutes <= hours * 60; minutes += 5) {
        const then = after(minutes, { constants, from, to })
        if (hotSpotOf(then) > 120 || then.topOilC > 105) return load
      }
      load += 0.001
    }
    return load
  }
}

function* minutesOf(from: number, to: number): Generator<number> {
  for (let mark = from - (from % MINUTE) + MINUTE; mark < to; mark += MINUTE) yield mark
}

function isLast(mark: number, from: number, to: number, width: number): boolean {
  return mark % width === 0 && mark > from && mark + width > to
}
