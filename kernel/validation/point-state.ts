import {
  BAD_REFERENCE,
  CLOCK_NOT_SYNCHRONISED,
  INCONSISTENT,
  NO_NAME,
  OLD_DATA,
  OUT_OF_RANGE,
  StateReader,
  StateWriter,
  isInvalid,
} from '../sdk/index.ts'
import { DeviceFacts } from './device-facts.ts'
import { Episodes } from './episode.ts'
import { Estimator } from './estimator.ts'
import { Hampel } from './hampel.ts'
import { INTERVAL_MIN_US } from './limits.ts'
import { CLOCK_EVENT, RANGE_EVENT, SCHEMA_EVENT, STUCK_EVENT, doubted, spoilt } from './marks.ts'
import { Peaks, peakReading } from './peaks.ts'
import { PointRecord } from './point-record.ts'
import { ROSE } from './register.ts'
import { RegisterChecks } from './register-checks.ts'
import { CLOCK, CONFLICT, RANGE, SCHEMA } from './rules.ts'
import { settings } from './settings.ts'

/** One quantity of one device: what is known of it, and the rules that its readings are held to. */
export class PointState extends PointRecord {
  /** Of the newest reading; its quality with the marks that it got. */
  lastTime: i64 = 0
  lastValue: f64 = 0
  lastQuality: u16 = 0
  private isStarted: bool = false
  /** How often the newest usable value came in a row, and since when. */
  private run: u32 = 0
  private runSince: i64 = 0
  private runValue: f64 = 0
  /** Of the few points that have any. */
  private episodes: Episodes | null = null
  hampel: Hampel | null = null
  register: RegisterChecks | null = null
  estimator: Estimator | null = null
  /** What is possible, in its unit. */
  low: f64 = -Infinity
  high: f64 = Infinity
  slot: i32 = -1
  mayBeStuck: bool = false
  isLoad: bool = false
  isKnown: bool = true

  constructor(
    public readonly device: DeviceFacts,
    number: u32,
    quantity: u32,
    periodUs: i64,
  ) {
    super(device.subject, number, quantity, periodUs)
  }

  /** `now`: of the newest tick, 0 before the first. */
  take(time: i64, value: f64, quality: u16, now: i64): void {
    this.device.hear(time, now)
    if (now > 0 && time - now > settings.clockUs && settings.isOn(CLOCK)) {
      this.takeFuture(time, value, quality, now)
      return
    }
    const isInOrder = !this.isStarted || time > this.lastTime
    if (isInOrder && this.slot >= 0) this.device.advance(time)
    const day = this.dayOf(time)
    let marked = this.judgeAlone(time, value, quality, isInOrder)
    if (day === null) {
      const current = this.currentDay
      if (current !== null) current.comeLate()
    } else if (isInOrder) {
      this.arrive(time, day, !this.isStarted)
      marked = this.judgeInOrder(time, value, marked)
    } else {
      day.comeLate()
      if (time != this.lastTime) this.fill(day)
      else if (settings.isOn(CONFLICT)) marked = doubted(marked, INCONSISTENT)
    }
    if (marked != quality && (this.isKnown || day === null || !day.isSpoilt))
      this.put(time, value, marked)
    if (day !== null) day.count(marked)
    if (isInOrder) this.remember(time, value, marked)
  }

  private remember(time: i64, value: f64, marked: u16): void {
    this.isStarted = true
    this.lastTime = time
    this.lastValue = value
    this.lastQuality = marked
    if (this.slot >= 0) this.device.notice(this.slot, time, value, marked)
  }

  /** What is dated ahead of the clock is kept apart: taken for the newest reading it would make all that follow late. */
  private takeFuture(time: i64, value: f64, quality: u16, now: i64): void {
    this.device.episodes.of(0, NO_NAME).fail(CLOCK_EVENT, now, <f64>(time - now) / 1_000_000)
    const alone = this.judgeAlone(time, value, quality, false)
    const marked = doubted(alone, CLOCK_NOT_SYNCHRONISED)
    const day = this.dayOf(now)
    if (day !== null) day.count(marked)
    if (marked != quality) this.put(time, value, marked)
  }

  /** Rules that need nothing but the reading: schema, range, clock. */
  private judgeAlone(time: i64, value: f64, quality: u16, isInOrder: bool): u16 {
    let marked = quality
    if (this.isKnown && (isInvalid(quality) || isFinite(value))) {
      if (isInOrder && !this.isCalm) this.pass(SCHEMA_EVENT, time, value)
      if (!isInvalid(quality)) marked = this.judgeRange(time, value, quality, isInOrder)
    } else if (settings.isOn(SCHEMA)) {
      // Of an unmodelled quantity this is told once: it is a matter of the point, not of its readings.
      if (isInOrder && (this.isKnown || !this.isStarted)) this.fail(SCHEMA_EVENT, time, value)
      marked = spoilt(marked, BAD_REFERENCE)
    }
    return settings.isOn(CLOCK) ? this.judgeClock(time, marked) : marked
  }

  private judgeRange(time: i64, value: f64, quality: u16, isInOrder: bool): u16 {
    if (!settings.isOn(RANGE)) return quality
    const isOutside = value < this.low || value > this.high
    if (isInOrder && isOutside) this.fail(RANGE_EVENT, time, value)
    else if (isInOrder && !this.isCalm) this.pass(RANGE_EVENT, time, value)
    return isOutside ? spoilt(quality, OUT_OF_RANGE) : quality
  }

  private judgeClock(time: i64, marked: u16): u16 {
    const episodes = this.device.episodes
    if ((marked & CLOCK_NOT_SYNCHRONISED) == 0) {
      if (!episodes.isEmpty) episodes.of(0, NO_NAME).pass(CLOCK_EVENT, time, 0)
      return marked
    }
    episodes.of(0, NO_NAME).fail(CLOCK_EVENT, time, 0)
    return doubted(marked, 0)
  }

  /** Rules that look at what came before. */
  private judgeInOrder(time: i64, value: f64, quality: u16): u16 {
    let marked = quality
    if (isInvalid(quality)) return marked
    if (this.mayBeStuck) marked = this.judgeStuck(time, value, marked)
    const register = this.register
    if (register !== null) marked = register.judge(time, value, marked)
    else if (this.isLoad) this.judgeLoad(time, value, marked)
    const estimator = this.estimator
    if (estimator !== null) estimator.take(time, value, register === null || register.move == ROSE)
    const hampel = this.hampel
    if (hampel !== null && hampel.push(time, value, marked, settings.sigmas))
      this.revise(hampel.time, hampel.value, hampel.quality, doubted(hampel.quality, 0))
    return marked
  }

  private judgeStuck(time: i64, value: f64, marked: u16): u16 {
    if (value != this.runValue || value == 0) {
      this.run = 0
      this.runSince = time
      this.runValue = value
    }
    const isLong = time - this.runSince >= settings.stuckUs
    if (++this.run >= settings.stuckReadings && isLong && value != 0) {
      this.fail(STUCK_EVENT, this.runSince, value)
      return doubted(marked, OLD_DATA)
    }
    if (!this.isCalm) this.pass(STUCK_EVENT, time, value)
    return marked
  }

  /** A mean of five minutes or more stands for its interval; what comes by the second is no interval. */
  private judgeLoad(time: i64, value: f64, marked: u16): void {
    if (!this.isStarted || time - this.lastTime < INTERVAL_MIN_US) return
    if (this.peaks === null) this.peaks = new Peaks(settings.spikeShare)
    this.addPeak(this.lastTime, Math.abs(value), peakReading.set(time, value, marked))
  }

  idle(now: i64): void {
    const peaks = this.peaks
    if (peaks !== null && peaks.isClosed(now)) this.closePeaks(peaks)
    this.tellDays(now, settings.reportUs)
  }

  /** The newest reading does not go with others of its device. */
  doubt(detail: u16): void {
    this.amend(doubted(this.lastQuality, detail))
  }

  /** The newest reading means nothing. */
  spoil(): void {
    this.amend(spoilt(this.lastQuality, 0))
  }

  private amend(quality: u16): void {
    if (quality == this.lastQuality) return
    this.revise(this.lastTime, this.lastValue, this.lastQuality, quality)
    this.lastQuality = quality
    const hampel = this.hampel
    if (hampel !== null) hampel.amend(this.lastTime, quality)
    const peaks = this.peaks
    if (peaks !== null) peaks.amend(this.lastTime, quality)
  }

  private get isCalm(): bool {
    const episodes = this.episodes
    return episodes === null || episodes.isEmpty
  }

  private fail(event: u32, time: i64, value: f64): void {
    let episodes = this.episodes
    if (episodes === null) {
      episodes = new Episodes(this.subject)
      this.episodes = episodes
    }
    episodes.of(this.number, this.quantity).fail(event, time, value)
  }

  private pass(event: u32, time: i64, value: f64): void {
    const episodes = this.episodes
    if (episodes !== null) episodes.of(this.number, this.quantity).pass(event, time, value)
  }

  save(state: StateWriter): void {
    const episodes = this.episodes
    const peaks = this.peaks
    // Most readings are not the same as the one before.
    const isPlain =
      this.run == 1 && this.runSince == this.lastTime && this.runValue == this.lastValue
    let has: u32 = this.isStarted ? 1 : 0
    if (isPlain) has |= 2
    if (episodes !== null) has |= 4
    if (peaks !== null) has |= 8
    state.u32(<u32>this.lastQuality | (has << 16))
    state.i64(this.lastTime)
    state.f64(this.lastValue)
    if (!isPlain) {
      state.u32(this.run)
      state.i64(this.runSince)
      state.f64(this.runValue)
    }
    if (episodes !== null) episodes.save(state)
    if (peaks !== null) peaks.save(state)
    this.saveDays(state)
    const hampel = this.hampel
    if (hampel !== null) hampel.save(state)
    const register = this.register
    if (register !== null) register.save(state)
    const estimator = this.estimator
    if (estimator !== null) estimator.save(state)
  }

  load(state: StateReader): void {
    const packed = state.u32()
    const has = packed >>> 16
    this.lastQuality = <u16>(packed & 0xffff)
    this.isStarted = (has & 1) != 0
    this.lastTime = state.i64()
    this.lastValue = state.f64()
    const isPlain = (has & 2) != 0
    this.run = isPlain ? 1 : state.u32()
    this.runSince = isPlain ? this.lastTime : state.i64()
    this.runValue = isPlain ? this.lastValue : state.f64()
    if ((has & 4) != 0) this.loadEpisodes(state)
    if ((has & 8) != 0) this.loadPeaks(state)
    this.loadDays(state)
    const hampel = this.hampel
    if (hampel !== null) hampel.load(state)
    const register = this.register
    if (register !== null) register.load(state)
    const estimator = this.estimator
    if (estimator !== null) estimator.load(state)
  }

  private loadEpisodes(state: StateReader): void {
    const episodes = new Episodes(this.subject)
    episodes.load(state)
    this.episodes = episodes
  }

  private loadPeaks(state: StateReader): void {
    const peaks = new Peaks(settings.spikeShare)
    peaks.load(state)
    this.peaks = peaks
  }
}
