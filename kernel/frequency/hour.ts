import {
  QUESTIONABLE,
  StateReader,
  StateWriter,
  emitAggregate,
  withField,
  withQuality,
  withRevision,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { HOUR_GRACE_US, NEVER } from './limits.ts'
import {
  EXPECTED,
  FLAGGED,
  FREQUENCY_HOUR,
  LATE,
  MAX,
  MEAN,
  METHOD,
  MIN,
  MISSING,
  SAMPLES,
} from './names.ts'

const HOUR_US: i64 = 3_600_000_000

/** What became of the readings of one hour, and the mean, least and greatest of those that count. */
export class Hour {
  private start: i64 = NEVER
  private sum: f64 = 0
  private min: f64 = 0
  private max: f64 = 0
  private samples: u32 = 0
  private flagged: u32 = 0
  private late: u32 = 0
  private revision: u32 = 0
  private isNews: bool = false

  /** `intervalUs`: between two readings, as the site file has it; 0: it does not. */
  constructor(private readonly intervalUs: i64) {}

  /** Reports the hour before, if `time` is in another. */
  turn(device: u32, time: i64): void {
    if (this.start != NEVER && time < this.start + HOUR_US) return
    if (this.isNews) this.tell(device)
    this.start = time - (time % HOUR_US)
    this.samples = 0
    this.flagged = 0
    this.late = 0
    this.sum = 0
    this.revision = 0
  }

  add(value: f64): void {
    if (this.samples == 0 || value < this.min) this.min = value
    if (this.samples == 0 || value > this.max) this.max = value
    this.sum += value
    this.samples++
    this.isNews = true
  }

  flag(): void {
    this.flagged++
    this.isNews = true
  }

  addLate(): void {
    this.late++
    this.isNews = true
  }

  /** It is over by the clock, and has something to tell. */
  isDue(now: i64): bool {
    return this.isNews && now >= this.start + HOUR_US + HOUR_GRACE_US
  }

  tell(device: u32): void {
    emitAggregate(FREQUENCY_HOUR, device, this.start, this.start + HOUR_US)
    withRevision(this.revision++)
    withValue(this.samples == 0 ? NaN : this.sum / <f64>this.samples)
    if (this.samples == 0) withQuality(QUESTIONABLE)
    withWord(METHOD, MEAN)
    if (this.samples > 0) {
      withField(MIN, this.min)
      withField(MAX, this.max)
    }
    withField(SAMPLES, this.samples)
    withField(FLAGGED, this.flagged)
    withField(LATE, this.late)
    this.isNews = false
    if (this.intervalUs <= 0) return
    const expected = HOUR_US / this.intervalUs
    const missing = expected - <i64>(this.samples + this.flagged)
    withField(EXPECTED, <f64>expected)
    withField(MISSING, missing > 0 ? <f64>missing : 0)
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    state.f64(this.sum)
    state.f64(this.min)
    state.f64(this.max)
    state.u32(this.samples)
    state.u32(this.flagged)
    state.u32(this.late)
    state.u32(this.revision)
    state.u8(this.isNews ? 1 : 0)
  }

  load(state: StateReader): void {
    this.start = state.i64()
    this.sum = state.f64()
    this.min = state.f64()
    this.max = state.f64()
    this.samples = state.u32()
    this.flagged = state.u32()
    this.late = state.u32()
    this.revision = state.u32()
    this.isNews = state.u8() != 0
  }
}
