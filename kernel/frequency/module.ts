import {
  Batch,
  Json,
  LINE_TO_PHASE,
  Network,
  Point,
  Processor,
  StateReader,
  StateWriter,
  Subject,
  Table,
  isInvalid,
  start,
} from '../sdk/index.ts'
import { Device } from './device.ts'
import { RECORDS_A_TICK } from './limits.ts'
import { Plan } from './plan.ts'
import { Settings } from './settings.ts'
import { Supply } from './voltage-watch.ts'
export {
  abi_version,
  alloc,
  configure,
  outputs,
  process,
  restore,
  snapshot,
  tick,
} from '../sdk/abi.ts'

/** Channels 0 to 5 are voltages in this order. */
const VOLTAGES: StaticArray<string> = [
  'voltage.a',
  'voltage.b',
  'voltage.c',
  'voltage.ab',
  'voltage.bc',
  'voltage.ca',
]
const FREQUENCY = 6
const ROCOF = 7

class Channel {
  constructor(
    public readonly device: Device,
    public readonly role: i32,
    public readonly lostV: f64,
  ) {}
}

/** Frequency deviations, its rate of change, and when it means nothing: docs/processors/frequency.md. */
class Frequency extends Processor {
  private plan: Plan = new Plan(new Settings())
  private readonly network: Network = new Network()
  /** By number of the subject, which is the order of everything that is done for all of them. */
  private readonly devices: Table<Device> = new Table<Device>()
  private readonly channels: Table<Channel> = new Table<Channel>()
  /** Where the next tick goes on with what there is to tell. */
  private turn: u32 = 0

  override configure(settings: Json, site: Json): void {
    const own = new Settings()
    own.read(settings, site)
    this.plan = new Plan(own)
  }

  override subject(subject: Subject): void {
    this.network.add(subject)
  }

  override point(point: Point): void {
    const role = roleOf(point.quantity)
    const number = point.subject.number
    let device = this.devices.get(number)
    if (device == null) {
      device = this.makeDevice(point.subject)
      this.devices.set(number, device)
    }
    const isLine = role >= 3 && role < FREQUENCY
    const lostV = isLine ? device.lostV * LINE_TO_PHASE : device.lostV
    this.channels.set(point.number, new Channel(device, role, lostV))
  }

  override process(batch: Batch): void {
    for (let row = 0, rows = batch.rows; row < rows; row++) {
      const channel = this.channels.get(batch.point(row))
      if (channel == null) continue
      const role = channel.role
      if (role < FREQUENCY)
        channel.device.takeVoltage(role, batch.time(row), shownBy(channel, batch, row))
      else if (role == FREQUENCY)
        channel.device.takeFrequency(batch.time(row), batch.value(row), batch.quality(row))
      else channel.device.takeRocof()
    }
  }

  override tick(now: i64): void {
    let told = 0
    let isFull = false
    const length = <u32>this.devices.length
    for (let step: u32 = 0; step < length; step++) {
      const number = (this.turn + step) % length
      const device = this.devices.get(number)
      if (device == null) continue
      told += device.tick(now, !isFull)
      if (isFull || told < RECORDS_A_TICK) continue
      isFull = true
      this.turn = number
    }
  }

  override save(state: StateWriter): void {
    state.u32(this.turn)
    const length = <u32>this.devices.length
    for (let number: u32 = 0; number < length; number++) {
      const device = this.devices.get(number)
      if (device == null) continue
      state.u32(number)
      device.save(state)
    }
  }

  override load(state: StateReader): void {
    this.turn = state.u32()
    while (!state.isAtEnd) this.devices.get(state.u32())!.load(state)
  }

  private makeDevice(subject: Subject): Device {
    const entry = subject.entry
    const share = this.plan.settings.lostVoltagePercent / 100
    const intervalUs = <i64>(entry.get('intervalMs').number(0) * 1000)
    const lostV = this.network.nominalVoltageV(entry) * share
    return new Device(subject.number, this.plan, lostV, intervalUs)
  }
}

function shownBy(channel: Channel, batch: Batch, row: i32): Supply {
  const value = batch.value(row)
  if (isInvalid(batch.quality(row)) || value != value) return Supply.Unknown
  return value < channel.lostV ? Supply.Gone : Supply.Present
}

function roleOf(quantity: string): i32 {
  if (quantity == 'frequency') return FREQUENCY
  const role = VOLTAGES.indexOf(quantity)
  return role < 0 ? ROCOF : role
}

start(new Frequency())
