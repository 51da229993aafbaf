import {
  INVALID,
  STATE_END,
  STATE_START,
  STATE_UPDATE,
  StateReader,
  StateWriter,
  VALIDITY,
  emitEvent,
  withField,
  withKey,
  withQuality,
  withSeverity,
  withState,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { NEVER } from './limits.ts'
import { CAUSE, DURATION, LIMIT, SAMPLES } from './names.ts'

/** What one limit is: shared by all devices. */
export class Limit {
  severity: i32 = 0
  holdUs: i64 = 0
  /** Where a value counts as back: on the good side of the limit by the hysteresis. */
  back: f64 = 0

  constructor(
    public readonly kind: u32,
    public readonly key: u32,
    public readonly value: f64,
    public readonly isLow: bool,
  ) {}

  isBeyond(value: f64): bool {
    return this.isLow ? value < this.value : value > this.value
  }

  isBack(value: f64): bool {
    return this.isLow ? value >= this.back : value <= this.back
  }
}

/**
 * One limit of one device. An event begins with the first reading beyond the limit once readings have stayed beyond for the hold time,
 * and ends with the first that is back by the hysteresis.
 */
export class Crossing {
  /** First reading beyond; NEVER while there is none. */
  private since: i64 = NEVER
  private extreme: f64 = 0
  private samples: u32 = 0
  private quality: u16 = 0
  private isOpen: bool = false
  /** The extreme is another than the last that was told. */
  private isNews: bool = false

  constructor(private readonly limit: Limit) {}

  /** Whether there is an event, or there may be one soon. */
  look(device: u32, time: i64, value: f64, quality: u16): bool {
    const limit = this.limit
    if (this.isOpen) {
      if (limit.isBack(value)) this.end(device, time, 0)
      else this.take(value, quality)
      return this.isOpen
    }
    if (!limit.isBeyond(value)) {
      this.since = NEVER
      return false
    }
    if (this.since == NEVER) this.begin(time, value)
    this.take(value, quality)
    if (time - this.since < limit.holdUs) return true
    this.isOpen = true
    this.tell(device, STATE_START, 0, 0)
    return true
  }

  /** Tells its deepest value, where that has changed since it was told last. Whether it has. */
  update(device: u32): bool {
    if (!this.isOpen || !this.isNews) return false
    this.tell(device, STATE_UPDATE, 0, 0)
    return true
  }

  /** What was measured means nothing from `time` on. An event that began after `proven` never was one, and says so. */
  interrupt(device: u32, time: i64, proven: i64, cause: u32): void {
    if (this.isOpen) {
      if (this.since > proven) this.quality = (this.quality & ~VALIDITY) | INVALID
      this.end(device, time > this.since ? time : this.since + 1, cause)
    }
    this.since = NEVER
  }

  /** Whatever was about to begin does not. */
  forget(): void {
    if (!this.isOpen) this.since = NEVER
  }

  save(state: StateWriter): void {
    state.i64(this.since)
    state.f64(this.extreme)
    state.u32(this.samples)
    state.u32(this.quality)
    state.u8(this.isOpen ? 1 : 0)
    state.u8(this.isNews ? 1 : 0)
  }

  load(state: StateReader): void {
    this.since = state.i64()
    this.extreme = state.f64()
    this.samples = state.u32()
    this.quality = <u16>state.u32()
    this.isOpen = state.u8() != 0
    this.isNews = state.u8() != 0
  }

  private begin(time: i64, value: f64): void {
    this.since = time
    this.extreme = value
    this.samples = 0
    this.quality = 0
  }

  private take(value: f64, quality: u16): void {
    this.samples++
    this.quality |= quality
    if (this.limit.isLow ? value >= this.extreme : value <= this.extreme) return
    this.extreme = value
    this.isNews = true
  }

  private end(device: u32, time: i64, cause: u32): void {
    this.isOpen = false
    this.tell(device, STATE_END, time, cause)
    this.since = NEVER
  }

  /** `cause` is the number of a word; 0, which is the name of a kind, for none. */
  private tell(device: u32, state: i32, end: i64, cause: u32): void {
    const limit = this.limit
    emitEvent(limit.kind, device, this.since, end)
    withKey(limit.key)
    withState(state)
    withSeverity(limit.severity)
    withQuality(this.quality)
    withValue(this.extreme)
    withField(LIMIT, limit.value)
    withField(SAMPLES, this.samples)
    if (state == STATE_END) withField(DURATION, <f64>(end - this.since) / 1_000_000)
    if (cause != 0) withWord(CAUSE, cause)
    this.isNews = false
  }
}
