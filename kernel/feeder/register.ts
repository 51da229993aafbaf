import { StateReader, StateWriter } from '../sdk/index.ts'
import { Book } from './book.ts'
import { SPAN_MICROS } from './limits.ts'

/** A register of energy, read at any time, whose value at the ends of intervals is interpolated between two readings. */
export class Register {
  private time: i64 = 0
  private value: f64 = 0
  private isFlagged: bool = false
  /** The latest end of an interval that was passed with a value, and the value; 0 where there is none. */
  private mark: i64 = 0
  private markValue: f64 = 0
  private markFlagged: bool = false

  constructor(
    private readonly book: Book,
    private readonly member: i32,
    /** 1: import, -1: export. */
    private readonly sign: f64,
    /** It counts both directions, so that a fall says nothing. */
    private readonly isNet: bool,
  ) {}

  /** False for one that is not newer than what was read before. */
  take(time: i64, value: f64, isFlagged: bool): bool {
    if (time <= this.time) return false
    // A register that has fallen was exchanged, reset or has rolled over: what it counted meanwhile nobody knows.
    const hasFallen = value < this.value && !this.isNet
    const isContinued = this.time > 0 && !hasFallen && time - this.time <= SPAN_MICROS
    if (isContinued) this.pass(time, value, isFlagged)
    else this.mark = 0
    if (!isContinued && time % this.book.intervalMicros == 0) this.setMark(time, value, isFlagged)
    this.time = time
    this.value = value
    this.isFlagged = isFlagged
    return true
  }

  private pass(time: i64, value: f64, isFlagged: bool): void {
    const width = this.book.intervalMicros
    const span = <f64>(time - this.time)
    // Beyond one interval the line between two readings is an estimate.
    const isDoubtful = isFlagged || this.isFlagged || time - this.time > width
    for (let end = this.time - (this.time % width) + width; end <= time; end += width) {
      const share = <f64>(end - this.time) / span
      const at = end == time ? value : this.value + (value - this.value) * share
      if (this.mark == end - width) {
        const energyWh = this.sign * (at - this.markValue)
        const isMarked = isDoubtful || this.markFlagged
        this.book.credit(this.member, this.mark / width, energyWh, isMarked)
      }
      this.setMark(end, at, end == time ? isFlagged : isDoubtful)
    }
  }

  private setMark(end: i64, value: f64, isFlagged: bool): void {
    this.mark = end
    this.markValue = value
    this.markFlagged = isFlagged
  }

  save(state: StateWriter): void {
    state.i64(this.time)
    state.f64(this.value)
    state.i64(this.mark)
    state.f64(this.markValue)
    state.u8((this.isFlagged ? 1 : 0) | (this.markFlagged ? 2 : 0))
  }

  load(state: StateReader): void {
    this.time = state.i64()
    this.value = state.f64()
    this.mark = state.i64()
    this.markValue = state.f64()
    const flags = state.u8()
    this.isFlagged = (flags & 1) != 0
    this.markFlagged = (flags & 2) != 0
  }
}

/** Power summed up to a register, for a device that has none: a value stands for the time since the one before it. */
export class Integrator {
  private time: i64 = 0
  private energyWh: f64 = 0

  constructor(private readonly register: Register) {}

  take(time: i64, powerW: f64, isFlagged: bool): bool {
    if (time <= this.time) return false
    const hours = <f64>(time - this.time) / 3600000000
    this.energyWh += this.time > 0 ? powerW * hours : 0
    this.time = time
    return this.register.take(time, this.energyWh, isFlagged)
  }

  save(state: StateWriter): void {
    state.i64(this.time)
    state.f64(this.energyWh)
    this.register.save(state)
  }

  load(state: StateReader): void {
    this.time = state.i64()
    this.energyWh = state.f64()
    this.register.load(state)
  }
}
