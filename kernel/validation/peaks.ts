import { StateReader, StateWriter } from '../sdk/index.ts'
import { dayOf } from './day-count.ts'
import { DAY_GRACE_US, DAY_US, SPIKE_INTERVALS_MIN } from './limits.ts'

/**
 * The three highest intervals of a day of UTC. As CPUC has it, the highest is a spike when it is more than 180 % above the third
 * highest: (p1 - p3) / p3 > 1.8.
 */
export class Peaks {
  private day: i64 = i64.MIN_VALUE
  private intervals: u32 = 0
  private second: f64 = 0
  private third: f64 = 0
  /** Of the highest: the interval, and the reading that ends it. */
  highest: f64 = 0
  start: i64 = 0
  time: i64 = 0
  value: f64 = 0
  quality: u16 = 0

  constructor(private readonly share: f64) {}

  /** What the highest may have at most. */
  get limit(): f64 {
    return this.third * (1 + this.share)
  }

  /** True: the interval is of another day than those so far. Ask `isSpike` and `clear` before it is added. */
  isOver(time: i64): bool {
    return this.intervals > 0 && dayOf(time - 1) != this.day
  }

  isClosed(now: i64): bool {
    return this.intervals > 0 && now - this.day >= DAY_US + DAY_GRACE_US
  }

  get isSpike(): bool {
    const isEnough = this.intervals >= SPIKE_INTERVALS_MIN && this.third > 0
    return isEnough && (this.highest - this.third) / this.third > this.share
  }

  clear(): void {
    this.intervals = 0
    this.highest = 0
    this.second = 0
    this.third = 0
  }

  /** `load`: what the interval had, such as its mean power. */
  add(start: i64, load: f64, reading: PeakReading): void {
    this.day = dayOf(reading.time - 1)
    this.intervals++
    if (load > this.highest) {
      this.third = this.second
      this.second = this.highest
      this.highest = load
      this.start = start
      this.time = reading.time
      this.value = reading.value
      this.quality = reading.quality
    } else if (load > this.second) {
      this.third = this.second
      this.second = load
    } else if (load > this.third) this.third = load
  }

  /** The reading turned out to be worse. */
  amend(time: i64, quality: u16): void {
    if (this.intervals > 0 && this.time == time) this.quality = quality
  }

  save(state: StateWriter): void {
    state.i64(this.day)
    state.u32(this.intervals)
    state.f64(this.second)
    state.f64(this.third)
    state.f64(this.highest)
    state.i64(this.start)
    state.i64(this.time)
    state.f64(this.value)
    state.u32(this.quality)
  }

  load(state: StateReader): void {
    this.day = state.i64()
    this.intervals = state.u32()
    this.second = state.f64()
    this.third = state.f64()
    this.highest = state.f64()
    this.start = state.i64()
    this.time = state.i64()
    this.value = state.f64()
    this.quality = <u16>state.u32()
  }
}

/** What the end of an interval said. */
export class PeakReading {
  time: i64 = 0
  value: f64 = 0
  quality: u16 = 0

  set(time: i64, value: f64, quality: u16): PeakReading {
    this.time = time
    this.value = value
    this.quality = quality
    return this
  }
}

/** One for the whole module, set anew for each interval. */
export const peakReading = new PeakReading()
