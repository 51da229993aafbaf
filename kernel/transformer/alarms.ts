import { StateReader, StateWriter } from '../sdk/index.ts'
import { Alarm } from './alarm.ts'
import { Loading, loadLimit } from './loading.ts'
import {
  HOT_SPOT_HIGH,
  LOAD_HIGH,
  OIL_DEVIATION,
  TOP_OIL_HIGH,
  WORD_LONG,
  WORD_NORMAL,
  WORD_REGULAR,
  WORD_SHORT,
} from './names.ts'
import { Settings } from './settings.ts'

const WARNING = 1
const MAJOR = 3
const CRITICAL = 4

/** The kinds of loading that IEC 60076-7 knows, with its limits for a transformer of that size. */
export class Loadings {
  readonly regular: Loading
  readonly normal: Loading
  readonly long: Loading
  readonly short: Loading

  constructor(settings: Settings, ratedVa: f64) {
    const normal = loadLimit(ratedVa, 1.5, 1.5, 1.3)
    const long = loadLimit(ratedVa, 1.8, 1.5, 1.3)
    const short = loadLimit(ratedVa, 2.0, 1.8, 1.5)
    const none = Infinity
    const regular = settings.regularTopOilC
    this.regular = new Loading(0, WORD_REGULAR, WARNING).limitTo(none, regular, none)
    this.normal = new Loading(1, WORD_NORMAL, MAJOR).limitTo(120, 105, normal)
    this.long = new Loading(2, WORD_LONG, CRITICAL).limitTo(140, 115, long)
    this.short = new Loading(3, WORD_SHORT, CRITICAL).limitTo(160, 115, short)
  }
}

/** All alarms of one transformer. */
export class Alarms {
  private readonly hotSpots: Array<Alarm> = []
  private readonly topOils: Array<Alarm> = []
  private readonly loads: Array<Alarm> = []
  private readonly oilDeviation: Alarm

  constructor(
    private readonly subject: u32,
    settings: Settings,
    loadings: Loadings,
  ) {
    const all = [loadings.regular, loadings.normal, loadings.long, loadings.short]
    const hold = settings.holdMicros
    const deviation = new Alarm(OIL_DEVIATION, all[0], settings.deviationK, settings.hysteresisK)
    this.oilDeviation = deviation.after(settings.deviationMicros)
    for (let index = 0; index < all.length; index++) {
      const one = all[index]
      this.hotSpots.push(
        new Alarm(HOT_SPOT_HIGH, one, one.hotSpotC, settings.hysteresisK).after(hold),
      )
      this.topOils.push(new Alarm(TOP_OIL_HIGH, one, one.topOilC, settings.hysteresisK).after(hold))
      this.loads.push(new Alarm(LOAD_HIGH, one, one.load, settings.hysteresisLoad).after(hold))
    }
  }

  check(time: i64, hotSpotC: f64, topOilC: f64, load: f64): void {
    for (let index = 0; index < this.hotSpots.length; index++) {
      unchecked(this.hotSpots[index]).check(this.subject, time, hotSpotC)
      unchecked(this.topOils[index]).check(this.subject, time, topOilC)
      unchecked(this.loads[index]).check(this.subject, time, load)
    }
  }

  /** Kelvins by which the oil is warmer than load and air explain: dirty coolers, a fan that stands still, a wrong constant. */
  checkDeviation(time: i64, deviationK: f64): void {
    this.oilDeviation.check(this.subject, time, deviationK)
  }

  save(state: StateWriter): void {
    for (let index = 0; index < this.hotSpots.length; index++) {
      this.hotSpots[index].save(state)
      this.topOils[index].save(state)
      this.loads[index].save(state)
    }
    this.oilDeviation.save(state)
  }

  load(state: StateReader): void {
    for (let index = 0; index < this.hotSpots.length; index++) {
      this.hotSpots[index].load(state)
      this.topOils[index].load(state)
      this.loads[index].load(state)
    }
    this.oilDeviation.load(state)
  }
}
