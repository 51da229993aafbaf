import { StateReader, StateWriter } from '../sdk/index.ts'

/** Whether a day was over the limit, for the last so many days that could be judged. */
export class Persistence {
  /** Bit 0: the latest. */
  private verdicts: u32 = 0
  /** Microseconds: where the days that are over begin, while there is an alarm; 0: there is none. */
  since: i64 = 0

  constructor(
    private readonly days: i32,
    private readonly daysOver: i32,
  ) {}

  judge(isOver: bool): void {
    const mask: u32 = this.days >= 32 ? 0xffffffff : (1 << (<u32>this.days)) - 1
    this.verdicts = ((this.verdicts << 1) | (isOver ? 1 : 0)) & mask
  }

  get over(): i32 {
    return <i32>popcnt<u32>(this.verdicts)
  }

  get isOver(): bool {
    return this.over >= this.daysOver
  }

  save(state: StateWriter): void {
    state.u32(this.verdicts)
    state.i64(this.since)
  }

  load(state: StateReader): void {
    this.verdicts = state.u32()
    this.since = state.i64()
  }
}
