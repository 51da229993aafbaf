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
  TEST,
  Table,
  isInvalid,
  start,
} from '../sdk/index.ts'
import { ALL_PHASES, BREAKER, Channel, Device, LAST_GASP, VOLTAGE, maskOf } from './device.ts'
import { Feeder } from './feeder.ts'
import { AHEAD_US, ALONE_A_TICK, DAY_US, NEVER } from './limits.ts'
import { Settings } from './settings.ts'
import { Watch } from './watch.ts'
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

/** Outages of feeders, phases and single devices, and the numerators of IEEE 1366. */
class OutageProcessor extends Processor {
  private readonly settings: Settings = new Settings()
  private readonly watch: Watch = new Watch(this.settings)
  private readonly devices: Array<Device> = []
  private readonly byNumber: Table<Device> = new Table<Device>()
  private readonly channels: Table<Channel> = new Table<Channel>()
  /** Devices whose feeder has not come yet. */
  private unplaced: Array<Subject> = []
  private readonly network: Network = new Network()
  private readonly groups: Map<string, i32> = new Map<string, i32>()
  /** A later time is that of a wrong clock: nothing waits for it, and the device may go back. Without a tick nothing is known of the clock. */
  private horizon: i64 = NEVER
  private today: i64 = -1

  override configure(settings: Json, _site: Json): void {
    this.settings.read(settings)
    this.watch.feeders.push(new Feeder(0, 0, false))
  }

  override subject(subject: Subject): void {
    const feeders = this.watch.feeders
    if (subject.kind == 'site') {
      feeders[0] = new Feeder(subject.number, 0, false)
    } else if (subject.kind == 'feeder') {
      this.network.add(subject)
      const feeder = new Feeder(subject.number, subject.entry.get('customers').number(0), true)
      this.groups.set(subject.id, feeders.length)
      feeders.push(feeder)
      feeders[0].days.served += feeder.served
      feeder.days.served = feeder.served
      this.place()
    } else if (subject.kind == 'device') this.addOrWait(subject)
    else this.network.add(subject)
  }

  /** A feeder that was added to the site file has a greater number than a device that moved to it, and comes after it. */
  private addOrWait(subject: Subject): void {
    const entry = subject.entry
    const name = entry.get('feeder').text('')
    if (name == '') this.add(subject, entry, 0)
    else if (this.groups.has(name)) this.add(subject, entry, this.groups.get(name))
    else this.unplaced.push(subject)
  }

  /** Those whose feeder has come by now. */
  private place(): void {
    const waiting = this.unplaced
    this.unplaced = new Array<Subject>()
    for (let index = 0; index < waiting.length; index++) this.addOrWait(waiting[index])
  }

  private add(subject: Subject, entry: Json, group: i32): void {
    const feeder = this.watch.feeders[group]
    const device = new Device(subject, entry, group, this.network)
    const served = feeder.served
    feeder.devices.push(device)
    feeder.deviceCustomers += device.customers
    feeder.days.served += feeder.served - served
    if (group != 0) this.watch.feeders[0].days.served += feeder.served - served
    this.devices.push(device)
    this.byNumber.set(subject.number, device)
  }

  override point(point: Point): void {
    const device = this.byNumber.get(point.subject.number)
    if (device == null) return
    const channel = this.channelOf(device, point.quantity)
    if (channel == null) return
    device.channels.push(channel)
    this.channels.set(point.number, channel)
  }

  private channelOf(device: Device, quantity: string): Channel | null {
    if (quantity == 'outage.last-gasp') return new Channel(device, LAST_GASP, 0)
    if (quantity == 'breaker.position') {
      return device.isHead ? new Channel(device, BREAKER, 0) : null
    }
    const mask = maskOf(quantity)
    if (!quantity.startsWith('voltage.') || mask == 0 || mask == ALL_PHASES) return null
    const isBetweenPhases = (mask & (mask - 1)) != 0
    const nominalV = device.nominalV * (isBetweenPhases ? LINE_TO_PHASE : 1)
    const channel = new Channel(device, VOLTAGE, device.ownPhase == 0 ? mask : device.ownPhase)
    if (nominalV > 0) {
      channel.lostBelow = this.settings.lostShare * nominalV
      channel.backAbove = this.settings.backShare * nominalV
    }
    return channel
  }

  override process(batch: Batch): void {
    const watch = this.watch
    for (let row = 0; row < batch.rows; row++) {
      const channel = this.channels.get(batch.point(row))
      if (channel == null) continue
      const quality = batch.quality(row)
      const value = batch.value(row)
      if (isInvalid(quality) || (quality & TEST) != 0 || value != value) continue
      const time = batch.time(row)
      if (time < channel.newest && channel.newest <= this.horizon) {
        watch.feeders[0].days.late++
        continue
      }
      channel.newest = time
      if (time > watch.now && time <= this.horizon) this.advance(time)
      this.take(channel, time, value)
      if (watch.due <= watch.now) watch.settle()
    }
  }

  override tick(now: i64): void {
    this.horizon = now + AHEAD_US
    this.watch.room = ALONE_A_TICK
    this.advance(now)
    this.watch.refresh(this.devices)
    const day = now / DAY_US
    const feeders = this.watch.feeders
    for (let index = 0; index < feeders.length; index++) {
      const days = feeders[index].days
      if (this.today >= 0 && day > this.today) days.close(this.today * DAY_US)
      days.today = day
      days.report()
    }
    if (day > this.today) this.today = day
  }

  private advance(now: i64): void {
    const watch = this.watch
    if (now > watch.now) watch.now = now
    if (watch.due <= watch.now) watch.settle()
  }

  private take(channel: Channel, time: i64, value: f64): void {
    const device = channel.device
    if (channel.kind == VOLTAGE) this.takeVoltage(channel, time, value)
    else if (channel.kind == LAST_GASP) this.takeLastGasp(device, time, value)
    else this.takeBreaker(channel, time, value)
    if (time > device.newest || device.newest > this.horizon) device.newest = time
  }

  private takeVoltage(channel: Channel, time: i64, value: f64): void {
    const device = channel.device
    if (value >= channel.backAbove) {
      if (!channel.isLost && channel.isEnergised && !device.isGasping) {
        return this.watch.revive(device, time)
      }
      channel.isLost = false
      channel.isEnergised = true
      this.watch.feeders[device.group].serve(device, channel.mask)
      if (time > device.gaspAt) device.isGasping = false
      this.watch.revive(device, time)
      this.look(device, time)
    } else if (value < channel.lostBelow && channel.isEnergised && !channel.isLost) {
      channel.isLost = true
      this.look(device, time)
    }
  }

  /** One that comes when the device has been heard again is of an outage that is over. */
  private takeLastGasp(device: Device, time: i64, value: f64): void {
    if (time < device.newest && device.newest <= this.horizon) {
      this.watch.feeders[0].days.late++
      return
    }
    device.isGasping = value >= 0.5
    device.gaspAt = time
    if (device.isGasping && device.known == 0) {
      const phases = device.ownPhase == 0 ? ALL_PHASES : device.ownPhase
      this.watch.feeders[device.group].serve(device, phases)
    }
    this.look(device, time)
  }

  /** 0 is open. One that has never been closed did not open. */
  private takeBreaker(channel: Channel, time: i64, value: f64): void {
    const feeder = this.watch.feeders[channel.device.group]
    if (value >= 0.5) {
      if (channel.isLost) this.watch.close(feeder, time)
      channel.isLost = false
      channel.isEnergised = true
    } else if (channel.isEnergised && !channel.isLost) {
      channel.isLost = true
      this.watch.open(feeder, time)
    }
  }

  private look(device: Device, time: i64): void {
    this.watch.see(device, device.lostPhases(this.settings.isAnyPhase), time)
  }

  override save(state: StateWriter): void {
    state.i64(this.horizon)
    state.i64(this.today)
    state.i64(this.watch.now)
    state.i64(this.watch.due)
    state.u32(this.watch.room)
    const feeders = this.watch.feeders
    state.u32(feeders.length)
    for (let index = 0; index < feeders.length; index++) {
      state.u32(feeders[index].subject)
      feeders[index].save(state)
    }
    state.u32(this.devices.length)
    for (let index = 0; index < this.devices.length; index++) {
      state.u32(this.devices[index].number)
      this.devices[index].save(state)
    }
    state.u32(this.channels.length)
    for (let point: u32 = 0; point < <u32>this.channels.length; point++) {
      const channel = this.channels.get(point)
      state.u8(channel == null ? 0 : 1)
      if (channel != null) channel.save(state)
    }
  }

  /** What the site file no longer has is read and forgotten. */
  override load(state: StateReader): void {
    this.horizon = state.i64()
    this.today = state.i64()
    this.watch.now = state.i64()
    this.watch.due = state.i64()
    this.watch.room = state.u32()
    const gone = new Feeder(0, 0, false)
    const waiting = new Array<u32>()
    const feeders = state.u32()
    for (let count: u32 = 0; count < feeders; count++) {
      const found = this.feederOf(state.u32())
      ;(found == null ? gone : found).load(state, waiting)
      if (found != null && this.today >= 0) found.days.today = this.today
    }
    this.loadDevices(state)
    for (let index = 0; index < waiting.length; index++) {
      const device = this.byNumber.get(waiting[index])
      if (device != null) this.watch.feeders[device.group].pending.push(device)
    }
  }

  private loadDevices(state: StateReader): void {
    const gone = new Device(new Subject(0, '', '', 'null'), Json.absent, 0, this.network)
    const devices = state.u32()
    for (let count: u32 = 0; count < devices; count++) {
      const found = this.byNumber.get(state.u32())
      ;(found == null ? gone : found).load(state)
    }
    const goneChannel = new Channel(gone, VOLTAGE, 0)
    const points = state.u32()
    for (let point: u32 = 0; point < points; point++) {
      if (state.u8() == 0) continue
      const found = this.channels.get(point)
      ;(found == null ? goneChannel : found).load(state)
    }
  }

  private feederOf(subject: u32): Feeder | null {
    const feeders = this.watch.feeders
    for (let index = 0; index < feeders.length; index++) {
      if (feeders[index].subject == subject) return feeders[index]
    }
    return null
  }
}

start(new OutageProcessor())
