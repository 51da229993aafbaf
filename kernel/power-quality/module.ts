import {
  Batch,
  Json,
  Network,
  Point,
  Processor,
  STATE_START,
  StateReader,
  StateWriter,
  Subject,
  Table,
  emitEvent,
  start,
  withSeverity,
  withState,
  withValue,
} from '../sdk/index.ts'
import { Device } from './device.ts'
import { AGGREGATES_A_TICK, NEVER } from './limits.ts'
import { FULL } from './names.ts'
import { Parameter } from './parameter.ts'
import { Nameplate, Plan } from './plan.ts'
import { Report } from './report.ts'
import { NONE, Role, channelOf, keyOf, keyOfQuantity, roleOf } from './role.ts'
import { Settings } from './settings.ts'
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

/** Events, unbalance, distortion, flicker and weekly compliance of each device: docs/processors/power-quality.md. */
class PowerQuality extends Processor {
  private plan: Plan = new Plan(new Settings())
  private readonly network: Network = new Network()
  /** By number of the subject, which is the order of everything that is done for all of them. */
  private readonly devices: Table<Device> = new Table<Device>()
  /** By number of the point. */
  private readonly parameters: Table<Parameter> = new Table<Parameter>()
  private report: Report = new Report(this.plan)
  /** Where the next tick goes on to tell what is over. */
  private turn: u32 = 0
  /** Since when there is no room for all points, and how many were told of. */
  private fullSince: i64 = NEVER
  private toldDropped: i32 = 0

  override configure(settings: Json, site: Json): void {
    const own = new Settings()
    own.read(settings, site)
    this.plan = new Plan(own)
    this.report = new Report(this.plan)
  }

  override subject(subject: Subject): void {
    this.network.add(subject)
  }

  override point(point: Point): void {
    const key = keyOfQuantity(point.quantity)
    if (key == NONE) return
    const number = point.subject.number
    let device = this.devices.get(number)
    if (device == null) {
      device = this.makeDevice(point.subject)
      this.devices.set(number, device)
    }
    // Where a meter sends harmonics and no THD, there is one all the same.
    if (roleOf(key) == Role.Harmonic) device.parameter(keyOf(Role.Thd, channelOf(key), 0))
    const parameter = device.parameter(key)
    if (parameter != null) this.parameters.set(point.number, parameter)
    else this.plan.dropped++
  }

  override process(batch: Batch): void {
    for (let row = 0, rows = batch.rows; row < rows; row++) {
      const parameter = this.parameters.get(batch.point(row))
      if (parameter == null) continue
      parameter.owner!.take(parameter, batch.time(row), batch.value(row), batch.quality(row))
    }
  }

  override tick(now: i64): void {
    const plan = this.plan
    plan.now = now
    plan.told = 0
    if (plan.dropped != this.toldDropped) this.tellDropped(now)
    let isFull = false
    const length = <u32>this.devices.length
    for (let step: u32 = 0; step < length; step++) {
      const number = (this.turn + step) % length
      const device = this.devices.get(number)
      if (device == null) continue
      device.tick(now, !isFull)
      if (isFull || plan.told < AGGREGATES_A_TICK) continue
      isFull = true
      this.turn = number
    }
  }

  private tellDropped(now: i64): void {
    if (this.fullSince == NEVER) this.fullSince = now
    this.toldDropped = this.plan.dropped
    emitEvent(FULL, 0, this.fullSince, 0)
    withState(STATE_START)
    withSeverity(1)
    withValue(this.toldDropped)
  }

  override save(state: StateWriter): void {
    state.u32(this.turn)
    state.i64(this.plan.now)
    state.i64(this.fullSince)
    state.u32(this.toldDropped)
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
    this.plan.now = state.i64()
    this.fullSince = state.i64()
    this.toldDropped = <i32>state.u32()
    while (!state.isAtEnd) this.devices.get(state.u32())!.load(state)
  }

  private makeDevice(subject: Subject): Device {
    const entry = subject.entry
    const phaseV = this.network.nominalVoltageV(entry)
    const isSinglePhase = entry.get('phase').isPresent
    const intervalUs = <i64>(entry.get('intervalMs').number(0) * 1000)
    const plate = new Nameplate(subject.number, phaseV, isSinglePhase, intervalUs)
    return new Device(plate, this.plan, this.report)
  }
}

start(new PowerQuality())
