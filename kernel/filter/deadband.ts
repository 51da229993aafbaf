import { PointFilter } from './point-filter.ts'

/**
 * A reading passes when it differs from the one passed last by more than the band. Whoever holds each reading passed until the
 * next has every reading to within the band. With a band of 0 this is report by exception: whatever changes passes.
 */
export class Deadband extends PointFilter {
  protected override judge(time: i64, value: f64): void {
    const band = this.rule.band(this.passedValue)
    const error = Math.abs(value - this.passedValue)
    if (error > band || this.isSilent(time)) {
      this.pass(time, value, this.lastQuality)
      return
    }
    this.day.leaveOut(error, band)
  }
}
