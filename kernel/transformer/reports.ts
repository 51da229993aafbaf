import {
  emitAggregate,
  emitDerived,
  withField,
  withKey,
  withQuality,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { Ageing, NORMAL_LIFE_HOURS } from './ageing.ts'
import { Loading } from './loading.ts'
import {
  AGEING_RATE,
  FIELD_AMBIENT,
  FIELD_BOUND,
  FIELD_FLAGGED,
  FIELD_HELD,
  FIELD_HOT_SPOT,
  FIELD_LATE,
  FIELD_LIFE,
  FIELD_LIMIT,
  FIELD_LOAD,
  FIELD_LOADING,
  FIELD_LOSS,
  FIELD_MAX,
  FIELD_METHOD,
  FIELD_MISSING,
  FIELD_SAMPLES,
  FIELD_TOTAL,
  FIELD_UNUSABLE,
  HOT_SPOT,
  LOSS_OF_LIFE,
  TOP_OIL,
  WORD_IEC,
  WORD_IEEE,
} from './names.ts'
import { DAY, SECOND } from './settings.ts'

const HOUR_MICROS: i64 = 3600 * SECOND

/** Puts out what was computed of one transformer. */
export class Reports {
  private readonly method: u32

  constructor(
    private readonly subject: u32,
    isIeee: bool,
  ) {
    this.method = isIeee ? WORD_IEEE : WORD_IEC
  }

  temperatures(time: i64, hotSpotC: f64, topOilC: f64, quality: u16): void {
    emitDerived(HOT_SPOT, this.subject, time, hotSpotC)
    withQuality(quality)
    emitDerived(TOP_OIL, this.subject, time, topOilC)
    withQuality(quality)
  }

  ageing(window: Ageing, end: i64): void {
    const covered = window.coveredSeconds
    emitAggregate(AGEING_RATE, this.subject, window.start, end)
    withValue((window.lossHours * 3600) / covered)
    withQuality(window.quality)
    withField(FIELD_MAX, window.rateMax)
    withField(FIELD_HOT_SPOT, window.hotSpotMaxC)
    withField(FIELD_LOAD, window.loadMax)
    withField(FIELD_LOSS, window.lossHours)
    this.coverage(window, end)
  }

  lossOfLife(window: Ageing, totalHours: f64, late: u32, unusable: u32): void {
    const end = window.start + DAY
    emitAggregate(LOSS_OF_LIFE, this.subject, window.start, end)
    withValue(window.lossHours / 24)
    withQuality(window.quality)
    withField(FIELD_TOTAL, totalHours / 24)
    withField(FIELD_LIFE, (window.lossHours * 100) / NORMAL_LIFE_HOURS)
    withField(FIELD_HOT_SPOT, window.hotSpotMaxC)
    withField(FIELD_LATE, late)
    withField(FIELD_UNUSABLE, unusable)
    this.coverage(window, end)
  }

  private coverage(window: Ageing, end: i64): void {
    const seconds = <f64>(end - window.start) / <f64>SECOND
    withField(FIELD_SAMPLES, window.samples)
    withField(FIELD_FLAGGED, window.flagged)
    withField(FIELD_MISSING, seconds - window.coveredSeconds)
    withField(FIELD_HELD, window.heldSeconds)
    withWord(FIELD_METHOD, this.method)
  }

  /** Of so many hours from `time` on. */
  permissible(quantity: u32, time: i64, hours: i32, load: f64): void {
    emitAggregate(quantity, this.subject, time, time + <i64>hours * HOUR_MICROS)
    withKey(hours)
    withValue(load)
    withWord(FIELD_METHOD, this.method)
  }

  /** Of the record before: what bounds it, and the air that was taken to stay. */
  because(loading: Loading, bound: u32, ambientC: f64, quality: u16): void {
    withQuality(quality)
    withField(FIELD_LIMIT, loading.hotSpotC)
    withField(FIELD_AMBIENT, ambientC)
    withWord(FIELD_BOUND, bound)
    withWord(FIELD_LOADING, loading.word)
  }
}
