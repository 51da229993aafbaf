import { StateReader, StateWriter } from '../sdk/index.ts'

/** The mean of what was measured of one phase in an interval, and of its square. */
export class PhaseMean {
  private sum: f64 = 0
  private count: u32 = 0

  add(value: f64): void {
    this.sum += value
    this.count++
  }

  clear(): void {
    this.sum = 0
    this.count = 0
  }

  get isPresent(): bool {
    return this.count > 0
  }

  get isShared(): bool {
    return this.count > 1
  }

  get mean(): f64 {
    return this.sum / <f64>this.count
  }

  save(state: StateWriter): void {
    state.f64(this.sum)
    state.u32(this.count)
  }

  load(state: StateReader): void {
    this.sum = state.f64()
    this.count = state.u32()
  }
}

/** One interval of a feeder, open until its head and all of its members have told what they counted. */
export class Slot {
  /** Counted from 1970. */
  interval: i64 = 0
  /** The tick before its first reading, microseconds. */
  opened: i64 = 0
  headWh: f64 = 0
  /** Registers that were heard of the head, and members of which all were. */
  headParts: u32 = 0
  complete: i32 = 0
  flagged: u32 = 0
  readonly energiesWh: StaticArray<f64>
  readonly parts: StaticArray<u8>
  /** NaN where a member has told none. */
  readonly voltagesV: StaticArray<f64>
  /** Of the head, by phase: squares of currents, A², and voltages. */
  readonly squares: StaticArray<PhaseMean> = new StaticArray<PhaseMean>(3)
  readonly headVoltages: StaticArray<PhaseMean> = new StaticArray<PhaseMean>(3)

  constructor(public readonly members: i32) {
    this.energiesWh = new StaticArray<f64>(members)
    this.parts = new StaticArray<u8>(members)
    this.voltagesV = new StaticArray<f64>(members)
    for (let phase = 0; phase < 3; phase++) {
      this.squares[phase] = new PhaseMean()
      this.headVoltages[phase] = new PhaseMean()
    }
  }

  open(interval: i64, now: i64): void {
    this.interval = interval
    this.opened = now
    this.headWh = 0
    this.headParts = 0
    this.complete = 0
    this.flagged = 0
    for (let member = 0; member < this.members; member++) {
      unchecked((this.energiesWh[member] = 0))
      unchecked((this.parts[member] = 0))
      unchecked((this.voltagesV[member] = NaN))
    }
    for (let phase = 0; phase < 3; phase++) {
      this.squares[phase].clear()
      this.headVoltages[phase].clear()
    }
  }

  get soldWh(): f64 {
    let sum: f64 = 0
    for (let member = 0; member < this.members; member++) {
      sum += unchecked(this.energiesWh[member])
    }
    return sum
  }

  /** All three voltages of the head are known. */
  get hasHeadVoltages(): bool {
    const voltages = this.headVoltages
    return voltages[0].isPresent && voltages[1].isPresent && voltages[2].isPresent
  }

  save(state: StateWriter): void {
    state.i64(this.interval)
    state.i64(this.opened)
    state.f64(this.headWh)
    state.u32(this.headParts)
    state.u32(<u32>this.complete)
    state.u32(this.flagged)
    for (let member = 0; member < this.members; member++) {
      state.f64(unchecked(this.energiesWh[member]))
      state.u8(unchecked(this.parts[member]))
      state.f64(unchecked(this.voltagesV[member]))
    }
    for (let phase = 0; phase < 3; phase++) {
      this.squares[phase].save(state)
      this.headVoltages[phase].save(state)
    }
  }

  load(state: StateReader): void {
    this.interval = state.i64()
    this.opened = state.i64()
    this.headWh = state.f64()
    this.headParts = state.u32()
    this.complete = <i32>state.u32()
    this.flagged = state.u32()
    for (let member = 0; member < this.members; member++) {
      unchecked((this.energiesWh[member] = state.f64()))
      unchecked((this.parts[member] = state.u8()))
      unchecked((this.voltagesV[member] = state.f64()))
    }
    for (let phase = 0; phase < 3; phase++) {
      this.squares[phase].load(state)
      this.headVoltages[phase].load(state)
    }
  }
}
