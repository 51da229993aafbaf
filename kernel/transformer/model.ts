import { StateReader, StateWriter } from '../sdk/index.ts'
import { Ageing, ageingRate } from './ageing.ts'
import { Alarms, Loadings } from './alarms.ts'
import { Constants } from './constants.ts'
import { Inputs } from './inputs.ts'
import { Loading } from './loading.ts'
import { PERMISSIBLE, PERMISSIBLE_EMERGENCY } from './names.ts'
import { Permissible } from './permissible.ts'
import { Reports } from './reports.ts'
import { DAY, MINUTE, SECOND, Settings } from './settings.ts'
import { Decay, Drive, Thermal, approach } from './thermal.ts'

/** The temperatures of one transformer as far as its loads are known, and what follows from them. */
export class Model {
  /** Microseconds; 0 before the first load. */
  time: i64 = 0
  late: u32 = 0
  unusable: u32 = 0
  private ambientC: f64 = 0
  private readonly thermal: Thermal = new Thermal()
  /** Top oil as if it were never measured; with IEEE C57.91 its rise over ambient. */
  private unmeasured: f64 = 0
  private rate: f64 = 0
  private totalHours: f64 = 0
  private readonly window: Ageing = new Ageing()
  private readonly day: Ageing = new Ageing()

  private readonly drive: Drive = new Drive()
  private readonly minute: Decay
  private readonly part: Decay = new Decay()
  private readonly loadings: Loadings
  private readonly alarms: Alarms
  private readonly reports: Reports
  private readonly permissible: Permissible

  constructor(
    subject: u32,
    private readonly settings: Settings,
    private readonly constants: Constants,
    ratedVa: f64,
  ) {
    const loadings = new Loadings(settings, ratedVa)
    this.loadings = loadings
    this.alarms = new Alarms(subject, settings, loadings)
    this.minute = new Decay().set(constants, 1)
    this.reports = new Reports(subject, constants.isIeee)
    this.permissible = new Permissible(constants)
  }

  private get hotSpotC(): f64 {
    return this.thermal.hotSpotC(this.constants, this.ambientC)
  }

  private get topOilC(): f64 {
    return this.thermal.topOilC(this.constants, this.ambientC)
  }

  /** As if load and air had been so for ever (IEC 60076-7, 8.2.3); a measured top oil is better than that. */
  begin(inputs: Inputs): void {
    this.finishWindows()
    this.time = inputs.time
    this.ambientC = inputs.ambientC
    this.thermal.begin(this.drive.set(this.constants, inputs.load, inputs.ambientC))
    if (inputs.hasOil) this.thermal.correct(this.constants, inputs.oilC, inputs.ambientC)
    this.unmeasured = this.thermal.oil
    this.rate = ageingRate(this.constants, this.hotSpotC)
    this.window.begin(floorTo(inputs.time, this.settings.windowMicros))
    this.day.begin(floorTo(inputs.time, DAY))
    this.see(inputs)
    if (inputs.time % this.settings.outputMicros == 0) this.report(inputs)
  }

  /** In steps that end at whole minutes, so that every window ends with a step. */
  advance(inputs: Inputs): void {
    const began = this.time
    const output = lastMark(began, inputs.time, this.settings.outputMicros)
    const permissible = lastMark(began, inputs.time, this.settings.permissibleMicros)
    this.ambientC = inputs.ambientC
    this.drive.set(this.constants, inputs.load, inputs.ambientC)
    while (this.time < inputs.time) {
      const mark = floorTo(this.time, MINUTE) + MINUTE
      this.step(mark < inputs.time ? mark : inputs.time, inputs)
      if (this.time == output) this.report(inputs)
      if (this.time == permissible) this.reportPermissible(inputs)
      this.closeWindows()
    }
  }

  private step(end: i64, inputs: Inputs): void {
    const micros = end - this.time
    const decay =
      micros == MINUTE ? this.minute : this.part.set(this.constants, <f64>micros / <f64>MINUTE)
    this.thermal.step(this.drive, decay)
    this.unmeasured = approach(this.unmeasured, this.drive.oil, decay.oil)
    this.time = end
    const rate = ageingRate(this.constants, this.hotSpotC)
    const seconds = <f64>micros / <f64>SECOND
    const mean = (this.rate + rate) / 2
    this.window.add(seconds, mean, inputs.isHeld)
    this.day.add(seconds, mean, inputs.isHeld)
    this.totalHours += (mean * seconds) / 3600
    this.rate = rate
    if (end == inputs.time && inputs.hasOil) this.correct(inputs)
    this.see(inputs)
  }

  private correct(inputs: Inputs): void {
    const offset = this.constants.isIeee ? inputs.ambientC : 0
    const deviation = inputs.oilC - this.unmeasured - offset
    this.alarms.checkDeviation(inputs.time, deviation)
    this.thermal.correct(this.constants, inputs.oilC, inputs.ambientC)
    this.rate = ageingRate(this.constants, this.hotSpotC)
  }

  private see(inputs: Inputs): void {
    const hotSpotC = this.hotSpotC
    this.window.see(this.rate, hotSpotC, inputs.load)
    this.day.see(this.rate, hotSpotC, inputs.load)
    if (this.time == inputs.time) {
      this.window.count(inputs.quality)
      this.day.count(inputs.quality)
    }
    this.alarms.check(this.time, hotSpotC, this.topOilC, inputs.load)
  }

  private report(inputs: Inputs): void {
    this.reports.temperatures(this.time, this.hotSpotC, this.topOilC, inputs.quality)
  }

  private reportPermissible(inputs: Inputs): void {
    this.reportLoading(PERMISSIBLE, this.loadings.normal, inputs)
    if (!this.settings.isEmergency) return
    this.reportLoading(PERMISSIBLE_EMERGENCY, this.loadings.long, inputs)
  }

  private reportLoading(quantity: u32, loading: Loading, inputs: Inputs): void {
    for (let hours = 1; hours <= 8; hours = hours == 1 ? 4 : hours + 4) {
      const load = this.permissible.load(this.thermal, this.ambientC, loading, hours)
      this.reports.permissible(quantity, this.time, hours, load)
      this.reports.because(loading, this.permissible.bound, this.ambientC, inputs.quality)
    }
  }

  /** What a silence has cut off is told of as far as it goes. */
  private finishWindows(): void {
    const width = this.settings.windowMicros
    if (this.window.coveredSeconds > 0) {
      this.reports.ageing(this.window, this.window.start + width)
    }
    if (this.day.coveredSeconds > 0) {
      this.reports.lossOfLife(this.day, this.totalHours, this.late, this.unusable)
    }
  }

  private closeWindows(): void {
    if (this.time % this.settings.windowMicros == 0) {
      this.reports.ageing(this.window, this.time)
      this.window.begin(this.time)
    }
    if (this.time % DAY == 0) {
      this.reports.lossOfLife(this.day, this.totalHours, this.late, this.unusable)
      this.day.begin(this.time)
    }
  }

  save(state: StateWriter): void {
    state.i64(this.time)
    state.u32(this.late)
    state.u32(this.unusable)
    state.f64(this.ambientC)
    state.f64(this.thermal.oil)
    state.f64(this.thermal.first)
    state.f64(this.thermal.second)
    state.f64(this.unmeasured)
    state.f64(this.rate)
    state.f64(this.totalHours)
    this.window.save(state)
    this.day.save(state)
    this.alarms.save(state)
  }

  load(state: StateReader): void {
    this.time = state.i64()
    this.late = state.u32()
    this.unusable = state.u32()
    this.ambientC = state.f64()
    this.thermal.oil = state.f64()
    this.thermal.first = state.f64()
    this.thermal.second = state.f64()
    this.unmeasured = state.f64()
    this.rate = state.f64()
    this.totalHours = state.f64()
    this.window.load(state)
    this.day.load(state)
    this.alarms.load(state)
  }
}

/** Times are after 1970, so that rounding towards zero is rounding down. */
function floorTo(time: i64, micros: i64): i64 {
  return time - (time % micros)
}

/** The last multiple in (from, to]; 0 where there is none. One result a load is enough, however long the step. */
function lastMark(from: i64, to: i64, micros: i64): i64 {
  const mark = floorTo(to, micros)
  return mark > from ? mark : 0
}
