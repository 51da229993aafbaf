import { StateReader, StateWriter } from '../sdk/index.ts'
import { FOREVER, NEVER, PARAMETERS, TEN_MINUTES_US, WEEK_GRACE_US } from './limits.ts'
import { Parameter, isJoined, nominalOf } from './parameter.ts'
import { Nameplate, Plan } from './plan.ts'
import { Report } from './report.ts'
import { roleOf } from './role.ts'
import { makeWeek } from './topics.ts'

/**
 * Ten minutes of all parameters of a device, aligned to UTC. When the next begin, those before stay open for late readings until the clock
 * or the device is past them, or until yet another begins.
 */
export class Windows {
  /** By key, so that everything is done in the same order whenever a parameter was first seen. */
  private readonly parameters: Array<Parameter> = []
  private start: i64 = NEVER
  private startBefore: i64 = NEVER
  /** Before it everything has been told, for the device was quiet; what still comes is late. */
  private closedUntil: i64 = 0
  private isFlagged: bool = false
  private wasFlagged: bool = false
  /** When the first of the weeks with something to tell is over. */
  private weekDue: i64 = FOREVER

  constructor(
    private readonly plate: Nameplate,
    private readonly plan: Plan,
    private readonly report: Report,
  ) {}

  /** Whether there is one of this key, or may be. */
  hasRoomFor(key: u32): bool {
    if (this.plan.parameters < PARAMETERS || !isJoined(roleOf(key))) return true
    const at = this.placeOf(key)
    return at < this.parameters.length && this.parameters[at].key == key
  }

  /** The one of this key; made where there is none. */
  parameter(key: u32): Parameter {
    const all = this.parameters
    const at = this.placeOf(key)
    if (at < all.length && all[at].key == key) return all[at]
    const made = new Parameter(key, nominalOf(key, this.plate))
    if (isJoined(roleOf(key))) this.plan.parameters++
    all.push(made)
    for (let behind = all.length - 1; behind > at; behind--) all[behind] = all[behind - 1]
    all[at] = made
    return made
  }

  private placeOf(key: u32): i32 {
    const all = this.parameters
    let at = 0
    while (at < all.length && all[at].key < key) at++
    return at
  }

  /** `time` is in later ten minutes than those that go on. */
  isOver(time: i64): bool {
    return this.start == NEVER || time >= this.start + TEN_MINUTES_US
  }

  /** A reading of `time` has come, for which they are over: its own go on now. */
  reach(time: i64): void {
    if (this.start != NEVER) this.turn()
    this.start = time - (time % TEN_MINUTES_US)
    this.isFlagged = false
  }

  /** False: its ten minutes are over. */
  add(parameter: Parameter, time: i64, value: f64): bool {
    if (time < this.closedUntil) return false
    if (time >= this.start) parameter.add(value, parameter.nominal)
    else if (this.isBefore(time)) parameter.before.add(value, parameter.nominal)
    else return false
    return true
  }

  /** Something disturbed the voltage at `time`: no value of its ten minutes is judged (IEC 61000-4-30, 4.7). */
  flag(time: i64): void {
    if (time >= this.start) this.isFlagged = true
    else if (this.isBefore(time)) this.wasFlagged = true
  }

  /** Tells what is over at `time`. `isQuiet`: not only those before, for nothing more comes. */
  tick(time: i64, isQuiet: bool): void {
    const lateUs = this.plan.settings.lateUs
    if (this.startBefore != NEVER && time >= this.startBefore + TEN_MINUTES_US + lateUs)
      this.close()
    const end = this.start + TEN_MINUTES_US
    if (isQuiet && end > this.closedUntil && time >= end + lateUs) {
      this.turn()
      this.close()
      this.closedUntil = end
    }
    if (time >= this.weekDue) this.tellWeeks(time)
  }

  private isBefore(time: i64): bool {
    const start = this.startBefore
    return start != NEVER && time >= start && time < start + TEN_MINUTES_US
  }

  private turn(): void {
    if (this.startBefore != NEVER) this.close()
    for (let index = 0; index < this.parameters.length; index++) this.parameters[index].shift()
    this.startBefore = this.start
    this.wasFlagged = this.isFlagged
  }

  private close(): void {
    const report = this.report
    report.begin(this.plate, this.startBefore, this.wasFlagged)
    const all = this.parameters
    for (let index = 0; index < all.length; index++) report.take(all[index])
    report.end()
    for (let index = 0; index < all.length; index++) {
      all[index].before.clear()
      const week = all[index].week
      if (week == null || !week.isNews) continue
      const due = week.end + WEEK_GRACE_US
      if (due < this.weekDue) this.weekDue = due
    }
    this.startBefore = NEVER
  }

  private tellWeeks(time: i64): void {
    this.weekDue = FOREVER
    for (let index = 0; index < this.parameters.length; index++) {
      const week = this.parameters[index].week
      if (week == null || !week.isNews) continue
      const due = week.end + WEEK_GRACE_US
      if (due <= time) {
        week.tell()
        this.plan.told++
      } else if (due < this.weekDue) this.weekDue = due
    }
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    state.i64(this.startBefore)
    state.i64(this.closedUntil)
    state.u8(this.isFlagged ? 1 : 0)
    state.u8(this.wasFlagged ? 1 : 0)
    state.i64(this.weekDue)
    let length: u32 = 0
    for (let index = 0; index < this.parameters.length; index++)
      if (!this.parameters[index].isEmpty) length++
    state.u32(length)
    for (let index = 0; index < this.parameters.length; index++)
      if (!this.parameters[index].isEmpty) this.parameters[index].save(state)
  }

  load(state: StateReader): void {
    this.start = state.i64()
    this.startBefore = state.i64()
    this.closedUntil = state.i64()
    this.isFlagged = state.u8() != 0
    this.wasFlagged = state.u8() != 0
    this.weekDue = state.i64()
    for (let left = state.u32(); left > 0; left--) {
      const key = state.u32()
      const parameter = this.parameter(key)
      if (!parameter.load(state)) continue
      const week = makeWeek(key, this.plate, this.plan)
      week.load(state, this.plan.percentiles)
      parameter.week = week
    }
  }
}
