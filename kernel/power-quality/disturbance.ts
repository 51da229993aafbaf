import {
  STATE_END,
  STATE_START,
  STATE_UPDATE,
  StateReader,
  StateWriter,
  emitEvent,
  withField,
  withQuality,
  withSeverity,
  withState,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { en50160Cell, ieee1159, itic, semiF47 } from './classes.ts'
import { NEVER } from './limits.ts'
import {
  CELL,
  CHANNELS,
  CLASS,
  DIP,
  DURATION,
  F47,
  INTERRUPTION,
  ITIC,
  LIMIT,
  PERCENT,
  SAMPLES,
  SWELL,
} from './names.ts'

/** A dip, a swell or an interruption of one device: one event over all its channels, from its first moment to its last. */
export class Disturbance {
  /** NEVER: there is none. */
  start: i64 = NEVER
  private percent: f64 = 0
  private volts: f64 = 0
  private channels: u32 = 0
  private samples: u32 = 0
  private quality: u16 = 0
  /** It is deeper than the last that was told. */
  private isNews: bool = false

  constructor(
    private readonly kind: u32,
    private readonly device: u32,
    private readonly limitPercent: f64,
    private readonly severity: i32,
  ) {}

  get isOpen(): bool {
    return this.start != NEVER
  }

  begin(time: i64): void {
    this.start = time
    this.isNews = false
    this.channels = 0
    this.samples = 0
    this.quality = 0
  }

  /** A voltage of one channel while it goes on. */
  take(channel: u32, volts: f64, percent: f64, quality: u16): void {
    if (this.kind == SWELL ? percent > this.limitPercent : percent < this.limitPercent)
      this.channels |= channel
    this.quality |= quality
    this.samples++
    if (
      this.samples > 1 &&
      (this.kind == SWELL ? percent <= this.percent : percent >= this.percent)
    )
      return
    this.percent = percent
    this.volts = volts
    this.isNews = true
  }

  tellStart(): void {
    this.tell(STATE_START, 0)
  }

  /** Whether there was something to tell. */
  update(): bool {
    if (!this.isOpen || !this.isNews) return false
    this.tell(STATE_UPDATE, 0)
    return true
  }

  end(time: i64, nominalHz: f64): void {
    this.tell(STATE_END, time)
    const seconds = <f64>(time - this.start) / 1_000_000
    const percent = this.percent
    withField(DURATION, seconds)
    withWord(CLASS, ieee1159(percent, seconds, nominalHz))
    if (this.kind != INTERRUPTION) {
      withWord(ITIC, itic(percent, seconds))
      withWord(F47, semiF47(percent, seconds, nominalHz))
    }
    if (this.kind == DIP) withWord(CELL, en50160Cell(percent, seconds))
    this.start = NEVER
  }

  private tell(state: i32, end: i64): void {
    emitEvent(this.kind, this.device, this.start, end)
    withState(state)
    withSeverity(this.severity)
    withQuality(this.quality)
    withValue(this.volts)
    withField(PERCENT, this.percent)
    withField(LIMIT, this.limitPercent)
    withField(CHANNELS, this.channels)
    withField(SAMPLES, this.samples)
    this.isNews = false
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    if (!this.isOpen) return
    state.f64(this.percent)
    state.f64(this.volts)
    state.u32(this.channels)
    state.u32(this.samples)
    state.u32(this.quality)
    state.u8(this.isNews ? 1 : 0)
  }

  load(state: StateReader): void {
    this.start = state.i64()
    if (!this.isOpen) return
    this.percent = state.f64()
    this.volts = state.f64()
    this.channels = state.u32()
    this.samples = state.u32()
    this.quality = <u16>state.u32()
    this.isNews = state.u8() != 0
  }
}
