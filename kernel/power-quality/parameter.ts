import { StateReader, StateWriter } from '../sdk/index.ts'
import { Nameplate, Plan } from './plan.ts'
import { PHASES, Role, channelOf, roleOf } from './role.ts'
import { Week } from './week.ts'

/** Readings of ten minutes. */
export class Window {
  samples: u32 = 0
  min: f64 = 0
  max: f64 = 0
  /** Of squares. */
  private sum: f64 = 0
  /** Of squares of the readings below nominal, and how many these are. */
  private sumBelow: f64 = 0
  private below: u32 = 0

  clear(): void {
    this.samples = 0
    this.sum = 0
    this.sumBelow = 0
    this.below = 0
  }

  add(value: f64, nominal: f64): void {
    const square = value * value
    if (this.samples == 0 || value < this.min) this.min = value
    if (this.samples == 0 || value > this.max) this.max = value
    this.samples++
    this.sum += square
    if (value < nominal) {
      this.sumBelow += square
      this.below++
    }
  }

  /** IEC 61000-4-30, 4.5: the root of the mean of squares. */
  get rms(): f64 {
    return Math.sqrt(this.meanSquare)
  }

  get meanSquare(): f64 {
    return this.sum / <f64>this.samples
  }

  /** IEC 61000-4-30, 5.12: 100 (Udin - RMS of min(U, Udin)) / Udin. */
  under(nominal: f64): f64 {
    const rest = <f64>(this.samples - this.below) * nominal * nominal
    const rms = Math.sqrt((this.sumBelow + rest) / <f64>this.samples)
    return (100 * (nominal - rms)) / nominal
  }

  /** Likewise 100 (RMS of max(U, Udin) - Udin) / Udin. */
  over(nominal: f64): f64 {
    const rest = <f64>this.below * nominal * nominal
    const rms = Math.sqrt((this.sum - this.sumBelow + rest) / <f64>this.samples)
    return (100 * (rms - nominal)) / nominal
  }

  save(state: StateWriter): void {
    state.u32(this.samples)
    if (this.samples == 0) return
    state.f64(this.min)
    state.f64(this.max)
    state.f64(this.sum)
    state.f64(this.sumBelow)
    state.u32(this.below)
  }

  load(state: StateReader): void {
    this.clear()
    this.samples = state.u32()
    if (this.samples == 0) return
    this.min = state.f64()
    this.max = state.f64()
    this.sum = state.f64()
    this.sumBelow = state.f64()
    this.below = state.u32()
  }
}

/** Whose parameter it is. */
export abstract class Owner {
  abstract take(parameter: Parameter, time: i64, value: f64, quality: u16): void
}

/** One quantity of one device: the ten minutes that go on, those before while they still wait for late readings, and its week. */
export class Parameter {
  now: Window = new Window()
  before: Window = new Window()
  week: Week | null = null
  /** Set where a point is read into it; null where it is computed only. */
  owner: Owner | null = null
  /** Of a voltage or an angle, the newest that is of use; NaN: none yet. */
  last: f64 = NaN

  constructor(
    public readonly key: u32,
    /** V; 0 for what has none. */
    public readonly nominal: f64,
  ) {}

  get role(): Role {
    return roleOf(this.key)
  }

  /** It has never had a reading: whether it is there already says nothing. */
  get isEmpty(): bool {
    return (
      this.now.samples == 0 &&
      this.before.samples == 0 &&
      this.week == null &&
      this.last != this.last
    )
  }

  shift(): void {
    const window = this.before
    this.before = this.now
    window.clear()
    this.now = window
  }

  save(state: StateWriter): void {
    state.u32(this.key)
    state.f64(this.last)
    this.now.save(state)
    this.before.save(state)
    const week = this.week
    state.u8(week == null ? 0 : 1)
    if (week != null) week.save(state)
  }

  /** All but the key, which has said which parameter it is. `own`: a week of its kind. */
  load(state: StateReader, own: Week, plan: Plan): void {
    this.last = state.f64()
    this.now.load(state)
    this.before.load(state)
    if (state.u8() == 0) return
    own.load(state, plan.percentiles)
    this.week = own
  }
}

/** Nominal voltage of a channel; for what is no voltage 0. */
export function nominalOf(key: u32, plate: Nameplate): f64 {
  if (roleOf(key) != Role.Voltage) return 0
  return channelOf(key) < PHASES ? plate.phaseV : plate.lineV
}
