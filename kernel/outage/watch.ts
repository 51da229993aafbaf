import { STATE_END, STATE_START, STATE_UPDATE } from '../sdk/index.ts'
import { ALL_PHASES, ALONE, CALM, Device, INFERRED, JOINED, PENDING } from './device.ts'
import { Days } from './days.ts'
import { Feeder } from './feeder.ts'
import { ALONE_A_TICK, NEVER } from './limits.ts'
import { reportAlone, reportEnd, reportStart, reportUpdate } from './report.ts'
import { Settings } from './settings.ts'

/**
 * Puts losses of supply together. A device that loses it waits a moment for others on its feeder: with them it becomes one
 * outage of the feeder, without them one of its own.
 */
export class Watch {
  /** The newest time of a reading or a tick, microseconds. */
  now: i64 = i64.MIN_VALUE
  /** When the next wait is over. */
  due: i64 = NEVER
  readonly feeders: Array<Feeder> = []
  /** Outages of single devices that may still be told before the next tick. */
  room: i32 = ALONE_A_TICK

  constructor(private readonly settings: Settings) {}

  /** The first is the site. */
  private get siteDays(): Days {
    return this.feeders[0].days
  }

  /** What a device shows at `time`: the phases that are without supply, 0 for none. */
  see(device: Device, lost: i32, time: i64): void {
    if (lost == 0) {
      if (device.isDark) this.gain(device, time)
    } else if (!device.isDark) this.lose(device, lost, time)
    else if ((lost & ~device.mask) != 0) {
      device.mask |= lost
      if (device.state == JOINED) this.spread(this.feeders[device.group], lost)
    }
  }

  /** Voltage was seen at a device that was taken to be without it, because it said nothing. */
  revive(device: Device, time: i64): void {
    const feeder = this.feeders[device.group]
    const outage = feeder.outage
    if (device.state != INFERRED || !outage.isOpen || time <= outage.start) return
    device.state = CALM
    outage.members--
    outage.dark--
    outage.silent--
    outage.customers -= device.customers
    outage.out -= device.customers
    outage.isChanged = true
    this.calm(feeder)
  }

  /** A breaker of the feeder was seen to open. Alone that is no outage: the feeder may be supplied from its other end. */
  open(feeder: Feeder, time: i64): void {
    feeder.openBreakers++
    feeder.openedAt = time
    if (feeder.outage.isOpen && this.isClose(feeder, time)) this.trip(feeder)
    else this.gather(feeder, time)
  }

  close(feeder: Feeder, time: i64): void {
    if (feeder.openBreakers > 0) feeder.openBreakers--
    if (feeder.openBreakers == 0 && feeder.outage.isOpen && feeder.outage.isByBreaker) {
      this.restore(feeder, time)
    }
  }

  /** Ends the waits that are over. */
  settle(): void {
    this.due = this.room > 0 ? NEVER : this.now
    if (this.room <= 0) return
    for (let index = 0; index < this.feeders.length; index++) {
      const feeder = this.feeders[index]
      if (feeder.pending.length > 0) this.release(feeder)
      if (feeder.outage.isOpen && feeder.outage.deadline <= this.now) this.finish(feeder)
      if (feeder.outage.isOpen) this.wait(feeder.outage.deadline)
    }
  }

  /** Once a second: what has changed since, and what has become sustained. */
  refresh(devices: Array<Device>): void {
    for (let index = 0; index < devices.length; index++) {
      const device = devices[index]
      if (device.state != ALONE || device.isSustained || this.room <= 0) continue
      if (this.now - device.start <= this.settings.momentaryUs) continue
      device.isSustained = true
      this.room--
      reportAlone(device, 0, STATE_UPDATE)
    }
    for (let index = 0; index < this.feeders.length; index++) {
      const feeder = this.feeders[index]
      const outage = feeder.outage
      if (!outage.isOpen) continue
      const isLong = this.now - outage.start > this.settings.momentaryUs
      if (isLong && !outage.isSustained && (outage.dark > 0 || feeder.isHeld)) {
        outage.isSustained = true
        outage.isChanged = true
      }
      if (outage.isChanged) reportUpdate(feeder, this.settings)
    }
  }

  private lose(device: Device, lost: i32, time: i64): void {
    const feeder = this.feeders[device.group]
    const outage = feeder.outage
    device.isDark = true
    if (device.isHead) return this.loseHead(feeder, time)
    if (device.state == PENDING) this.releaseOne(feeder, device)
    device.mask = lost
    device.start = time
    device.end = 0
    device.isSustained = false
    if (device.state == INFERRED && outage.isOpen) {
      device.state = JOINED
      if (outage.start < time) device.start = outage.start
      outage.silent--
      return this.spread(feeder, device.mask)
    }
    device.state = PENDING
    device.deadline = this.now + this.settings.correlationUs
    feeder.pending.push(device)
    this.wait(device.deadline)
    if (!feeder.isFeeder) return
    const isAll = outage.isFeeder && outage.deadline == NEVER
    const isBehind = time >= outage.start - this.settings.correlationUs
    if (outage.isOpen && ((isAll && isBehind) || this.isClose(feeder, time))) {
      feeder.pending.pop()
      this.join(feeder, device)
      this.judge(feeder)
    } else this.gather(feeder, time)
  }

  /** What watches the feeder sees it dead: that needs nobody else's word. */
  private loseHead(feeder: Feeder, time: i64): void {
    feeder.darkHeads++
    if (feeder.darkHeads > 1) return
    if (feeder.outage.isOpen && feeder.outage.deadline != NEVER && !this.isClose(feeder, time)) {
      this.finish(feeder)
    }
    const isNew = !feeder.outage.isOpen
    if (isNew) feeder.outage.begin(time)
    feeder.outage.deadline = NEVER
    this.take(feeder, time)
    this.mark(feeder)
    if (isNew) reportStart(feeder, this.settings)
  }

  private gain(device: Device, time: i64): void {
    const feeder = this.feeders[device.group]
    const outage = feeder.outage
    device.isDark = false
    if (device.isHead) {
      feeder.darkHeads--
      if (feeder.darkHeads == 0 && outage.isOpen) this.restore(feeder, time)
    } else if (device.state == PENDING) device.end = time > device.start ? time : device.start
    else if (device.state == ALONE) this.endAlone(device, time)
    else if (device.state == JOINED && outage.isOpen) {
      this.leave(feeder, device, time)
      const isHalf = feeder.confirmed + feeder.confirmed <= outage.members - outage.silent
      if (outage.isFeeder && !feeder.isHeld && isHalf) this.restore(feeder, time)
      this.calm(feeder)
    } else device.state = CALM
  }

  /** Whether a loss at `time` came with those of the outage. */
  private isClose(feeder: Feeder, time: i64): bool {
    const reach = this.settings.correlationUs
    return time >= feeder.outage.start - reach && time <= feeder.outage.last + reach
  }

  /** Makes one outage of those that wait and went at about `time`, if they are enough. */
  private gather(feeder: Feeder, time: i64): void {
    if (!feeder.isFeeder) return
    const reach = this.settings.correlationUs
    const isTripped = feeder.openBreakers > 0 && isNear(feeder.openedAt, time, reach)
    let count: i32 = 0
    let first = time
    for (let index = 0; index < feeder.pending.length; index++) {
      const start = feeder.pending[index].start
      if (!isNear(start, time, reach)) continue
      count++
      if (start < first) first = start
    }
    if (count == 0 || (count < this.settings.membersMin && !isTripped)) return
    if (feeder.outage.isOpen && feeder.outage.deadline != NEVER) this.finish(feeder)
    const isNew = !feeder.outage.isOpen
    if (isNew) feeder.outage.begin(first)
    this.take(feeder, time)
    if (isTripped) this.trip(feeder)
    this.judge(feeder)
    if (isNew) reportStart(feeder, this.settings)
    this.calm(feeder)
  }

  /** Those that wait and went at about `time` join the outage. */
  private take(feeder: Feeder, time: i64): void {
    const waiting = new Array<Device>()
    for (let index = 0; index < feeder.pending.length; index++) {
      const device = feeder.pending[index]
      if (isNear(device.start, time, this.settings.correlationUs)) this.join(feeder, device)
      else waiting.push(device)
    }
    feeder.pending = waiting
  }

  private join(feeder: Feeder, device: Device): void {
    const outage = feeder.outage
    device.state = JOINED
    outage.deadline = NEVER
    outage.members++
    outage.dark++
    outage.customers += device.customers
    outage.out += device.customers
    outage.mask |= device.mask
    outage.isChanged = true
    if (device.start > outage.last) outage.last = device.start
    if (device.end != 0) this.leave(feeder, device, device.end)
  }

  private leave(feeder: Feeder, device: Device, time: i64): void {
    device.state = CALM
    feeder.outage.dark--
    this.count(feeder, device.start, time, device.customers)
  }

  /** More phases of a member are lost. */
  private spread(feeder: Feeder, mask: i32): void {
    feeder.outage.mask |= mask
    feeder.outage.isChanged = true
    this.judge(feeder)
  }

  /** Nearly all devices, on all phases that the feeder has: then it is the feeder. */
  private judge(feeder: Feeder): void {
    const outage = feeder.outage
    if (outage.isFeeder || feeder.confirmed < this.settings.membersMin) return
    if ((outage.mask & feeder.phases) != feeder.phases) return
    const share = this.settings.feederPercent * <f64>feeder.inService
    if (<f64>feeder.confirmed * 100 >= share) this.mark(feeder)
  }

  private trip(feeder: Feeder): void {
    feeder.outage.isByBreaker = true
    this.mark(feeder)
  }

  /** The whole feeder: who says nothing is without supply, too, and so are the customers that no device stands for. */
  private mark(feeder: Feeder): void {
    const outage = feeder.outage
    outage.isChanged = true
    outage.mask = ALL_PHASES
    if (outage.isFeeder) return
    outage.isFeeder = true
    outage.hasRest = true
    outage.customers += feeder.rest
    outage.out += feeder.rest
    for (let index = 0; index < feeder.devices.length; index++) {
      const device = feeder.devices[index]
      if (device.isHead || device.state != CALM || device.newest > outage.start) continue
      device.state = INFERRED
      outage.members++
      outage.dark++
      outage.silent++
      outage.customers += device.customers
      outage.out += device.customers
    }
  }

  /** The feeder has supply again: so have those who say nothing. */
  private restore(feeder: Feeder, time: i64): void {
    const outage = feeder.outage
    for (let index = 0; index < feeder.devices.length; index++) {
      const device = feeder.devices[index]
      if (device.state != INFERRED) continue
      device.state = CALM
      outage.dark--
      outage.silent--
      this.count(feeder, outage.start, time, device.customers)
    }
    if (outage.hasRest) this.count(feeder, outage.start, time, feeder.rest)
    outage.hasRest = false
    outage.isByBreaker = false
    if (time > outage.end) outage.end = time
    outage.isChanged = true
    this.calm(feeder)
  }

  /** One interruption of so many customers is over. */
  private count(feeder: Feeder, start: i64, time: i64, customers: f64): void {
    const outage = feeder.outage
    const end = time > start ? time : start
    const isSustained = end - start > this.settings.momentaryUs
    if (isSustained) {
      outage.isSustained = true
      outage.sustained += customers
      outage.customerMinutes += (customers * <f64>(end - start)) / 60_000_000
    } else outage.momentary += customers
    outage.out -= customers
    if (end > outage.end) outage.end = end
    outage.isChanged = true
    this.countDay(feeder, start, end, customers)
  }

  private countDay(feeder: Feeder, start: i64, end: i64, customers: f64): void {
    if (customers <= 0) return
    const isSustained = end - start > this.settings.momentaryUs
    this.siteDays.count(start, end - start, customers, isSustained)
    if (feeder.isFeeder) feeder.days.count(start, end - start, customers, isSustained)
  }

  /** Once nobody is without supply, the outage waits for stragglers of the same moment, and then is over. */
  private calm(feeder: Feeder): void {
    const outage = feeder.outage
    if (!outage.isOpen || outage.dark > 0 || feeder.isHeld) return
    outage.deadline = this.now + this.settings.correlationUs
    this.wait(outage.deadline)
  }

  private finish(feeder: Feeder): void {
    reportEnd(feeder, this.settings)
    feeder.outage.isOpen = false
  }

  private release(feeder: Feeder): void {
    const waiting = new Array<Device>()
    for (let index = 0; index < feeder.pending.length; index++) {
      const device = feeder.pending[index]
      if (device.deadline <= this.now && this.room > 0) {
        this.room--
        this.goAlone(device)
      } else {
        waiting.push(device)
        this.wait(device.deadline)
      }
    }
    feeder.pending = waiting
  }

  private releaseOne(feeder: Feeder, device: Device): void {
    const waiting = new Array<Device>()
    for (let index = 0; index < feeder.pending.length; index++) {
      if (feeder.pending[index] != device) waiting.push(feeder.pending[index])
    }
    feeder.pending = waiting
    this.goAlone(device)
  }

  private goAlone(device: Device): void {
    device.state = ALONE
    if (device.end != 0) this.endAlone(device, device.end)
    else reportAlone(device, 0, STATE_START)
  }

  private endAlone(device: Device, time: i64): void {
    const end = time > device.start ? time : device.start
    device.isSustained = end - device.start > this.settings.momentaryUs
    device.state = CALM
    reportAlone(device, end, STATE_END)
    this.countDay(this.feeders[device.group], device.start, end, device.customers)
  }

  private wait(deadline: i64): void {
    if (deadline < this.due) this.due = deadline
  }
}

function isNear(one: i64, other: i64, reach: i64): bool {
  return one >= other - reach && one <= other + reach
}
