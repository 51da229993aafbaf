import { StateReader, StateWriter } from '../sdk/index.ts'
import { Days } from './days.ts'
import { Device } from './device.ts'
import { NEVER } from './limits.ts'

/** Index into `inServiceOf`: a three-phase device is in service on each of its phases. */
const PHASES: i32 = 3

/** The outage of a feeder, or of a part of it, from the first loss to the last return. */
export class Outage {
  isOpen: bool = false
  start: i64 = 0
  /** The newest loss: what comes close behind it belongs to it. */
  last: i64 = 0
  end: i64 = 0
  /** When it is over and nothing more is waited for; NEVER while somebody is without supply. */
  deadline: i64 = NEVER
  mask: i32 = 0
  /** All of the feeder is without supply: by what watches it, its breaker, or nearly all its devices. */
  isFeeder: bool = false
  /** As long as it is open, a breaker keeps the outage open. */
  isByBreaker: bool = false
  /** Customers that no device of the site stands for are counted. */
  hasRest: bool = false
  isSustained: bool = false
  isChanged: bool = false

  /** Interruptions of devices; one that comes back and goes again counts twice. */
  members: i32 = 0
  dark: i32 = 0
  silent: i32 = 0
  customers: f64 = 0
  out: f64 = 0
  sustained: f64 = 0
  momentary: f64 = 0
  customerMinutes: f64 = 0

  begin(start: i64): void {
    this.isOpen = true
    this.start = start
    this.last = start
    this.end = start
    this.deadline = NEVER
    this.mask = 0
    this.isFeeder = false
    this.isByBreaker = false
    this.hasRest = false
    this.isSustained = false
    this.isChanged = false
    this.members = 0
    this.dark = 0
    this.silent = 0
    this.customers = 0
    this.out = 0
    this.sustained = 0
    this.momentary = 0
    this.customerMinutes = 0
  }

  save(state: StateWriter): void {
    state.u8(this.isOpen ? 1 : 0)
    if (!this.isOpen) return
    state.i64(this.start)
    state.i64(this.last)
    state.i64(this.end)
    state.i64(this.deadline)
    state.u8(<u8>this.mask)
    state.u8((this.isFeeder ? 1 : 0) | (this.isByBreaker ? 2 : 0) | (this.hasRest ? 4 : 0))
    state.u8((this.isSustained ? 1 : 0) | (this.isChanged ? 2 : 0))
    state.u32(this.members)
    state.u32(this.dark)
    state.u32(this.silent)
    state.f64(this.customers)
    state.f64(this.out)
    state.f64(this.sustained)
    state.f64(this.momentary)
    state.f64(this.customerMinutes)
  }

  load(state: StateReader): void {
    this.isOpen = state.u8() != 0
    if (!this.isOpen) return
    this.start = state.i64()
    this.last = state.i64()
    this.end = state.i64()
    this.deadline = state.i64()
    this.mask = state.u8()
    const scope = state.u8()
    this.isFeeder = (scope & 1) != 0
    this.isByBreaker = (scope & 2) != 0
    this.hasRest = (scope & 4) != 0
    const report = state.u8()
    this.isSustained = (report & 1) != 0
    this.isChanged = (report & 2) != 0
    this.members = state.u32()
    this.dark = state.u32()
    this.silent = state.u32()
    this.customers = state.f64()
    this.out = state.f64()
    this.sustained = state.f64()
    this.momentary = state.f64()
    this.customerMinutes = state.f64()
  }
}

/** A feeder and its devices; or the site and those devices that hang at no feeder, whose losses are not put together. */
export class Feeder {
  readonly devices: Array<Device> = []
  readonly outage: Outage = new Outage()
  readonly days: Days
  /** Customers of its devices, added up. */
  deviceCustomers: f64 = 0
  /** Devices that have lost supply and wait, in the order in which they did. */
  pending: Array<Device> = []

  darkHeads: i32 = 0
  openBreakers: i32 = 0
  openedAt: i64 = i64.MIN_VALUE
  /** Devices that were heard to have supply, all and by phase. */
  inService: i32 = 0
  readonly inServiceOf: StaticArray<i32> = new StaticArray<i32>(PHASES)

  constructor(
    public readonly subject: u32,
    /** As the site file says; fewer than those of its devices where it says nothing. */
    private readonly customers: f64,
    public readonly isFeeder: bool,
  ) {
    this.days = new Days(subject)
  }

  get served(): f64 {
    return this.customers > this.deviceCustomers ? this.customers : this.deviceCustomers
  }

  /** Customers that no device stands for. */
  get rest(): f64 {
    return this.served - this.deviceCustomers
  }

  /** Something other than its devices says that the outage goes on. */
  get isHeld(): bool {
    return this.darkHeads > 0 || (this.outage.isByBreaker && this.openBreakers > 0)
  }

  /** Phases on which a device was heard to have supply. */
  get phases(): i32 {
    let mask: i32 = 0
    for (let phase = 0; phase < PHASES; phase++) if (this.inServiceOf[phase] > 0) mask |= 1 << phase
    return mask
  }

  /** Devices in service on the single phase of the mask; -1 for a mask of several. */
  inServiceOn(mask: i32): i32 {
    if (mask == 1) return this.inServiceOf[0]
    if (mask == 2) return this.inServiceOf[1]
    return mask == 4 ? this.inServiceOf[2] : -1
  }

  /** A device has shown supply on these phases. */
  serve(device: Device, phases: i32): void {
    const added = phases & ~device.known
    if (added == 0) return
    if (device.known == 0 && !device.isHead) this.inService++
    device.known |= added
    if (device.isHead) return
    for (let phase = 0; phase < PHASES; phase++) {
      if ((added & (1 << phase)) != 0) this.inServiceOf[phase]++
    }
  }

  save(state: StateWriter): void {
    state.u32(this.pending.length)
    for (let index = 0; index < this.pending.length; index++) state.u32(this.pending[index].number)
    state.u32(this.darkHeads)
    state.u32(this.openBreakers)
    state.i64(this.openedAt)
    state.u32(this.inService)
    for (let phase = 0; phase < PHASES; phase++) state.u32(this.inServiceOf[phase])
    this.outage.save(state)
    this.days.save(state)
  }

  /** `numbers` becomes the devices that were waiting, which are read later. */
  load(state: StateReader, numbers: Array<u32>): void {
    const count = state.u32()
    for (let index: u32 = 0; index < count; index++) numbers.push(state.u32())
    this.darkHeads = state.u32()
    this.openBreakers = state.u32()
    this.openedAt = state.i64()
    this.inService = state.u32()
    for (let phase = 0; phase < PHASES; phase++) this.inServiceOf[phase] = state.u32()
    this.outage.load(state)
    this.days.load(state)
  }

  /** Devices that said themselves that they are without supply. */
  get confirmed(): i32 {
    return this.outage.dark - this.outage.silent
  }
}
