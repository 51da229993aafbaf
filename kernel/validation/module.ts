import {
  Batch,
  Json,
  Network,
  Point,
  Processor,
  STATE_END,
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
import { DeviceState } from './device-state.ts'
import { EstimateQueue } from './estimate-queue.ts'
import { POINTS_A_TICK } from './limits.ts'
import { FULL_EVENT } from './marks.ts'
import { PointMaker } from './point-maker.ts'
import { PointState } from './point-state.ts'
import { settings } from './settings.ts'
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

const WARNING: i32 = 1

/** Holds readings to the rules of docs/processors/validation.md. */
class Validation extends Processor {
  private readonly network: Network = new Network()
  private readonly devices: Table<DeviceState> = new Table<DeviceState>()
  private readonly points: Table<PointState> = new Table<PointState>()
  private readonly queue: EstimateQueue = new EstimateQueue()
  private readonly maker: PointMaker = new PointMaker(this.network, this.queue)
  private now: i64 = 0
  /** Points that found no room, and how many of them have been told of. */
  private leftOut: u32 = 0
  private leftOutTold: u32 = 0
  /** What the next tick begins with. */
  private nextPoint: u32 = 0
  private nextDevice: u32 = 0
  private site: u32 = 0

  override configure(given: Json, site: Json): void {
    settings.read(given, site)
  }

  override subject(subject: Subject): void {
    this.network.add(subject)
    if (subject.kind == 'site') this.site = subject.number
  }

  override point(point: Point): void {
    if (!this.maker.hasRoom) {
      this.leftOut++
      return
    }
    const number = point.subject.number
    let device = this.devices.get(number)
    if (device === null) {
      device = this.maker.makeDevice(point.subject)
      this.devices.set(number, device)
    }
    this.points.set(point.number, this.maker.makePoint(point, device))
  }

  override process(batch: Batch): void {
    const now = this.now
    for (let row = 0; row < batch.rows; row++) {
      const point = this.points.get(batch.point(row))
      if (point !== null) point.take(batch.time(row), batch.value(row), batch.quality(row), now)
    }
    this.queue.drain()
  }

  override tick(now: i64): void {
    this.now = now
    this.queue.drain()
    this.tellLeftOut(now)
    const points = <u32>this.points.length
    for (let look: u32 = 0; look < POINTS_A_TICK && look < points; look++) {
      if (this.nextPoint >= points) this.nextPoint = 0
      const point = this.points.get(this.nextPoint++)
      if (point !== null) point.idle(now)
    }
    const devices = <u32>this.devices.length
    for (let look: u32 = 0; look < POINTS_A_TICK && look < devices; look++) {
      if (this.nextDevice >= devices) this.nextDevice = 0
      const device = this.devices.get(this.nextDevice++)
      if (device !== null) device.idle(now)
    }
  }

  private tellLeftOut(now: i64): void {
    if (this.leftOut == this.leftOutTold) return
    this.leftOutTold = this.leftOut
    emitEvent(FULL_EVENT, this.site, now, now + 1)
    withState(STATE_END)
    withSeverity(WARNING)
    withValue(<f64>this.leftOut)
  }

  override save(state: StateWriter): void {
    state.i64(this.now)
    state.u32(this.leftOutTold)
    state.u32(this.nextPoint)
    state.u32(this.nextDevice)
    state.u32(<u32>this.devices.length)
    for (let number: u32 = 0; number < <u32>this.devices.length; number++) {
      const device = this.devices.get(number)
      if (device !== null) device.save(state)
    }
    state.u32(<u32>this.points.length)
    for (let number: u32 = 0; number < <u32>this.points.length; number++) {
      const point = this.points.get(number)
      if (point !== null) point.save(state)
    }
    this.queue.save(state)
  }

  override load(state: StateReader): void {
    this.now = state.i64()
    this.leftOutTold = state.u32()
    this.nextPoint = state.u32()
    this.nextDevice = state.u32()
    const devices = state.u32()
    for (let number: u32 = 0; number < devices; number++) {
      const device = this.devices.get(number)
      if (device !== null) device.load(state)
    }
    const points = state.u32()
    for (let number: u32 = 0; number < points; number++) {
      const point = this.points.get(number)
      if (point !== null) point.load(state)
    }
    const waiting = state.u32()
    for (let at: u32 = 0; at < waiting; at++) {
      const point = this.points.get(state.u32())
      if (point === null) continue
      const estimator = point.estimator
      if (estimator !== null) this.queue.wait(estimator)
    }
  }
}

start(new Validation())
