import { StateReader, StateWriter, isInvalid } from '../sdk/index.ts'
import { Flicker } from './flicker.ts'
import { FrequencyMeans } from './frequency-means.ts'
import {
  FUTURE_US,
  NEVER,
  QUIET_TICKS,
  TEN_MINUTES_US,
  TEN_SECONDS_US,
  TWO_HOURS_US,
} from './limits.ts'
import { Moment } from './moment.ts'
import { Occurrences } from './occurrences.ts'
import { Owner, Parameter } from './parameter.ts'
import { Nameplate, Plan } from './plan.ts'
import { Report } from './report.ts'
import { Role } from './role.ts'
import { Windows } from './windows.ts'

/** How far from nominal a frequency is none: what an analyser prints that has nothing to measure. */
const FREQUENCY_SHARE: f64 = 0.1

/** One measuring point: hands each reading to what is made of it. */
export class Device extends Owner {
  private readonly occurrences: Occurrences
  private readonly windows: Windows
  private readonly moment: Moment
  private flicker: Flicker | null = null
  private frequency: FrequencyMeans | null = null
  private newest: i64 = NEVER
  private quietTicks: i32 = 0

  constructor(
    private readonly plate: Nameplate,
    private readonly plan: Plan,
    report: Report,
  ) {
    super()
    const occurrences = new Occurrences(plate, plan)
    const windows = new Windows(plate, plan, report)
    this.occurrences = occurrences
    this.windows = windows
    this.moment = new Moment(plate, plan, windows, occurrences)
  }

  /** What readings of this key go into; null where there is no room for it. */
  parameter(key: u32): Parameter | null {
    if (!this.windows.hasRoomFor(key)) return null
    const found = this.windows.parameter(key)
    found.owner = this
    return found
  }

  override take(parameter: Parameter, time: i64, value: f64, quality: u16): void {
    const now = this.plan.now
    this.quietTicks = 0
    if (time < 0 || (now != NEVER && time > now + FUTURE_US)) {
      this.occurrences.addFuture(this.newest != NEVER ? this.newest : now)
      return
    }
    if (time > this.newest) this.newest = time
    if (this.windows.isOver(time)) {
      this.moment.close()
      this.windows.reach(time)
    }
    const usable = isInvalid(quality) || value < 0 ? NaN : value
    const role = parameter.role
    if (role == Role.Voltage) {
      const isNew = this.moment.take(parameter, time, usable, quality)
      // A voltage that is late for its moment may still be in time for its ten minutes; one that comes twice is neither.
      if (isNew || time < this.moment.time) this.keep(parameter, time, usable)
      else this.occurrences.addLate(this.newest)
    } else if (role == Role.Angle) {
      const degrees = isInvalid(quality) ? NaN : value
      this.moment.take(parameter, time, degrees, quality)
    } else if (role == Role.Pst || role == Role.Plt) this.takeFlicker(role, time, usable)
    else if (role == Role.Frequency) this.takeFrequency(time, usable)
    else this.keep(parameter, time, usable)
  }

  /** What is over by the clock, or by the device's own time where that goes another way. */
  tick(now: i64, mayTell: bool): void {
    this.moment.tick(mayTell)
    const isQuiet = this.quietTicks >= QUIET_TICKS
    if (!isQuiet) this.quietTicks++
    if (!mayTell || this.newest == NEVER) return
    const time = isQuiet && now > this.newest ? now : this.newest
    this.windows.tick(time, isQuiet)
    this.occurrences.tick(time)
    const flicker = this.flicker
    if (flicker != null) flicker.tick(time)
    const frequency = this.frequency
    if (frequency == null) return
    if (isQuiet && frequency.isOver(time)) this.closeFrequency(frequency)
    frequency.tick(time)
  }

  private keep(parameter: Parameter, time: i64, value: f64): void {
    if (value == value && !this.windows.add(parameter, time, value))
      this.occurrences.addLate(this.newest)
  }

  private takeFlicker(role: Role, time: i64, value: f64): void {
    if (value != value) return
    let flicker = this.flicker
    if (flicker == null) {
      flicker = new Flicker(this.plate, this.plan)
      this.flicker = flicker
    }
    const us = role == Role.Pst ? TEN_MINUTES_US : TWO_HOURS_US
    const start = flicker.intervalOf(time, us)
    if (start < 0) return
    const isFlagged = this.moment.wasDisturbed(start, start + us)
    if (role == Role.Plt) flicker.takePlt(start, value, isFlagged)
    else if (!flicker.takePst(start, value, isFlagged)) this.occurrences.addLate(this.newest)
  }

  private takeFrequency(time: i64, value: f64): void {
    const nominal = this.plan.settings.nominalHz
    // Also what has no value is not less.
    if (!(Math.abs(value - nominal) < nominal * FREQUENCY_SHARE)) return
    let frequency = this.frequency
    if (frequency == null) {
      frequency = new FrequencyMeans(this.plate, this.plan)
      this.frequency = frequency
    }
    if (frequency.isOver(time)) this.closeFrequency(frequency)
    if (!frequency.add(time, value)) this.occurrences.addLate(this.newest)
  }

  private closeFrequency(frequency: FrequencyMeans): void {
    const start = frequency.startsAt
    frequency.close(this.moment.wasDisturbed(start, start + TEN_SECONDS_US))
  }

  save(state: StateWriter): void {
    this.occurrences.save(state)
    this.windows.save(state)
    this.moment.save(state)
    state.i64(this.newest)
    state.u8(<u8>this.quietTicks)
    const flicker = this.flicker
    state.u8(flicker == null ? 0 : 1)
    if (flicker != null) flicker.save(state)
    const frequency = this.frequency
    state.u8(frequency == null ? 0 : 1)
    if (frequency != null) frequency.save(state)
  }

  load(state: StateReader): void {
    this.occurrences.load(state)
    this.windows.load(state)
    this.moment.load(state)
    this.newest = state.i64()
    this.quietTicks = state.u8()
    if (state.u8() != 0) {
      const flicker = new Flicker(this.plate, this.plan)
      flicker.load(state)
      this.flicker = flicker
    }
    if (state.u8() == 0) return
    const frequency = new FrequencyMeans(this.plate, this.plan)
    frequency.load(state)
    this.frequency = frequency
  }
}
