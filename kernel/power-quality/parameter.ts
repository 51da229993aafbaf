import { StateReader, StateWriter } from '../sdk/index.ts'
import { Nameplate } from './plan.ts'
import { PHASES, Role, channelOf, roleOf } from './role.ts'
import { Week } from './week.ts'

/** Readings of ten minutes. */
export class Window {
  samples: u32 = 0
  /** Readings below nominal, and the sum of their squares. */
  private below: u32 = 0
  private sumBelow: f64 = 0
  min: f64 = 0
  max: f64 = 0
  /** Of squares. */
  private sum: f64 = 0

  clear(): void {
    this.samples = 0
    this.sum = 0
    this.sumBelow = 0
    this.below = 0
  }

  copy(other: Window): void {
    this.samples = other.samples
    this.min = other.min
    this.max = other.max
    this.sum = other.sum
    this.sumBelow = other.sumBelow
    this.below = other.below
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

  saveWindow(state: StateWriter): void {
    state.u32(this.samples)
    if (this.samples == 0) return
    state.f64(this.min)
    state.f64(this.max)
    state.f64(this.sum)
    state.f64(this.sumBelow)
    state.u32(this.below)
  }

  loadWindow(state: StateReader): void {
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

/** Of what is not joined to ten minutes: nothing is ever added to it. */
const NO_WINDOW = new Window()

/** Whose parameter it is. */
export abstract class Owner {
  abstract take(parameter: Parameter, time: i64, value: f64, quality: u16): void
}

/**
 * One quantity of one device: the ten minutes that go on (it is itself their window, which saves a step on the way of every reading), those
 * before while they still wait for late readings, and its week.
 */
export class Parameter extends Window {
  readonly before: Window
  week: Week | null = null
  /** Set where a point is read into it; null where it is computed only. */
  owner: Owner | null = null
  readonly key: u32
  /** Of a voltage or an angle, the newest that is of use; NaN: none yet. */
  last: f64 = NaN

  constructor(
    key: u32,
    /** V; 0 for what has none. */
    public readonly nominal: f64,
  ) {
    super()
    this.key = key
    this.before = isJoined(roleOf(key)) ? new Window() : NO_WINDOW
  }

  get role(): Role {
    return roleOf(this.key)
  }

  /** It has never had a reading: whether it is there already says nothing. */
  get isEmpty(): bool {
    return (
      this.samples == 0 && this.before.samples == 0 && this.week == null && this.last != this.last
    )
  }

  shift(): void {
    this.before.copy(this)
    this.clear()
  }

  save(state: StateWriter): void {
    state.u32(this.key)
    if (this.role <= Role.Angle) state.f64(this.last)
    this.saveWindow(state)
    this.before.saveWindow(state)
    const week = this.week
    state.u8(week == null ? 0 : 1)
    if (week != null) week.save(state)
  }

  /** All but the key, which has said which parameter it is, and the week. Whether that follows. */
  load(state: StateReader): bool {
    if (this.role <= Role.Angle) this.last = state.f64()
    this.loadWindow(state)
    this.before.loadWindow(state)
    return state.u8() != 0
  }
}

/** Its readings are joined to ten minutes. */
export function isJoined(role: Role): bool {
  return role != Role.Angle && role <= Role.Unbalance
}

/** Nominal voltage of a channel; for what is no voltage 0. */
export function nominalOf(key: u32, plate: Nameplate): f64 {
  if (roleOf(key) != Role.Voltage) return 0
  return channelOf(key) < PHASES ? plate.phaseV : plate.lineV
}
