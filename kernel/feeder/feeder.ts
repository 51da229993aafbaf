import { Json, StateReader, StateWriter } from '../sdk/index.ts'
import { Book, HEAD } from './book.ts'
import { Day } from './day.ts'
import { Days } from './days.ts'
import { Learning } from './learning.ts'
import { Meter } from './meter.ts'
import { Reports } from './reports.ts'
import { DAY, Settings } from './settings.ts'
import { PhaseMean, Slot } from './slot.ts'
import { Slots } from './slots.ts'
import { Source } from './source.ts'
import { Suspicion } from './suspicion.ts'
import { Technical } from './technical.ts'

/** What goes into a feeder, what its meters count, and where the difference may have gone. */
export class Feeder extends Book {
  head: Source | null = null
  /** Number of the subject that is its head; 0xffffffff: it has none. */
  headSubject: u32 = 0xffffffff
  readonly meters: Array<Meter> = []
  private readonly hours: f64
  private slots: Slots = new Slots(0)
  private readonly days: Days = new Days()
  private readonly sums: Day = new Day()
  private readonly technical: Technical
  private readonly reports: Reports
  private readonly suspicion: Suspicion
  private readonly learning: Learning = new Learning()
  /** The latest interval that was given up incomplete, and the latest day that is over: what comes for them is late. */
  private expired: i64 = -1
  private closed: i64 = -1
  private now: i64 = 0

  constructor(
    public readonly subject: u32,
    entry: Json,
    nominalV: f64,
    private readonly settings: Settings,
  ) {
    super(settings.intervalMicros)
    this.hours = <f64>settings.intervalMicros / 3600000000
    this.technical = new Technical(entry, nominalV)
    const reports = new Reports(subject, settings)
    this.reports = reports
    this.suspicion = new Suspicion(settings, reports)
  }

  /** All members are there. */
  begin(): void {
    this.slots = new Slots(this.meters.length)
    this.head = new Source(this, HEAD)
  }

  override credit(member: i32, interval: i64, energyWh: f64, isFlagged: bool): void {
    const slot = this.slotOf(interval)
    if (slot == null) {
      this.late++
      return
    }
    if (isFlagged) slot.flagged++
    if (member == HEAD) {
      slot.headWh += energyWh
      slot.headParts++
    } else {
      unchecked((slot.energiesWh[member] += energyWh))
      const parts = unchecked(slot.parts[member]) + 1
      unchecked((slot.parts[member] = parts))
      if (<i32>parts == this.meters[member].source.parts) slot.complete++
    }
    const isComplete =
      slot.complete >= this.meters.length && <i32>slot.headParts >= this.head!.parts
    if (isComplete) this.settle(slot)
  }

  override headSquare(interval: i64, phase: i32): PhaseMean | null {
    const slot = this.slotOf(interval)
    return slot == null ? null : slot.squares[phase]
  }

  override headVoltage(interval: i64, phase: i32): PhaseMean | null {
    const slot = this.slotOf(interval)
    return slot == null ? null : slot.headVoltages[phase]
  }

  override tellVoltage(member: i32, interval: i64, voltageV: f64): void {
    const slot = this.slotOf(interval)
    if (slot != null) slot.voltagesV[member] = voltageV
  }

  /** Null where it is too late for it. */
  private slotOf(interval: i64): Slot | null {
    const slot = this.slots.find(interval)
    if (slot != null) return slot
    if (interval <= this.expired || this.dayOf(interval) <= this.closed) return null
    if (this.slots.isFull) {
      if (interval < this.slots.open[0].interval) return null
      this.expire(this.slots.open[0])
      if (this.dayOf(interval) <= this.closed) return null
    }
    return this.slots.insert(interval, this.now)
  }

  private dayOf(interval: i64): i64 {
    return (interval * this.intervalMicros) / DAY
  }

  private settle(slot: Slot): void {
    const start = slot.interval * this.intervalMicros
    this.tellVoltages(slot)
    this.technical.measure(slot, this.hours)
    const technicalWh = this.technical.lossWh
    const soldWh = slot.soldWh
    this.sums.open(0)
    this.sums.add(slot.headWh, soldWh, technicalWh, slot.flagged)
    this.reports.balance(start, start + this.intervalMicros, this.sums)
    this.reports.members(this.meters.length, this.technical.method)
    const day = this.days.of(this.dayOf(slot.interval), this.now)
    day.add(slot.headWh, soldWh, technicalWh, slot.flagged)
    // A day is judged by its own intervals: it is closed before others are learned from.
    this.closeDays()
    this.learning.loss(this.meters, slot, this.sums.nonTechnicalWh)
    this.close(slot)
  }

  private expire(slot: Slot): void {
    this.tellVoltages(slot)
    this.days.of(this.dayOf(slot.interval), this.now)
    if (slot.interval > this.expired) this.expired = slot.interval
    this.closeDays()
    this.close(slot)
  }

  private tellVoltages(slot: Slot): void {
    for (let index = 0; index < this.meters.length; index++) {
      unchecked(this.meters[index]).tellVoltage(slot.interval)
    }
  }

  private close(slot: Slot): void {
    this.learning.phases(this.meters, slot)
    this.slots.remove(slot)
    this.closeDays()
  }

  /** Those before the latest of which no interval is open. */
  private closeDays(): void {
    while (this.days.oldest.number < this.days.newest.number && !this.isOpen(this.days.oldest)) {
      this.closeDay()
    }
  }

  private isOpen(day: Day): bool {
    const open = this.slots.open
    return open.length > 0 && this.dayOf(open[0].interval) <= day.number
  }

  private closeDay(): void {
    const day = this.days.oldest
    const start = day.number * DAY
    this.reports.balance(start, start + DAY, day)
    this.reports.coverage(day, this.late, this.unusable)
    this.suspicion.judge(day, this.meters)
    this.late = 0
    this.unusable = 0
    this.closed = day.number
    this.days.drop()
  }

  /** Gives up what nobody completes: so long after its end, and so long after it was heard of first. */
  tick(now: i64): void {
    this.now = now
    const before = now - this.settings.latenessMicros
    const open = this.slots.open
    for (let index = 0; index < open.length; index++)
      if (open[index].opened == 0) open[index].opened = now
    while (open.length > 0 && this.isDue(open[0], before)) this.expire(open[0])
    if (this.days.isEmpty || this.isOpen(this.days.oldest)) return
    const day = this.days.oldest
    if (day.touched == 0) day.touched = now
    if (day.touched <= before && (day.number + 1) * DAY <= before) this.closeDay()
  }

  private isDue(slot: Slot, before: i64): bool {
    return slot.opened <= before && (slot.interval + 1) * this.intervalMicros <= before
  }

  /** Of those that wait; returns how many it was. */
  tellHints(most: i32): i32 {
    return this.suspicion.tellHints(this.meters, most)
  }

  save(state: StateWriter): void {
    this.head!.save(state)
    for (let index = 0; index < this.meters.length; index++) this.meters[index].save(state)
    this.slots.save(state)
    this.days.save(state)
    this.suspicion.save(state)
    state.i64(this.expired)
    state.i64(this.closed)
    state.i64(this.now)
    state.u32(this.late)
    state.u32(this.unusable)
  }

  load(state: StateReader): void {
    this.head!.load(state)
    for (let index = 0; index < this.meters.length; index++) this.meters[index].load(state)
    this.slots.load(state)
    this.days.load(state)
    this.suspicion.load(state)
    this.expired = state.i64()
    this.closed = state.i64()
    this.now = state.i64()
    this.late = state.u32()
    this.unusable = state.u32()
  }
}
