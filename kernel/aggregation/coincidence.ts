import {
  QUESTIONABLE,
  StateReader,
  StateWriter,
  emitAggregate,
  withField,
  withQuality,
  withRevision,
  withValue,
} from '../sdk/index.ts'
import { COINCIDENCES, DAY_US } from './limits.ts'
import {
  AT,
  COINCIDENCE,
  DIVERSITY,
  EXPECTED,
  LOAD_FACTOR,
  MAX_FIELD,
  MEAN_FIELD,
  MEMBERS,
  PEAK,
  PEAKS,
  SAMPLES,
} from './names.ts'
import { Settings } from './settings.ts'

const SECOND_US: f64 = 1_000_000

/** How the demands of a feeder's meters fall together: the greatest of their sum against the sum of their greatest. */
export class Coincidence {
  /** Meters with a demand. */
  members: i32 = 0
  late: f64 = 0
  private readonly starts: StaticArray<i64> = new StaticArray<i64>(COINCIDENCES)
  private readonly sums: StaticArray<f64> = new StaticArray<f64>(COINCIDENCES)
  private readonly counts: StaticArray<u32> = new StaticArray<u32>(COINCIDENCES)
  /** The day that is reported next; -1: none. */
  private day: i64 = -1
  /** Greatest demands of members, of that day and of the one that follows. */
  private peaks: f64 = 0
  private peakCount: u32 = 0
  private nextPeaks: f64 = 0
  private nextPeakCount: u32 = 0

  constructor(
    private readonly subject: u32,
    private readonly settings: Settings,
  ) {
    this.starts.fill(-1)
  }

  /** The demand of a member in the block that begins at `start`. */
  add(start: i64, value: f64): void {
    const day = start / DAY_US
    if (this.day < 0) this.day = day
    if (day < this.day) {
      this.late++
      return
    }
    if (day > this.day + 1) this.skip(day)
    const at = <i32>((start / this.settings.demandUs) % COINCIDENCES)
    if (this.starts[at] != start) {
      // Of the day before, which waits for members whose last block of it comes now at the latest.
      if (this.starts[at] >= 0 && this.starts[at] / DAY_US == this.day) this.report()
      this.starts[at] = start
      this.sums[at] = 0
      this.counts[at] = 0
    }
    this.sums[at] += value
    this.counts[at]++
  }

  /** Two days are all that is kept; what lies between them and a later one is empty. */
  private skip(day: i64): void {
    this.report()
    if (day > this.day + 1) this.report()
    if (day > this.day + 1) this.day = day
  }

  /** The greatest demand of a member on the day that begins at `start`. */
  addPeak(start: i64, value: f64): void {
    const day = start / DAY_US
    if (day == this.day) {
      this.peaks += value
      this.peakCount++
    } else if (day == this.day + 1) {
      this.nextPeaks += value
      this.nextPeakCount++
    } else this.late++
  }

  /** A day is over when its members have reported theirs. */
  close(now: i64): void {
    if (this.day < 0) return
    const wait = 2 * this.settings.latenessUs + 1_000_000
    while (this.peakCount > 0 && now >= (this.day + 1) * DAY_US + wait) this.report()
  }

  private report(): void {
    let greatest: f64 = NaN
    let at: i64 = 0
    let sum: f64 = 0
    let blocks: u32 = 0
    const needed = this.settings.completeShare * <f64>this.members
    const first = this.day * DAY_US
    for (let start = first; start < first + DAY_US; start += this.settings.demandUs) {
      const index = <i32>((start / this.settings.demandUs) % COINCIDENCES)
      if (this.starts[index] != start) continue
      const isWhole = <f64>this.counts[index] >= needed
      this.starts[index] = -1
      if (!isWhole) continue
      sum += this.sums[index]
      blocks++
      if (greatest >= this.sums[index]) continue
      greatest = this.sums[index]
      at = start
    }
    if (greatest > 0) this.put(greatest, at, sum / <f64>blocks, blocks)
    this.day++
    this.peaks = this.nextPeaks
    this.peakCount = this.nextPeakCount
    this.nextPeaks = 0
    this.nextPeakCount = 0
  }

  private put(greatest: f64, at: i64, mean: f64, blocks: u32): void {
    if (this.peaks > 0) {
      this.begin(DIVERSITY, blocks)
      withValue(this.peaks / greatest)
      withField(COINCIDENCE, greatest / this.peaks)
      withField(PEAK, greatest)
      withField(PEAKS, this.peaks)
      withField(AT, <f64>at / SECOND_US)
    }
    this.begin(LOAD_FACTOR, blocks)
    withValue(mean / greatest)
    withField(MEAN_FIELD, mean)
    withField(MAX_FIELD, greatest)
  }

  private begin(quantity: u32, blocks: u32): void {
    const start = this.day * DAY_US
    const whole = DAY_US / this.settings.demandUs
    emitAggregate(quantity, this.subject, start, start + DAY_US)
    withRevision(0)
    withField(MEMBERS, <f64>this.peakCount)
    withField(SAMPLES, <f64>blocks)
    withField(EXPECTED, <f64>whole)
    if (<f64>blocks < this.settings.completeShare * <f64>whole) withQuality(QUESTIONABLE)
  }

  save(state: StateWriter): void {
    state.f64(this.late)
    state.i64(this.day)
    state.f64(this.peaks)
    state.u32(this.peakCount)
    state.f64(this.nextPeaks)
    state.u32(this.nextPeakCount)
    for (let index = 0; index < COINCIDENCES; index++) {
      state.i64(this.starts[index])
      if (this.starts[index] < 0) continue
      state.f64(this.sums[index])
      state.u32(this.counts[index])
    }
  }

  load(state: StateReader): void {
    this.late = state.f64()
    this.day = state.i64()
    this.peaks = state.f64()
    this.peakCount = state.u32()
    this.nextPeaks = state.f64()
    this.nextPeakCount = state.u32()
    for (let index = 0; index < COINCIDENCES; index++) {
      this.starts[index] = state.i64()
      if (this.starts[index] < 0) continue
      this.sums[index] = state.f64()
      this.counts[index] = state.u32()
    }
  }
}
