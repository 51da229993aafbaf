import { Json, Point, Subject } from '../sdk/index.ts'
import { Feeder } from './feeder.ts'
import { FEEDERS, MEMBERS } from './limits.ts'
import { Meter } from './meter.ts'
import {
  HeadCurrentPort,
  HeadVoltagePort,
  Port,
  PowerPort,
  RegisterPort,
  VoltagePort,
} from './ports.ts'
import { Settings } from './settings.ts'
import { Source } from './source.ts'

/** What is needed of the entry of a device: to read it again would leave as much garbage as it is long. */
class Device {
  constructor(
    public readonly subject: Subject,
    public readonly feeder: string,
    public readonly kind: string,
    public readonly phase: i32,
  ) {}

  get number(): u32 {
    return this.subject.number
  }

  get id(): string {
    return this.subject.id
  }
}

function deviceOf(subject: Subject): Device {
  const entry = subject.entry
  const feeder = entry.get('feeder').text('')
  return new Device(subject, feeder, entry.get('kind').text(''), phaseOf(entry))
}

/** What a device is to a feeder. */
class Place {
  constructor(
    public readonly feeder: Feeder,
    /** Null: it is the head. */
    public readonly meter: Meter | null,
  ) {}

  get source(): Source {
    const meter = this.meter
    return meter == null ? this.feeder.head! : meter.source
  }
}

/** Which devices measure what of which feeder. */
export class Places {
  readonly feeders: Array<Feeder> = []
  private readonly levels: Map<string, f64> = new Map<string, f64>()
  private readonly subjects: Array<Subject> = []
  private devices: Array<Device> = []
  /** By number of the device's subject. */
  private readonly places: Map<u32, Place> = new Map<u32, Place>()
  private isSettled: bool = false

  add(subject: Subject): void {
    if (this.isSettled) return
    if (subject.kind == 'voltageLevel') {
      this.levels.set(subject.id, subject.entry.get('nominalV').number(0))
    } else if (subject.kind == 'feeder') {
      if (this.subjects.length < FEEDERS) this.subjects.push(subject)
    } else if (subject.kind == 'device') {
      this.devices.push(deviceOf(subject))
    }
  }

  /** With the first point the whole site file is known. */
  settle(settings: Settings): void {
    if (this.isSettled) return
    this.isSettled = true
    const numbers = new Map<string, i32>()
    const named = new Map<string, i32>()
    const headOf = new Array<i64>()
    for (let index = 0; index < this.subjects.length; index++) {
      const subject = this.subjects[index]
      const entry = subject.entry
      const level = entry.get('voltageLevel').text('')
      const nominalV = this.levels.has(level) ? this.levels.get(level) : 0
      numbers.set(subject.id, index)
      headOf.push(-1)
      const head = entry.get('head').text('')
      if (head != '') named.set(head, index)
      this.feeders.push(new Feeder(subject.number, entry, nominalV, settings))
    }
    this.findHeads(numbers, named, headOf)
    this.addMeters(numbers, headOf, settings)
    for (let index = 0; index < this.feeders.length; index++) {
      const feeder = this.feeders[index]
      feeder.begin()
      const head = headOf[index]
      if (head < 0) continue
      feeder.headSubject = <u32>head
      this.places.set(<u32>head, new Place(feeder, null))
    }
    this.devices = []
  }

  /** Numbers of the subjects that are heads go to `found`: what the feeder names, or its first rtu. */
  private findHeads(numbers: Map<string, i32>, named: Map<string, i32>, found: Array<i64>): void {
    const isNamed = new Set<i32>()
    const heads = named.values()
    for (let index = 0; index < heads.length; index++) isNamed.add(heads[index])
    for (let index = 0; index < this.devices.length; index++) {
      const device = this.devices[index]
      if (named.has(device.id)) found[named.get(device.id)] = device.number
      if (!numbers.has(device.feeder) || device.kind != 'rtu') continue
      const feeder = numbers.get(device.feeder)
      if (!isNamed.has(feeder) && found[feeder] < 0) found[feeder] = device.number
    }
  }

  private addMeters(numbers: Map<string, i32>, heads: Array<i64>, settings: Settings): void {
    let members = 0
    for (let index = 0; index < this.devices.length && members < MEMBERS; index++) {
      const device = this.devices[index]
      const isMember = settings.memberKinds.has(device.kind)
      if (!isMember || !numbers.has(device.feeder)) continue
      const number = numbers.get(device.feeder)
      if (heads[number] == <i64>device.number) continue
      const feeder = this.feeders[number]
      const meter = new Meter(device.number, feeder.meters.length, feeder, device.phase)
      feeder.meters.push(meter)
      this.places.set(device.number, new Place(feeder, meter))
      members++
    }
  }

  /** Null where the point says nothing of a balance. */
  portOf(point: Point): Port | null {
    if (!this.places.has(point.subject.number)) return null
    const place = this.places.get(point.subject.number)
    const feeder = place.feeder
    if (feeder.meters.length == 0) return null
    const source = place.source
    if (point.quantity == 'energy.active.import') {
      return new RegisterPort(feeder, source.openImport())
    }
    if (point.quantity == 'energy.active.export') {
      return new RegisterPort(feeder, source.openExport())
    }
    if (point.quantity == 'power.active') {
      source.openPower()
      return new PowerPort(feeder, source)
    }
    const phase = phaseBehind(point.quantity)
    if (phase < 0) return null
    const isVoltage = point.quantity.startsWith('voltage.')
    const meter = place.meter
    if (meter != null) return isVoltage ? voltageOf(feeder, meter, phase) : null
    return isVoltage ? new HeadVoltagePort(feeder, phase) : new HeadCurrentPort(feeder, phase)
  }
}

/** Of a meter with several voltages the first says how it compares with its neighbours. */
function voltageOf(feeder: Feeder, meter: Meter, phase: i32): Port | null {
  if (meter.voltagePhase >= 0) {
    meter.isPolyphase = true
    return null
  }
  meter.openVoltage(phase)
  return new VoltagePort(feeder, meter)
}

function phaseOf(entry: Json): i32 {
  const phase = entry.get('phase').text('')
  return phase == 'a' ? 0 : phase == 'b' ? 1 : phase == 'c' ? 2 : -1
}

/** 0 to 2 for voltage.a and so on; -1 for a voltage between phases. */
function phaseBehind(quantity: string): i32 {
  if (quantity.endsWith('.a')) return 0
  if (quantity.endsWith('.b')) return 1
  if (quantity.endsWith('.c')) return 2
  return -1
}
