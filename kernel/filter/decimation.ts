import { StateReader, StateWriter } from '../sdk/index.ts'
import { floorDivide } from './day-count.ts'
import { PointFilter } from './point-filter.ts'

/** Every so many readings, or the first of each interval of UTC. Promises no error: the largest that came up is counted. */
export class Decimation extends PointFilter {
  private leftOut: u32 = 0

  protected override judge(time: i64, value: f64): void {
    this.leftOut++
    if (this.isDue(time) || this.isSilent(time)) {
      this.leftOut = 0
      this.pass(time, value, this.lastQuality)
      return
    }
    this.day.leaveOut(Math.abs(value - this.passedValue), 0)
  }

  protected override begin(): void {
    this.leftOut = 0
  }

  private isDue(time: i64): bool {
    if (this.rule.every > 0) return this.leftOut >= this.rule.every
    const width = this.rule.intervalUs
    return floorDivide(time, width) != floorDivide(this.passedTime, width)
  }

  override save(state: StateWriter): void {
    super.save(state)
    state.u32(this.leftOut)
  }

  override load(state: StateReader): void {
    super.load(state)
    this.leftOut = state.u32()
  }
}
