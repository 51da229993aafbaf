import { StateReader, StateWriter } from '../sdk/index.ts'
import { PointFilter } from './point-filter.ts'

/**
 * Swinging door (Bristol 1990) with the test on the line itself: a reading may end the line from the one passed last only while that line
 * goes by every reading between them within the band. So whoever draws lines between the readings passed has every reading to within
 * the band. (The plain doors, which look at the band of the last reading too, allow twice as much.)
 *
 *     passed ●━━━━━━━━━━━━━━━━━━━━━● held: the newest that still fits; passed once one comes that does not
 *              ○   ○  ○     ○  ○      left out: each narrows what slope the line may have, lowest to highest
 */
export class SwingingDoor extends PointFilter {
  private holds: bool = false
  private heldTime: i64 = 0
  private heldValue: f64 = 0
  /** Slopes that go by every reading since the one passed last, in units a µs. */
  private lowest: f64 = -Infinity
  private highest: f64 = Infinity

  protected override judge(time: i64, value: f64): void {
    let slope = this.slopeTo(time, value)
    if (this.holds && (slope < this.lowest || slope > this.highest)) {
      this.finish()
      this.begin()
      slope = this.slopeTo(time, value)
    }
    if (this.isSilent(time)) {
      this.leaveOutHeld()
      this.pass(time, value, this.lastQuality)
      this.begin()
      return
    }
    this.leaveOutHeld()
    const width = <f64>(time - this.passedTime)
    const slack = this.rule.band(this.passedValue) / width
    if (slope - slack > this.lowest) this.lowest = slope - slack
    if (slope + slack < this.highest) this.highest = slope + slack
    this.holds = true
    this.heldTime = time
    this.heldValue = value
  }

  /** A device that fell silent must not keep its last word from whoever listens. */
  override idle(now: i64): void {
    if (this.holds && now - this.heldTime >= this.rule.silenceUs) {
      this.finish()
      this.begin()
    }
    super.idle(now)
  }

  protected override finish(): void {
    if (!this.holds) return
    this.holds = false
    this.pass(this.heldTime, this.heldValue, this.lastQuality)
  }

  protected override begin(): void {
    this.holds = false
    this.lowest = -Infinity
    this.highest = Infinity
  }

  private slopeTo(time: i64, value: f64): f64 {
    return (value - this.passedValue) / <f64>(time - this.passedTime)
  }

  private leaveOutHeld(): void {
    if (this.holds) this.day.leaveOut(0, this.rule.band(this.passedValue))
  }

  override save(state: StateWriter): void {
    super.save(state)
    state.u8(this.holds ? 1 : 0)
    state.i64(this.heldTime)
    state.f64(this.heldValue)
    state.f64(this.lowest)
    state.f64(this.highest)
  }

  override load(state: StateReader): void {
    super.load(state)
    this.holds = state.u8() != 0
    this.heldTime = state.i64()
    this.heldValue = state.f64()
    this.lowest = state.f64()
    this.highest = state.f64()
  }
}
