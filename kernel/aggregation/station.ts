import {
  Json,
  LINE_TO_PHASE,
  NO_NAME,
  Network,
  Point,
  StateReader,
  StateWriter,
  Subject,
  nameOrNone,
} from '../sdk/index.ts'
import { reserve } from './arena.ts'
import { Coincidence } from './coincidence.ts'
import { Demand } from './demand.ts'
import { Device } from './device.ts'
import { DIFFERENCE, MEAN, SUM, isAmong, isFlaggable, lawNamed } from './laws.ts'
import { DEMANDS, GROUP_WINDOWS, STEP_US } from './limits.ts'
import { PointState } from './point-state.ts'
import { COMPOSED, GROUP, PLAIN, Series, loadSeries } from './series.ts'
import { Rule, Settings } from './settings.ts'
import { Windows } from './windows.ts'

/** A feeder, and the windows of its members by quantity. */
export class Feeder {
  readonly groups: Map<string, usize> = new Map<string, usize>()

  constructor(
    public readonly subject: u32,
    public readonly coincidence: Coincidence,
  ) {}
}

/** What the site file and the readings have made known: devices, points, and what is kept of each. */
export class Station {
  site: u32 = 0
  readonly windows: Windows = new Windows()
  readonly feeders: Array<Feeder> = new Array<Feeder>()
  readonly devices: Array<Device> = new Array<Device>()
  /** By number of the point; 0: nothing is made of it. */
  readonly points: Array<usize> = new Array<usize>()
  readonly demands: Array<Demand> = new Array<Demand>()
  private readonly network: Network = new Network()
  private readonly indexOf: Map<u32, u32> = new Map<u32, u32>()
  private readonly feederOf: Map<string, i32> = new Map<string, i32>()
  /** Feeders that devices named before they came, by index of the device. */
  private readonly awaited: Map<u32, string> = new Map<u32, string>()

  constructor(private readonly settings: Settings) {}

  add(subject: Subject): void {
    if (subject.kind == 'device') this.addDevice(subject)
    else if (subject.kind == 'feeder') this.addFeeder(subject)
    else this.network.add(subject)
    if (subject.kind == 'site') this.site = subject.number
  }

  private addFeeder(subject: Subject): void {
    this.network.add(subject)
    const index = this.feeders.length
    const coincidence = new Coincidence(subject.number, this.settings)
    this.feeders.push(new Feeder(subject.number, coincidence))
    this.feederOf.set(subject.id, index)
    const devices = this.awaited.keys()
    for (let at = 0; at < devices.length; at++) {
      if (this.awaited.get(devices[at]) != subject.id) continue
      this.devices[devices[at]].feeder = index
      this.awaited.delete(devices[at])
    }
  }

  /** Meters are the members of a feeder; what watches it would count them all once more. */
  private addDevice(subject: Subject): void {
    const entry = subject.entry
    const kind = entry.get('kind').text('')
    const feeder = kind == 'meter' ? entry.get('feeder').text('') : ''
    const isKnown = feeder != '' && this.feederOf.has(feeder)
    const index = this.devices.length
    const device = new Device(
      subject.number,
      isKnown ? this.feederOf.get(feeder) : -1,
      <i64>(entry.get('intervalMs').number(0) * 1000),
      this.nominalOf(entry, kind),
    )
    if (feeder != '' && !isKnown) this.awaited.set(index, feeder)
    this.devices.push(device)
    this.indexOf.set(subject.number, index)
  }

  /** What is at a customer's has not the voltage of the feeder. */
  private nominalOf(entry: Json, kind: string): f64 {
    if (kind == 'rtu' || kind == 'pmu') return this.network.nominalVoltageV(entry)
    return entry.get('nominal').get('voltageV').number(0)
  }

  addPoint(point: Point): void {
    if (!this.indexOf.has(point.subject.number)) return
    const name = nameOrNone(point.quantity)
    const rules = this.settings.rules
    const at = reserve(offsetof<PointState>())
    const state = changetype<PointState>(at)
    state.device = this.indexOf.get(point.subject.number)
    state.newest = i64.MIN_VALUE
    const device = this.devices[state.device]
    for (let pass = 0; pass < 2; pass++) {
      for (let index = 0; index < rules.length; index++) {
        // Those made of readings first, then those made of these.
        if (rules[index].fromUs > 0 != (pass == 1)) continue
        if (!isAmong(rules[index].quantities, point.quantity)) continue
        if (name == NO_NAME) this.windows.unserved++
        else this.addSeries(state, device, rules[index], point.quantity)
      }
    }
    if (point.quantity.startsWith('voltage.')) {
      const isBetweenPhases = point.quantity.length == 'voltage.ab'.length
      state.nominalV = device.nominalV * (isBetweenPhases ? LINE_TO_PHASE : 1)
    }
    if (point.quantity == 'power.active') this.addDemand(state, device)
    while (<u32>this.points.length <= point.number) this.points.push(0)
    this.points[point.number] = at
  }

  private addSeries(state: PointState, device: Device, rule: Rule, quantity: string): void {
    const law = lawNamed(rule.law, quantity)
    const kind = rule.fromUs > 0 ? COMPOSED : PLAIN
    const at = this.windows.create(kind, law, rule.widthUs, this.settings.windows)
    if (at == 0) return
    const series = changetype<Series>(at)
    series.name = nameOrNone(quantity)
    series.subject = device.number
    series.isFlaggable = isFlaggable(quantity)
    const every = kind == COMPOSED ? rule.fromUs : device.intervalUs
    series.expected = every > 0 ? <u32>(rule.widthUs / every) : 0
    series.sibling = device.series
    device.series = at
    if (kind == COMPOSED) this.compose(state, series, rule)
    else {
      series.next = state.series
      state.series = at
      if (rule.widthUs == this.settings.groupWidthUs) this.group(device, series, quantity)
    }
  }

  /** Behind the windows that it is made of; without them it stays empty. */
  private compose(state: PointState, series: Series, rule: Rule): void {
    for (let next = state.series; next != 0; next = changetype<Series>(next).next) {
      const finer = changetype<Series>(next)
      if (finer.widthUs != rule.fromUs) continue
      series.next = finer.coarser
      finer.coarser = changetype<usize>(series)
      return
    }
  }

  private group(device: Device, series: Series, quantity: string): void {
    if (device.feeder < 0 || !isAmong(this.settings.groupQuantities, quantity)) return
    const feeder = this.feeders[device.feeder]
    if (!feeder.groups.has(quantity)) {
      const isSum = quantity.startsWith('power.') && quantity != 'power.factor'
      const law = isSum || series.law == DIFFERENCE ? SUM : MEAN
      const at = this.windows.create(GROUP, law, series.widthUs, GROUP_WINDOWS)
      if (at == 0) return
      const group = changetype<Series>(at)
      group.subject = feeder.subject
      group.name = nameOrNone(quantity)
      feeder.groups.set(quantity, at)
    }
    series.group = feeder.groups.get(quantity)
    changetype<Series>(series.group).expected++
  }

  private addDemand(state: PointState, device: Device): void {
    if (!this.settings.isDemandWanted) return
    if (this.demands.length >= DEMANDS) {
      this.windows.unserved++
      return
    }
    const steps = this.settings.demandUs / STEP_US
    const covered = device.intervalUs > STEP_US ? this.settings.demandUs / device.intervalUs : steps
    let feeder: Coincidence | null = null
    if (device.feeder >= 0) {
      feeder = this.feeders[device.feeder].coincidence
      feeder.members++
    }
    const expected = covered < 1 ? 1 : <i32>covered
    this.demands.push(new Demand(device.number, expected, this.settings, feeder))
    state.demand = this.demands.length
  }

  /** Since it was last asked. */
  takeLate(): f64 {
    let late = this.windows.late
    this.windows.late = 0
    for (let index = 0; index < this.demands.length; index++) {
      late += this.demands[index].late
      this.demands[index].late = 0
    }
    for (let index = 0; index < this.feeders.length; index++) {
      late += this.feeders[index].coincidence.late
      this.feeders[index].coincidence.late = 0
    }
    return late
  }

  save(state: StateWriter): void {
    this.windows.save(state)
    state.u32(this.devices.length)
    for (let index = 0; index < this.devices.length; index++) {
      state.u32(this.devices[index].number)
      this.devices[index].save(state)
    }
    state.u32(this.points.length)
    for (let point = 0; point < this.points.length; point++) this.savePoint(state, point)
    state.u32(this.feeders.length)
    for (let index = 0; index < this.feeders.length; index++) {
      this.saveFeeder(state, this.feeders[index])
    }
  }

  private savePoint(state: StateWriter, point: i32): void {
    const at = this.points[point]
    state.u8(at == 0 ? 0 : 1)
    if (at == 0) return
    const known = changetype<PointState>(at)
    known.save(state)
    state.u8(known.demand == 0 ? 0 : 1)
    if (known.demand != 0) this.demands[known.demand - 1].save(state)
    saveChain(state, known.series)
  }

  private saveFeeder(state: StateWriter, feeder: Feeder): void {
    state.u32(feeder.subject)
    feeder.coincidence.save(state)
    const quantities = feeder.groups.keys()
    state.u32(quantities.length)
    for (let index = 0; index < quantities.length; index++) {
      state.text(quantities[index])
      changetype<Series>(feeder.groups.get(quantities[index])).save(state)
    }
  }

  /** What the site file no longer has is read and forgotten. */
  load(state: StateReader): void {
    this.windows.load(state)
    const devices = state.u32()
    const gone = new Device(0, -1, 0, 0)
    for (let count: u32 = 0; count < devices; count++) {
      const number = state.u32()
      const isKnown = this.indexOf.has(number)
      ;(isKnown ? this.devices[this.indexOf.get(number)] : gone).load(state)
    }
    const points = state.u32()
    for (let point: u32 = 0; point < points; point++) {
      if (state.u8() != 0) this.loadPoint(state, point)
    }
    const feeders = state.u32()
    for (let count: u32 = 0; count < feeders; count++) this.loadFeeder(state)
  }

  private loadPoint(state: StateReader, point: u32): void {
    const at = point < <u32>this.points.length ? this.points[point] : 0
    const known = changetype<PointState>(at == 0 ? NOWHERE : at)
    known.load(state)
    if (state.u8() != 0) {
      const demand = at == 0 ? 0 : known.demand
      const gone = new Demand(0, 1, this.settings, null)
      ;(demand == 0 ? gone : this.demands[demand - 1]).load(state)
    }
    loadChain(state, at == 0 ? 0 : known.series)
  }

  private loadFeeder(state: StateReader): void {
    const subject = state.u32()
    let feeder: Feeder | null = null
    for (let index = 0; index < this.feeders.length; index++) {
      if (this.feeders[index].subject == subject) feeder = this.feeders[index]
    }
    const gone = new Coincidence(0, this.settings)
    ;(feeder == null ? gone : feeder.coincidence).load(state)
    const quantities = state.u32()
    for (let count: u32 = 0; count < quantities; count++) {
      const quantity = state.text()
      const isKnown = feeder != null && feeder.groups.has(quantity)
      loadSeries(isKnown ? feeder!.groups.get(quantity) : 0, state)
    }
  }
}

/** Of a point that is gone. */
const NOWHERE: usize = heap.alloc(offsetof<PointState>())

/** Series one after the other, each with the coarser ones that are made of it. */
function saveChain(state: StateWriter, first: usize): void {
  let count: u8 = 0
  for (let next = first; next != 0; next = changetype<Series>(next).next) count++
  state.u8(count)
  for (let next = first; next != 0; next = changetype<Series>(next).next) {
    const series = changetype<Series>(next)
    series.save(state)
    if (series.kind == PLAIN) saveChain(state, series.coarser)
  }
}

function loadChain(state: StateReader, first: usize): void {
  const count = state.u8()
  let next = first
  for (let index: u8 = 0; index < count; index++) {
    const isPlain = loadSeries(next, state)
    if (isPlain) loadChain(state, next == 0 ? 0 : changetype<Series>(next).coarser)
    if (next != 0) next = changetype<Series>(next).next
  }
}
