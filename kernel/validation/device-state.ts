import {
  STATE_END,
  STATE_START,
  StateReader,
  StateWriter,
  emitEvent,
  isInvalid,
  withField,
  withSeverity,
  withState,
} from '../sdk/index.ts'
import { judgeMoment } from './checks.ts'
import { DURATION, GAP_EVENT } from './marks.ts'
import { Moment } from './moment.ts'
import { GAP } from './rules.ts'
import { settings } from './settings.ts'
import { ACTIVE } from './slots.ts'

/** A device is silent when it has missed three messages and a minute. */
const SILENT_INTERVALS: i64 = 3
const SILENT_US: i64 = 60_000_000
const WARNING: i32 = 1

const HOUR_US: f64 = 3_600_000_000
/** Between two readings of power further apart than this nobody knows what flowed. */
const POWER_GAP_US: i64 = 1_000_000_000

/** A device: when it was heard of, and what its quantities say of each other. */
export class DeviceState extends Moment {
  /** Something came since the last look, and the look before that. */
  private isHeard: bool = false
  private heard: i64 = 0
  private newest: i64 = i64.MIN_VALUE
  private isSilent: bool = false
  private silentSince: i64 = 0
  private powerTime: i64 = i64.MIN_VALUE
  private powerW: f64 = 0

  override hear(time: i64, now: i64): void {
    this.isHeard = true
    if (time > this.newest) this.newest = time
    if (!this.isSilent) return
    this.isSilent = false
    emitEvent(GAP_EVENT, this.subject, this.silentSince, now)
    withSeverity(WARNING)
    withState(STATE_END)
    withField(DURATION, <f64>(now - this.silentSince) / 1_000_000)
  }

  idle(now: i64): void {
    if (this.present != 0) judgeMoment(this)
    if (this.isHeard) this.heard = now
    this.isHeard = false
    const silence = SILENT_INTERVALS * this.intervalUs + SILENT_US
    if (this.isSilent || this.intervalUs == 0 || now - this.heard <= silence) return
    if (!settings.isOn(GAP) || this.newest == i64.MIN_VALUE) return
    this.isSilent = true
    this.silentSince = this.newest
    emitEvent(GAP_EVENT, this.subject, this.newest, 0)
    withSeverity(WARNING)
    withState(STATE_START)
  }

  override advance(time: i64): void {
    if (time <= this.momentTime) return
    if (this.present != 0) judgeMoment(this)
    this.momentTime = time
    this.present = 0
    this.checked = 0
    this.looked = 0
  }

  override notice(slot: i32, time: i64, value: f64, quality: u16): void {
    if (time != this.momentTime) return
    this.present |= 1 << slot
    if (slot == ACTIVE && !isInvalid(quality)) this.integrate(time, value)
  }

  /** The trapezoid since the reading before; what crosses zero is parted by its mean. */
  private integrate(time: i64, powerW: f64): void {
    const width = time - this.powerTime
    if (this.powerTime != i64.MIN_VALUE && width <= POWER_GAP_US) {
      const energyWh = (((powerW + this.powerW) / 2) * <f64>width) / HOUR_US
      if (energyWh > 0) this.importWh += energyWh
      else this.exportWh -= energyWh
      this.coveredUs += width
    }
    this.powerTime = time
    this.powerW = powerW
  }

  save(state: StateWriter): void {
    state.i64(this.momentTime)
    state.u32(this.present)
    state.u32(this.checked)
    state.u32(this.looked)
    state.u8(this.isHeard ? 1 : 0)
    state.i64(this.heard)
    state.i64(this.newest)
    state.u8(this.isSilent ? 1 : 0)
    state.i64(this.silentSince)
    state.f64(this.importWh)
    state.f64(this.exportWh)
    state.i64(this.coveredUs)
    state.i64(this.powerTime)
    state.f64(this.powerW)
    this.episodes.save(state)
  }

  load(state: StateReader): void {
    this.momentTime = state.i64()
    this.present = state.u32()
    this.checked = state.u32()
    this.looked = state.u32()
    this.isHeard = state.u8() != 0
    this.heard = state.i64()
    this.newest = state.i64()
    this.isSilent = state.u8() != 0
    this.silentSince = state.i64()
    this.importWh = state.f64()
    this.exportWh = state.f64()
    this.coveredUs = state.i64()
    this.powerTime = state.i64()
    this.powerW = state.f64()
    this.episodes.load(state)
  }
}
