import { StateReader, StateWriter, emitDerived, isInvalid, withQuality } from '../sdk/index.ts'
import { DayCount } from './day-count.ts'
import { Rule } from './rule.ts'

/**
 * What is common to all methods: the first reading, a change of quality and a reading after `silenceUs` always pass; a reading
 * that is not later than the one before never does, for it would take the place of readings that were judged without it.
 */
export abstract class PointFilter {
  /** Of the reading before, whether it was passed or not. */
  protected lastTime: i64 = 0
  protected lastQuality: u16 = 0
  private isReadable: bool = false
  private isStarted: bool = false
  /** Of the reading passed last. */
  protected passedTime: i64 = 0
  protected passedValue: f64 = 0

  constructor(
    protected rule: Rule,
    protected day: DayCount,
    private readonly subject: u32,
    private readonly outputName: u32,
  ) {}

  take(time: i64, value: f64, quality: u16): void {
    if (this.isStarted && time <= this.lastTime) {
      this.day.late++
      return
    }
    this.day.count(time)
    const isReadable = !isInvalid(quality) && isFinite(value)
    if (!this.isStarted || quality != this.lastQuality || isReadable != this.isReadable) {
      this.finish()
      this.pass(time, value, quality)
      this.begin()
    } else if (isReadable) this.judge(time, value)
    else if (this.isSilent(time)) this.pass(time, value, quality)
    this.isStarted = true
    this.isReadable = isReadable
    this.lastTime = time
    this.lastQuality = quality
  }

  /** About once a second. */
  idle(now: i64): void {
    this.day.close(now)
  }

  /** A readable reading of the same quality as the one before, which was readable too. */
  protected abstract judge(time: i64, value: f64): void

  /** A reading passes for another reason than the method's own: what the method holds back has to go first. */
  protected finish(): void {}

  /** A reading was passed, and the method begins anew with it. */
  protected begin(): void {}

  protected isSilent(time: i64): bool {
    return time - this.passedTime >= this.rule.silenceUs
  }

  protected pass(time: i64, value: f64, quality: u16): void {
    this.passedTime = time
    this.passedValue = value
    this.day.passed++
    emitDerived(this.outputName, this.subject, time, value)
    withQuality(quality)
  }

  save(state: StateWriter): void {
    state.i64(this.lastTime)
    state.u32(this.lastQuality)
    state.u8(this.isReadable ? 1 : 0)
    state.u8(this.isStarted ? 1 : 0)
    state.i64(this.passedTime)
    state.f64(this.passedValue)
    this.day.save(state)
  }

  load(state: StateReader): void {
    this.lastTime = state.i64()
    this.lastQuality = <u16>state.u32()
    this.isReadable = state.u8() != 0
    this.isStarted = state.u8() != 0
    this.passedTime = state.i64()
    this.passedValue = state.f64()
    this.day.load(state)
  }
}
