import { StateReader, StateWriter } from '../sdk/index.ts'

/** What is known of a point. In memory of its own, as its windows are. */
@unmanaged
export class PointState {
  /** First of its series. */
  series: usize
  /** Index of its device. */
  device: u32
  /** Index of its demand and one; 0: it has none. */
  demand: u32
  /** Of a voltage, in V, between phases where it is between phases; 0: not a voltage, or not known. */
  nominalV: f64
  newest: i64
  isOutside: bool
  /** Its last reading was of a clock that is ahead of the edge's. */
  isAhead: bool

  save(state: StateWriter): void {
    state.i64(this.newest)
    state.u8((this.isOutside ? 1 : 0) | (this.isAhead ? 2 : 0))
  }

  load(state: StateReader): void {
    this.newest = state.i64()
    const bits = state.u8()
    this.isOutside = (bits & 1) != 0
    this.isAhead = (bits & 2) != 0
  }
}
