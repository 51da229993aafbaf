import {
  STATE_END,
  STATE_START,
  StateReader,
  StateWriter,
  emitEvent,
  withField,
  withKey,
  withSeverity,
  withState,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { Loading } from './loading.ts'
import { FIELD_DURATION, FIELD_LIMIT, FIELD_LOADING } from './names.ts'

/** A limit with hysteresis: told of once it was passed for `holdMicros`, over when the value is `hysteresis` below. */
export class Alarm {
  /** When it was passed; 0 where it is not. */
  private since: i64 = 0
  private isTold: bool = false
  private peak: f64 = 0
  private holdMicros: i64 = 0

  constructor(
    private readonly kind: u32,
    /** Whose limit it is. */
    private readonly loading: Loading,
    private readonly limit: f64,
    private readonly hysteresis: f64,
  ) {}

  after(holdMicros: i64): Alarm {
    this.holdMicros = holdMicros
    return this
  }

  check(subject: u32, time: i64, value: f64): void {
    if (this.since == 0) {
      if (!(value > this.limit)) return
      this.since = time
      this.peak = value
    }
    if (value > this.peak) this.peak = value
    if (this.isTold) {
      if (value < this.limit - this.hysteresis) this.end(subject, time)
    } else if (!(value > this.limit)) {
      this.since = 0
    } else if (time - this.since >= this.holdMicros) {
      this.isTold = true
      this.tell(subject, 0, value)
      withState(STATE_START)
    }
  }

  private end(subject: u32, time: i64): void {
    this.tell(subject, time, this.peak)
    withState(STATE_END)
    withField(FIELD_DURATION, <f64>(time - this.since) / 1000000)
    this.since = 0
    this.isTold = false
  }

  private tell(subject: u32, end: i64, value: f64): void {
    emitEvent(this.kind, subject, this.since, end)
    withKey(this.loading.key)
    withSeverity(this.loading.severity)
    withValue(value)
    withField(FIELD_LIMIT, this.limit)
    withWord(FIELD_LOADING, this.loading.word)
  }

  save(state: StateWriter): void {
    state.i64(this.since)
    state.u8(this.isTold ? 1 : 0)
    state.f64(this.peak)
  }

  load(state: StateReader): void {
    this.since = state.i64()
    this.isTold = state.u8() != 0
    this.peak = state.f64()
  }
}
