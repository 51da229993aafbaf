import {
  NO_NAME,
  STATE_END,
  emitDerived,
  emitEvent,
  withField,
  withKey,
  withQuality,
  withSeverity,
  withState,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { Days } from './days.ts'
import { ANY_READING, LIMIT, QUANTITY, SPIKE_EVENT, doubted } from './marks.ts'
import { PeakReading, Peaks } from './peaks.ts'

const WARNING: i32 = 1

/** What is put out of a point: marks, what its events say of it, counts of its days. */
export abstract class PointRecord extends Days {
  peaks: Peaks | null = null
  /** Under which name its marks go; NO_NAME: under the common one. */
  output: u32 = NO_NAME

  /** A reading that was counted is worse than it seemed. */
  protected revise(time: i64, value: f64, before: u16, after: u16): void {
    if (before == after) return
    const day = this.dayOf(time)
    if (day !== null) day.recount(before, after)
    this.put(time, value, after)
  }

  put(time: i64, value: f64, quality: u16): void {
    emitDerived(this.output == NO_NAME ? ANY_READING : this.output, this.subject, time, value)
    withQuality(quality)
    if (this.output == NO_NAME) withKey(this.number)
  }

  /** What an event of the point says whatever its rule. */
  describe(value: f64): void {
    withKey(this.number)
    withSeverity(WARNING)
    withValue(value)
    if (this.quantity != NO_NAME) withWord(QUANTITY, this.quantity)
  }

  addPeak(start: i64, load: f64, end: PeakReading): void {
    const peaks = this.peaks
    if (peaks === null) return
    if (peaks.isOver(end.time)) this.closePeaks(peaks)
    peaks.add(start, load, end)
  }

  protected closePeaks(peaks: Peaks): void {
    if (peaks.isSpike) {
      this.revise(peaks.time, peaks.value, peaks.quality, doubted(peaks.quality, 0))
      emitEvent(SPIKE_EVENT, this.subject, peaks.start, peaks.time)
      this.describe(peaks.highest)
      withState(STATE_END)
      withField(LIMIT, peaks.limit)
    }
    peaks.clear()
  }
}
