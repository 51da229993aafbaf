import { StateReader, StateWriter, emitDerived, withQuality } from '../sdk/index.ts'
import { Disturbance } from './disturbance.ts'
import { DISTURBANCE_US, NEVER, PATIENCE_TICKS, UNBALANCE_EVERY_US } from './limits.ts'
import { UNBALANCE_NEGATIVE, UNBALANCE_NEMA, UNBALANCE_ZERO } from './names.ts'
import { Occurrences } from './occurrences.ts'
import { Parameter } from './parameter.ts'
import { Nameplate, Plan } from './plan.ts'
import { CHANNELS, Role, channelOf, keyOf } from './role.ts'
import { Channels } from './settings.ts'
import { Trouble } from './trouble.ts'
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
  private valued: u8 = 0
  private low: u8 = 0
  private high: u8 = 0
  private dead: u8 = 0
  private faint: u8 = 0
  private isClosed: bool = true
  private isComputed: bool = false
  private ticks: i32 = 0
  /** Channels that have ever come; that have come now; that came with a value now. */
  private known: u16 = 0
  private seen: u16 = 0
  private fresh: u16 = 0
  private quality: u16 = 0
  private lastEnd: i64 = NEVER
  private unbalanceFrom: i64 = NEVER
  private trouble: Trouble | null = null

  constructor(
    private readonly plate: Nameplate,
    private readonly plan: Plan,
    private readonly windows: Windows,
    private readonly occurrences: Occurrences,
  ) {}

  /** False: an older moment, or a channel that has already come. `value` is NaN where it is of no use. */
  take(parameter: Parameter, time: i64, value: f64, quality: u16): bool {
    const isVoltage = parameter.role == Role.Voltage
    const channel = channelOf(parameter.key) + (isVoltage ? 0 : CHANNELS)
    const bit = <u16>((<u32>1) << channel)
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
      if (isVoltage && parameter.nominal > 0) this.look(parameter, <u8>bit, quality)
    }
    if (this.seen == this.known) this.close()
    return true
  }

  /** Judges what needs all channels. Once for each time, unless a channel comes that had never come before. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    if ((this.low | this.high) != 0 || this.trouble != null) this.judge()
    // Less is less than three line voltages, and no angle.
    if (!this.isComputed && <u32>this.fresh >= LINES_MASK) this.compute()
  }

  /** `mayTell`: otherwise what has grown is told by a later tick. */
  tick(mayTell: bool): void {
    if (!this.isClosed && ++this.ticks >= PATIENCE_TICKS) this.close()
    const trouble = this.trouble
    if (mayTell && trouble != null) this.plan.told += trouble.update()
  }

  /** A disturbance was or is going on between the two, as far as is known. */
  wasDisturbed(start: i64, end: i64): bool {
    if (this.lastEnd > start) return true
    const trouble = this.trouble
    return trouble != null && trouble.touches(end)
  }

  private look(parameter: Parameter, bit: u8, quality: u16): void {
    const plan = this.plan
    const percent = (100 * parameter.last) / parameter.nominal
    this.valued |= bit
    const isNormal = percent >= plan.dipEndPercent && percent <= plan.swellEndPercent
    if (isNormal && (this.low | this.high) == 0) return
    this.low = marked(this.low, bit, percent < plan.dipEndPercent)
    this.high = marked(this.high, bit, percent > plan.swellEndPercent)
    this.faint = marked(this.faint, bit, percent < plan.aliveEndPercent)
    this.dead = marked(this.dead, bit, percent < plan.settings.interruptionPercent)
    if (isNormal || (this.watched() & bit) == 0) return
    const open = this.trouble
    const isInDip = open != null && open.dip.isOpen
    const isInSwell = open != null && open.swell.isOpen
    const lowest = isInDip ? plan.dipEndPercent : plan.settings.dipPercent
    const highest = isInSwell ? plan.swellEndPercent : plan.settings.swellPercent
    if (percent < lowest) this.record(this.makeTrouble().dip, parameter, bit, quality)
    if (percent > highest) this.record(this.makeTrouble().swell, parameter, bit, quality)
  }

  private makeTrouble(): Trouble {
    const there = this.trouble
    if (there != null) return there
    const made = new Trouble(this.plate, this.plan)
    this.trouble = made
    return made
  }

  /** A voltage of a disturbance that goes on, or begins with it. */
  private record(disturbance: Disturbance, parameter: Parameter, bit: u32, quality: u16): void {
    const isNew = !disturbance.isOpen
    if (isNew) disturbance.begin(this.time)
    disturbance.take(bit, parameter.last, (100 * parameter.last) / parameter.nominal, quality)
    if (isNew) disturbance.tellStart()
  }

  /** The channels that events are about. */
  private watched(): u32 {
    const channels = this.plan.settings.channels
    const valued = <u32>this.valued
    const phases = valued & PHASES_MASK
    if (channels == Channels.Phase) return phases
    return phases != 0 && channels == Channels.Automatic ? phases : valued & LINES_MASK
  }

  private judge(): void {
    const watched = this.watched()
    const time = this.time
    const isDead = watched != 0 && (<u32>this.dead & watched) == watched
    if (this.trouble == null && !isDead) return
    const trouble = this.makeTrouble()
    const dip = trouble.dip
    const swell = trouble.swell
    const interruption = trouble.interruption
    if (interruption.isOpen && (<u32>this.faint & watched) != watched) {
      this.occurrences.addInterruption(interruption.start, time)
      this.end(interruption, true)
    }
    if (interruption.isOpen) this.interrupt(interruption, watched & <u32>this.fresh)
    else if (isDead) {
      trouble.hadInterruption = true
      this.interrupt(interruption, watched)
    }
    if (dip.isOpen && (<u32>this.low & watched) == 0) {
      // What became an interruption is counted as one.
      if (!trouble.hadInterruption) this.occurrences.addDip(dip.start, time)
      trouble.hadInterruption = false
      this.end(dip, false)
    }
    if (swell.isOpen && (<u32>this.high & watched) == 0) {
      this.occurrences.addSwell(swell.start, time)
      this.end(swell, false)
    }
    if (interruption.isOpen) this.windows.flag(time)
    if (trouble.isOver) this.trouble = null
  }

  /** An interruption begins with these channels, or goes on with them. */
  private interrupt(interruption: Disturbance, channels: u32): void {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const bit: u32 = 1 << channel
      if ((channels & bit) != 0)
        this.record(interruption, this.parameter(Role.Voltage, channel), bit, this.quality)
    }
  }

  private end(disturbance: Disturbance, isInterruption: bool): void {
    const start = disturbance.start
    const time = this.time
    disturbance.end(time, this.plan.settings.nominalHz)
    if (time - start > DISTURBANCE_US && !isInterruption) return
    this.lastEnd = time
    this.windows.flag(start)
    // It went on until just before.
    this.windows.flag(time - 1)
  }

  private compute(): void {
    const fresh = <u32>this.fresh
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
    if (this.windows.hasRoomFor(keyOf(role, 0, 0)))
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
    const trouble = this.trouble
    state.u8(trouble == null ? 0 : 1)
    if (trouble != null) trouble.save(state)
    state.i64(this.time)
    state.u8(this.isClosed ? 1 : 0)
    state.u8(this.isComputed ? 1 : 0)
    state.u8(<u8>this.ticks)
    state.u32(this.known)
    state.u32(this.seen)
    state.u32(this.fresh)
    state.u32(this.quality)
    state.i64(this.lastEnd)
    state.i64(this.unbalanceFrom)
  }

  load(state: StateReader): void {
    this.valued = state.u8()
    this.low = state.u8()
    this.high = state.u8()
    this.dead = state.u8()
    this.faint = state.u8()
    if (state.u8() != 0) this.makeTrouble().load(state)
    this.time = state.i64()
    this.isClosed = state.u8() != 0
    this.isComputed = state.u8() != 0
    this.ticks = state.u8()
    this.known = <u16>state.u32()
    this.seen = <u16>state.u32()
    this.fresh = <u16>state.u32()
    this.quality = <u16>state.u32()
    this.lastEnd = state.i64()
    this.unbalanceFrom = state.i64()
  }
}

function marked(mask: u8, bit: u8, isSet: bool): u8 {
  return isSet ? mask | bit : mask & ~bit
}
