import { StateReader, StateWriter } from '../sdk/index.ts'

/** What the intervals of one day add up to; only complete ones count. */
export class Day {
  /** Days since 1970. */
  number: i64 = 0
  /** The tick before its latest interval, microseconds. */
  touched: i64 = 0
  suppliedWh: f64 = 0
  soldWh: f64 = 0
  technicalWh: f64 = 0
  /** Of one interval, the highest. */
  technicalMaxWh: f64 = 0
  complete: u32 = 0
  flagged: u32 = 0

  open(number: i64): void {
    this.number = number
    this.suppliedWh = 0
    this.soldWh = 0
    this.technicalWh = 0
    this.technicalMaxWh = 0
    this.complete = 0
    this.flagged = 0
  }

  add(suppliedWh: f64, soldWh: f64, technicalWh: f64, flagged: u32): void {
    this.suppliedWh += suppliedWh
    this.soldWh += soldWh
    this.technicalWh += technicalWh
    if (technicalWh > this.technicalMaxWh) this.technicalMaxWh = technicalWh
    this.complete++
    this.flagged += flagged
  }

  get lossWh(): f64 {
    return this.suppliedWh - this.soldWh
  }

  get nonTechnicalWh(): f64 {
    return this.lossWh - this.technicalWh
  }

  /** Of what was supplied; 0 where nothing was. */
  percent(energyWh: f64): f64 {
    return this.suppliedWh > 0 ? (100 * energyWh) / this.suppliedWh : 0
  }

  save(state: StateWriter): void {
    state.i64(this.number)
    state.i64(this.touched)
    state.f64(this.suppliedWh)
    state.f64(this.soldWh)
    state.f64(this.technicalWh)
    state.f64(this.technicalMaxWh)
    state.u32(this.complete)
    state.u32(this.flagged)
  }

  load(state: StateReader): void {
    this.number = state.i64()
    this.touched = state.i64()
    this.suppliedWh = state.f64()
    this.soldWh = state.f64()
    this.technicalWh = state.f64()
    this.technicalMaxWh = state.f64()
    this.complete = state.u32()
    this.flagged = state.u32()
  }
}
