import {
  CLOCK_NOT_SYNCHRONISED,
  ESTIMATED,
  OLD_DATA,
  QUESTIONABLE,
  StateReader,
  StateWriter,
  isGood,
  isInvalid,
} from '../sdk/index.ts'
import { Constants } from './constants.ts'
import { AMBIENT, CURRENT_C, Frame, Frames, OIL } from './frames.ts'
import { OIL_AGE_MICROS, RESTART_MICROS } from './limits.ts'
import { hasLoad, isDoubtful, loadFactor } from './load-factor.ts'
import { Inputs } from './inputs.ts'
import { Model } from './model.ts'
import { Rating } from './rating.ts'
import { SECOND, Settings } from './settings.ts'

/** Readings of one transformer on their way into its model: gathered by the second, put in order, gaps bridged. */
export class Monitor {
  readonly model: Model
  private readonly frames: Frames = new Frames()
  private readonly inputs: Inputs = new Inputs()
  /** K of the latest step, which a gap is bridged with. */
  private load: f64 = 0
  /** The latest second that a reading was of, and what it was at the tick before. */
  private newest: i64 = 0
  private newestAtTick: i64 = 0
  /** Loads up to here have gone into the model; others of that time come too late. */
  private closed: i64 = 0
  private ambientC: f64
  private ambientTime: i64 = 0
  private isAmbientDoubtful: bool = false
  private oilC: f64 = 0
  private oilTime: i64 = 0
  private isOilDoubtful: bool = false

  constructor(
    subject: u32,
    private readonly settings: Settings,
    constants: Constants,
    private readonly rating: Rating,
  ) {
    this.ambientC = constants.ambientC
    this.model = new Model(subject, settings, constants, rating.apparentVa)
  }

  take(input: i32, time: i64, value: f64, quality: u16): void {
    const isUsable = !isInvalid(quality) && isFinite(value) && time > 0
    const isTimed = (quality & CLOCK_NOT_SYNCHRONISED) == 0
    if (!isUsable || !isTimed || (input <= CURRENT_C && this.rating.currentA == 0)) {
      this.model.unusable++
      return
    }
    const second = time / SECOND
    if (second <= this.closed) {
      this.takeLate(input, time, value, quality)
      return
    }
    if (this.frames.isFull && !this.frames.has(second)) {
      this.close()
      this.take(input, time, value, quality)
      return
    }
    const frame = this.frames.of(second)
    unchecked((frame.values[input] = value))
    frame.present |= 1 << (<u32>input)
    if (isGood(quality)) frame.doubtful &= ~(1 << (<u32>input))
    else frame.doubtful |= 1 << (<u32>input)
    if (time > frame.time) frame.time = time
    if (second <= this.newest) return
    this.newest = second
    this.closeBefore(second - this.settings.latenessSeconds)
  }

  /** What the model has gone past is of no use to it, but air is still newer than what it had. */
  private takeLate(input: i32, time: i64, value: f64, quality: u16): void {
    if (input != AMBIENT || time <= this.ambientTime) {
      this.model.late++
      return
    }
    this.setAmbient(time, value, !isGood(quality))
  }

  /** A frame is closed by readings that are newer, or where none come, by the clock; not before a whole tick has passed. */
  tick(now: i64): void {
    const before = now / SECOND - this.settings.latenessSeconds
    const seen = this.newestAtTick + 1
    this.closeBefore(before < seen ? before : seen)
    this.newestAtTick = this.newest
  }

  private closeBefore(second: i64): void {
    while (this.frames.length > 0 && this.frames.oldest.second < second) this.close()
  }

  private close(): void {
    const frame = this.frames.oldest
    if (hasLoad(frame)) this.closed = frame.second
    this.use(frame)
    this.frames.drop()
  }

  private use(frame: Frame): void {
    const time = frame.time
    const heldC = this.ambientC
    if (frame.has(AMBIENT) && time > this.ambientTime) {
      this.setAmbient(time, frame.value(AMBIENT), frame.doubts(AMBIENT))
    }
    if (frame.has(OIL) && time > this.oilTime) {
      this.oilC = frame.value(OIL)
      this.oilTime = time
      this.isOilDoubtful = frame.doubts(OIL)
    }
    if (!hasLoad(frame)) return
    const gap = time - this.model.time
    const inputs = this.inputs
    inputs.time = time
    inputs.hasOil = this.oilTime > 0 && time - this.oilTime <= OIL_AGE_MICROS
    inputs.oilC = this.oilC
    inputs.load = loadFactor(frame, this.rating)
    inputs.ambientC = this.ambientC
    const hasDoubts = isDoubtful(frame) || (inputs.hasOil && this.isOilDoubtful)
    inputs.quality = (hasDoubts ? QUESTIONABLE : 0) | this.ambientQuality(time)
    const isNew = this.model.time == 0 || gap > RESTART_MICROS
    if (isNew) this.model.begin(inputs)
    else this.step(gap, heldC)
    this.load = inputs.load
    this.oilTime = 0
  }

  /** After a gap the load of before it is what the transformer is taken to have had; the new one is for the step that follows. */
  private step(gap: i64, heldC: f64): void {
    const inputs = this.inputs
    const load = inputs.load
    inputs.isHeld = gap > this.settings.gapMicros
    if (inputs.isHeld) {
      inputs.load = this.load
      inputs.ambientC = heldC
      inputs.quality = QUESTIONABLE | OLD_DATA | ESTIMATED
    }
    this.model.advance(inputs)
    inputs.isHeld = false
    inputs.load = load
  }

  private setAmbient(time: i64, value: f64, isDoubtful: bool): void {
    this.ambientC = value
    this.ambientTime = time
    this.isAmbientDoubtful = isDoubtful
  }

  /** Air that nobody measures, or that was measured too long ago, makes the result questionable. */
  private ambientQuality(time: i64): u16 {
    if (this.ambientTime == 0) return QUESTIONABLE | ESTIMATED
    if (time - this.ambientTime > this.settings.gapMicros) return QUESTIONABLE | OLD_DATA
    return this.isAmbientDoubtful ? QUESTIONABLE : 0
  }

  save(state: StateWriter): void {
    this.model.save(state)
    this.frames.save(state)
    state.f64(this.load)
    state.i64(this.newest)
    state.i64(this.newestAtTick)
    state.i64(this.closed)
    state.f64(this.ambientC)
    state.i64(this.ambientTime)
    state.u8(this.isAmbientDoubtful ? 1 : 0)
    state.f64(this.oilC)
    state.i64(this.oilTime)
    state.u8(this.isOilDoubtful ? 1 : 0)
  }

  restore(state: StateReader): void {
    this.model.load(state)
    this.frames.load(state)
    this.load = state.f64()
    this.newest = state.i64()
    this.newestAtTick = state.i64()
    this.closed = state.i64()
    this.ambientC = state.f64()
    this.ambientTime = state.i64()
    this.isAmbientDoubtful = state.u8() != 0
    this.oilC = state.f64()
    this.oilTime = state.i64()
    this.isOilDoubtful = state.u8() != 0
  }
}
