import { StateReader, StateWriter, emitDerived, withQuality } from '../sdk/index.ts'
import { Disturbance } from './disturbance.ts'
import { DISTURBANCE_US, NEVER, PATIENCE_TICKS, UNBALANCE_EVERY_US } from './limits.ts'
import {
  DIP,
  INTERRUPTION,
  SWELL,
  UNBALANCE_NEGATIVE,
  UNBALANCE_NEMA,
  UNBALANCE_ZERO,
} from './names.ts'
import { Occurrences } from './occurrences.ts'
import { Parameter } from './parameter.ts'
import { Nameplate, Plan } from './plan.ts'
import { CHANNELS, Role, channelOf, keyOf } from './role.ts'
import { Channels } from './settings.ts'
import { Unbalance } from './unbalance.ts'
import { Windows } from './windows.ts'

/** All three, in the order of bits: phase voltages, line voltages, angles. */
const PHASES_MASK: u32 = 0b000000111
const LINES_MASK: u32 = 0b000111000
const ANGLES_MASK: u32 = 0b111000000

/** One for all devices: they are filled anew each time. */
const unbalance = new Unbalance()
const volts = new StaticArray<f64>(CHANNELS / 2)
const degrees = new StaticArray<f64>(CHANNELS / 2)

/**
 * Voltages of one device that were measured at the same time, whatever the order in which they come. A dip or swell begins with the first
 * of them that shows it; what needs all of them (the end, an interruption, unbalance) waits until every channel that the device sends has
 * come, or a later moment, or the second tick.
 */
export class Moment {
  time: i64 = NEVER
  // One bit a channel, by its newest reading: it has had a value; below where a dip would end; above where a swell would end; below the
  // threshold of an interruption; below where one would end.
  private valued: u32 = 0
  private low: u32 = 0
  private high: u32 = 0
  private dead: u32 = 0
  private faint: u32 = 0
  private isClosed: bool = true
  private isComputed: bool = false
  private ticks: i32 = 0
  /** Channels that have ever come; that have come now; that came with a value now. */
  private known: u32 = 0
  private seen: u32 = 0
  private fresh: u32 = 0
  private quality: u16 = 0
  private lastEnd: i64 = NEVER
  private dipHadInterruption: bool = false
  private unbalanceFrom: i64 = NEVER
  private readonly dip: Disturbance
  private readonly swell: Disturbance
  private readonly interruption: Disturbance

  constructor(
    private readonly plate: Nameplate,
    private readonly plan: Plan,
    private readonly windows: Windows,
    private readonly occurrences: Occurrences,
  ) {
    const settings = plan.settings
    const device = plate.device
    this.dip = new Disturbance(DIP, device, settings.dipPercent, 1)
    this.swell = new Disturbance(SWELL, device, settings.swellPercent, 2)
    this.interruption = new Disturbance(INTERRUPTION, device, settings.interruptionPercent, 3)
  }

  /** False: an older moment, or a channel that has already come. `value` is NaN where it is of no use. */
  take(parameter: Parameter, time: i64, value: f64, quality: u16): bool {
    const isVoltage = parameter.role == Role.Voltage
    const channel = channelOf(parameter.key) + (isVoltage ? 0 : CHANNELS)
    const bit: u32 = 1 << channel
    if (time <= this.time) {
      if (time < this.time || (this.seen & bit) != 0) return false
    } else {
      this.close()
      this.time = time
      this.seen = 0
      this.fresh = 0
      this.quality = 0
      this.ticks = 0
      this.isComputed = false
    }
    this.seen |= bit
    this.known |= bit
    this.isClosed = false
    if (value == value) {
      this.fresh |= bit
      this.quality |= quality
      parameter.last = value
      if (isVoltage && parameter.nominal > 0) this.look(parameter, bit, quality)
    }
    if (this.seen == this.known) this.close()
    return true
  }

  /** Judges what needs all channels. Once for each time, unless a channel comes that had never come before. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    if ((this.low | this.high) != 0 || this.isDisturbed) this.judge()
    // Less is less than three line voltages, and no angle.
    if (!this.isComputed && this.fresh >= LINES_MASK) this.compute()
  }

  tick(): void {
    if (!this.isClosed && ++this.ticks >= PATIENCE_TICKS) this.close()
    if (!this.isDisturbed) return
    this.dip.update()
    this.swell.update()
    this.interruption.update()
  }

  get isDisturbed(): bool {
    return this.dip.isOpen || this.swell.isOpen || this.interruption.isOpen
  }

  /** A disturbance was or is going on between the two, as far as is known. */
  wasDisturbed(start: i64, end: i64): bool {
    if (this.lastEnd > start) return true
    if (this.interruption.isOpen && this.interruption.start < end) return true
    return this.isYoung(this.dip, end) || this.isYoung(this.swell, end)
  }

  private isYoung(disturbance: Disturbance, time: i64): bool {
    if (!disturbance.isOpen) return false
    const age = time - disturbance.start
    return age > 0 && age <= DISTURBANCE_US
  }

  private look(parameter: Parameter, bit: u32, quality: u16): void {
    const plan = this.plan
    const percent = (100 * parameter.last) / parameter.nominal
    this.valued |= bit
    const isNormal = percent >= plan.dipEndPercent && percent <= plan.swellEndPercent
    if (isNormal && (this.low | this.high) == 0) return
    const rest = ~bit
    this.low = (this.low & rest) | (percent < plan.dipEndPercent ? bit : 0)
    this.high = (this.high & rest) | (percent > plan.swellEndPercent ? bit : 0)
    this.faint = (this.faint & rest) | (percent < plan.aliveEndPercent ? bit : 0)
    this.dead = (this.dead & rest) | (percent < plan.settings.interruptionPercent ? bit : 0)
    if (isNormal || (this.watched() & bit) == 0) return
    if (percent < (this.dip.isOpen ? plan.dipEndPercent : plan.settings.dipPercent))
      this.record(this.dip, parameter, bit, quality)
    if (percent > (this.swell.isOpen ? plan.swellEndPercent : plan.settings.swellPercent))
      this.record(this.swell, parameter, bit, quality)
  }

  /** A voltage of a disturbance that goes on, or begins with it. */
  private record(disturbance: Disturbance, parameter: Parameter, bit: u32, quality: u16): void {
    const isNew = !disturbance.isOpen
    if (isNew) disturbance.begin(this.time)
    disturbance.take(bit, parameter.last, (100 * parameter.last) / parameter.nominal, quality)
    if (!isNew) return
    disturbance.tellStart()
    if (disturbance == this.dip) this.dipHadInterruption = false
  }

  /** The channels that events are about. */
  private watched(): u32 {
    const channels = this.plan.settings.channels
    const phases = this.valued & PHASES_MASK
    if (channels == Channels.Phase) return phases
    return phases != 0 && channels == Channels.Automatic ? phases : this.valued & LINES_MASK
  }

  private judge(): void {
    const watched = this.watched()
    const time = this.time
    const interruption = this.interruption
    if (interruption.isOpen && (this.faint & watched) != watched) {
      this.occurrences.addInterruption(interruption.start, time)
      this.end(interruption)
    }
    if (interruption.isOpen) this.interrupt(watched & this.fresh)
    else if (watched != 0 && (this.dead & watched) == watched) {
      this.dipHadInterruption = true
      this.interrupt(watched)
    }
    if (this.dip.isOpen && (this.low & watched) == 0) {
      // What became an interruption is counted as one.
      if (!this.dipHadInterruption) this.occurrences.addDip(this.dip.start, time)
      this.end(this.dip)
    }
    if (this.swell.isOpen && (this.high & watched) == 0) {
      this.occurrences.addSwell(this.swell.start, time)
      this.end(this.swell)
    }
    if (interruption.isOpen) this.windows.flag(time)
  }

  /** An interruption begins with these channels, or goes on with them. */
  private interrupt(channels: u32): void {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const bit: u32 = 1 << channel
      if ((channels & bit) != 0)
        this.record(this.interruption, this.parameter(Role.Voltage, channel), bit, this.quality)
    }
  }

  private end(disturbance: Disturbance): void {
    const start = disturbance.start
    const time = this.time
    disturbance.end(time, this.plan.settings.nominalHz)
    if (time - start > DISTURBANCE_US && disturbance != this.interruption) return
    this.lastEnd = time
    this.windows.flag(start)
    // It went on until just before.
    this.windows.flag(time - 1)
  }

  private compute(): void {
    const fresh = this.fresh
    const hasPhasors = (fresh & (PHASES_MASK | ANGLES_MASK)) == (PHASES_MASK | ANGLES_MASK)
    if (!hasPhasors && (fresh & LINES_MASK) != LINES_MASK) return
    for (let phase = 0; phase < CHANNELS / 2; phase++) {
      volts[phase] = this.parameter(Role.Voltage, hasPhasors ? phase : phase + CHANNELS / 2).last
      if (hasPhasors) degrees[phase] = this.parameter(Role.Angle, phase).last
    }
    if (hasPhasors) unbalance.takePhasors(volts, degrees)
    else unbalance.takeLines(volts[0], volts[1], volts[2])
    this.isComputed = true
    // Of a dead network there is none.
    if (!isFinite(unbalance.negative) || !isFinite(unbalance.nema)) return
    this.keep(Role.Negative, unbalance.negative)
    this.keep(Role.Nema, unbalance.nema)
    if (hasPhasors) this.keep(Role.Zero, unbalance.zero)
    if (this.time < this.unbalanceFrom) return
    this.unbalanceFrom = this.time + UNBALANCE_EVERY_US
    this.derive(UNBALANCE_NEGATIVE, unbalance.negative)
    if (hasPhasors) this.derive(UNBALANCE_ZERO, unbalance.zero)
    this.derive(UNBALANCE_NEMA, unbalance.nema)
  }

  private keep(role: Role, value: f64): void {
    this.windows.add(this.parameter(role, 0), this.time, value)
  }

  private parameter(role: Role, channel: i32): Parameter {
    return this.windows.parameter(keyOf(role, channel, 0))
  }

  private derive(name: u32, value: f64): void {
    emitDerived(name, this.plate.device, this.time, value)
    withQuality(this.quality)
  }

  save(state: StateWriter): void {
    state.u8(<u8>this.valued)
    state.u8(<u8>this.low)
    state.u8(<u8>this.high)
    state.u8(<u8>this.dead)
    state.u8(<u8>this.faint)
    this.dip.save(state)
    this.swell.save(state)
    this.interruption.save(state)
    state.i64(this.time)
    state.u8(this.isClosed ? 1 : 0)
    state.u8(this.isComputed ? 1 : 0)
    state.u8(<u8>this.ticks)
    state.u32(this.known)
    state.u32(this.seen)
    state.u32(this.fresh)
    state.u32(this.quality)
    state.i64(this.lastEnd)
    state.u8(this.dipHadInterruption ? 1 : 0)
    state.i64(this.unbalanceFrom)
  }

  load(state: StateReader): void {
    this.valued = state.u8()
    this.low = state.u8()
    this.high = state.u8()
    this.dead = state.u8()
    this.faint = state.u8()
    this.dip.load(state)
    this.swell.load(state)
    this.interruption.load(state)
    this.time = state.i64()
    this.isClosed = state.u8() != 0
    this.isComputed = state.u8() != 0
    this.ticks = state.u8()
    this.known = state.u32()
    this.seen = state.u32()
    this.fresh = state.u32()
    this.quality = <u16>state.u32()
    this.lastEnd = state.i64()
    this.dipHadInterruption = state.u8() != 0
    this.unbalanceFrom = state.i64()
  }
}
