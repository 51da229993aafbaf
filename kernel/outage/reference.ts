import type { TrialReading, TrialResult } from '../../src/kernel/trial.ts'
import {
  DAY,
  type Device,
  type Event,
  type Feeder,
  type Loss,
  type ReferenceSettings,
  type ReferenceSubject,
  SECOND,
} from './reference-model.ts'
import { ReferenceDays, aloneRecord, feederRecord } from './reference-report.ts'
import { isNearlyAll, silentLosses } from './reference-scope.ts'
import { customersOf, readSite } from './reference-site.ts'
import { type Sink, Supply } from './reference-supply.ts'

/**
 * What the module is compared with: every figure is summed over the list of losses when it is asked for, nothing is counted along the
 * way.
 */
export class ReferenceOutage implements Sink {
  readonly #settings: ReferenceSettings
  readonly #feeders: readonly Feeder[]
  readonly #devices: ReadonlyMap<string, Device>
  readonly #days = new Map<Feeder, ReferenceDays>()
  readonly #supply: Supply
  #results: TrialResult[] = []
  #now = -Infinity
  #horizon = Infinity
  #today: number | undefined
  #late = 0

  constructor(settings: ReferenceSettings, subjects: readonly ReferenceSubject[]) {
    this.#settings = settings
    this.#supply = new Supply(settings, this)
    const { feeders, devices } = readSite(subjects)
    this.#feeders = feeders
    this.#devices = devices
    for (const feeder of feeders) this.#days.set(feeder, new ReferenceDays(feeder.id))
    this.#countServed()
  }

  feed(readings: readonly TrialReading[]): void {
    for (const reading of readings) this.#take(reading)
  }

  tick(now: number): void {
    this.#horizon = now + 600 * SECOND
    this.#advance(now)
    for (const { alone } of this.#devices.values()) {
      if (alone === undefined || alone.isSustained) continue
      if (!this.#isLong(alone.start, this.#now)) continue
      alone.isSustained = true
      this.#reportAlone(alone, 'update')
    }
    for (const feeder of this.#feeders) this.#refresh(feeder)
    const today = Math.floor(now / DAY)
    for (const [feeder, days] of this.#days) {
      if (this.#today !== undefined && today > this.#today) days.close(this.#today)
      this.#results.push(...days.report(feeder.isReal ? 0 : this.#late))
    }
    this.#today = Math.max(today, this.#today ?? today)
  }

  take(): TrialResult[] {
    const results = this.#results
    this.#results = []
    return results
  }

  /** Of a feeder what the site file says, or its devices' if they are more; of the site all of these. */
  #countServed(): void {
    const [site] = this.#feeders as [Feeder]
    let all = 0
    for (const feeder of this.#feeders) {
      const served = Math.max(feeder.customers, customersOf(feeder.devices))
      this.#daysOf(feeder).served = served
      all += served
    }
    this.#daysOf(site).served = all
  }

  #take(reading: TrialReading): void {
    const { subject, quantity, time } = reading
    const device = this.#devices.get(subject)
    if (device === undefined || !this.#supply.isUsed(device, reading)) return
    let channel = device.channels.get(quantity)
    if (channel === undefined) {
      channel = { newest: -Infinity, energised: false, lost: false }
      device.channels.set(quantity, channel)
    }
    if (time < channel.newest && channel.newest <= this.#horizon) {
      this.#late++
      return
    }
    channel.newest = time
    if (time <= this.#horizon) this.#advance(Math.max(this.#now, time))
    if (this.#supply.take(device, reading, this.#horizon)) this.#late++
    this.#advance(this.#now)
  }

  #advance(now: number): void {
    this.#now = Math.max(this.#now, now)
    for (const feeder of this.#feeders) {
      const over = feeder.waiting.filter((loss) => loss.deadline <= this.#now)
      feeder.waiting = feeder.waiting.filter((loss) => loss.deadline > this.#now)
      for (const loss of over) this.#goAlone(loss)
      const { event } = feeder
      if (event !== undefined && event.closesAt <= this.#now) this.#finish(feeder, event)
    }
  }

  see(device: Device, lost: Set<string>, time: number): void {
    const { feeder } = device
    const { event } = feeder
    const joined = event?.losses.find(
      (loss) => loss.device === device && loss.end === undefined && !loss.isInferred,
    )
    if (lost.size === 0) {
      if (device.isDark) this.#gain(device, joined, time)
    } else if (!device.isDark) this.#lose(device, lost, time)
    else {
      const isKnown = joined !== undefined && lost.isSubsetOf(joined.phases)
      const waiting = feeder.waiting.find((loss) => loss.device === device)
      for (const loss of [joined, waiting, device.alone])
        if (loss !== undefined) loss.phases = loss.phases.union(lost)
      if (joined === undefined || event === undefined || isKnown) return
      event.phases = event.phases.union(lost)
      event.isChanged = true
      this.#judge(feeder, event)
    }
  }

  revive(device: Device, time: number): void {
    const { event } = device.feeder
    if (event === undefined || time <= event.start) return
    const left = event.losses.filter(
      (loss) => loss.device !== device || !loss.isInferred || loss.end !== undefined,
    )
    if (left.length === event.losses.length) return
    event.losses = left
    event.isChanged = true
    this.#calm(device.feeder, event)
  }

  open(feeder: Feeder, time: number): void {
    feeder.breakersOpen++
    feeder.openedAt = time
    if (feeder.event !== undefined && this.#isClose(feeder.event, time)) {
      feeder.event.isByBreaker = true
      this.#wholeFeeder(feeder, feeder.event)
    } else this.#gather(feeder, time)
  }

  close(feeder: Feeder, time: number): void {
    const { event } = feeder
    if (--feeder.breakersOpen === 0 && event?.isByBreaker) this.#restore(feeder, event, time)
  }

  #lose(device: Device, phases: Set<string>, time: number): void {
    const { feeder } = device
    device.isDark = true
    if (device.isHead) return this.#loseHead(feeder, time)
    const before = feeder.waiting.find((loss) => loss.device === device)
    if (before !== undefined) {
      feeder.waiting = feeder.waiting.filter((loss) => loss !== before)
      this.#goAlone(before)
    }
    const inferred = feeder.event?.losses.find(
      (loss) => loss.device === device && loss.isInferred && loss.end === undefined,
    )
    if (inferred !== undefined && feeder.event !== undefined) {
      inferred.isInferred = false
      inferred.start = Math.min(time, feeder.event.start)
      feeder.event.phases = feeder.event.phases.union(phases)
      inferred.phases = phases
      feeder.event.isChanged = true
      return this.#judge(feeder, feeder.event)
    }
    const deadline = this.#now + this.#reach
    const loss = { device, start: time, end: undefined, isInferred: false, deadline, phases }
    const { event } = feeder
    const isWhole = event?.isFeeder === true && event.closesAt === Infinity
    const isBehind = isWhole && time >= event.start - this.#reach
    if (event !== undefined && (isBehind || this.#isClose(event, time))) {
      this.#join(feeder, event, loss)
      this.#judge(feeder, event)
    } else {
      feeder.waiting.push(loss)
      this.#gather(feeder, time)
    }
  }

  #loseHead(feeder: Feeder, time: number): void {
    if (feeder.devices.filter((one) => one.isHead && one.isDark).length > 1) return
    const old = feeder.event
    if (old !== undefined && old.closesAt !== Infinity && !this.#isClose(old, time))
      this.#finish(feeder, old)
    const event = feeder.event ?? this.#begin(feeder, time)
    event.closesAt = Infinity
    for (const loss of this.#takeNear(feeder, time)) this.#join(feeder, event, loss)
    this.#wholeFeeder(feeder, event)
    if (old !== event) this.#report(feeder, event, 'start')
  }

  #gain(device: Device, joined: Loss | undefined, time: number): void {
    const { feeder } = device
    const { event } = feeder
    device.isDark = false
    if (device.isHead) {
      const isLast = !feeder.devices.some((one) => one.isHead && one.isDark)
      if (isLast && event !== undefined) this.#restore(feeder, event, time)
      return
    }
    const waiting = feeder.waiting.find((loss) => loss.device === device)
    if (waiting !== undefined) waiting.end = Math.max(time, waiting.start)
    else if (device.alone !== undefined) this.#endAlone(device.alone, time)
    else if (joined !== undefined && event !== undefined) {
      this.#leave(feeder, event, joined, time)
      const own = event.losses.filter((loss) => !loss.isInferred)
      const dark = own.filter((loss) => loss.end === undefined)
      if (event.isFeeder && !this.#isHeld(feeder) && 2 * dark.length <= own.length)
        this.#restore(feeder, event, time)
      this.#calm(feeder, event)
    }
  }

  get #reach(): number {
    return this.#settings.correlationSeconds * SECOND
  }

  #isClose(event: Event, time: number): boolean {
    return time >= event.start - this.#reach && time <= event.last + this.#reach
  }

  #isHeld(feeder: Feeder): boolean {
    const isHeadDark = feeder.devices.some((one) => one.isHead && one.isDark)
    return isHeadDark || (feeder.event?.isByBreaker === true && feeder.breakersOpen > 0)
  }

  #takeNear(feeder: Feeder, time: number): Loss[] {
    const isNear = (loss: Loss): boolean => Math.abs(loss.start - time) <= this.#reach
    const near = feeder.waiting.filter(isNear)
    feeder.waiting = feeder.waiting.filter((loss) => !isNear(loss))
    return near
  }

  #gather(feeder: Feeder, time: number): void {
    if (!feeder.isReal) return
    const near = feeder.waiting.filter((loss) => Math.abs(loss.start - time) <= this.#reach)
    const isTripped = feeder.breakersOpen > 0 && Math.abs(feeder.openedAt - time) <= this.#reach
    if (near.length === 0 || (near.length < this.#settings.membersMin && !isTripped)) return
    if (feeder.event !== undefined && feeder.event.closesAt !== Infinity)
      this.#finish(feeder, feeder.event)
    const old = feeder.event
    const event = old ?? this.#begin(feeder, Math.min(time, ...near.map((loss) => loss.start)))
    for (const loss of this.#takeNear(feeder, time)) this.#join(feeder, event, loss)
    if (isTripped) {
      event.isByBreaker = true
      this.#wholeFeeder(feeder, event)
    }
    this.#judge(feeder, event)
    if (old === undefined) this.#report(feeder, event, 'start')
    this.#calm(feeder, event)
  }

  #begin(feeder: Feeder, start: number): Event {
    feeder.event = {
      start,
      last: start,
      losses: [],
      rest: undefined,
      isFeeder: false,
      isByBreaker: false,
      isSustained: false,
      isChanged: false,
      phases: new Set(),
      closesAt: Infinity,
      end: start,
    }
    return feeder.event
  }

  #join(feeder: Feeder, event: Event, loss: Loss): void {
    event.closesAt = Infinity
    event.losses.push(loss)
    event.phases = event.phases.union(loss.phases)
    event.isChanged = true
    event.last = Math.max(event.last, loss.start)
    const { end } = loss
    loss.end = undefined
    if (end !== undefined) this.#leave(feeder, event, loss, end)
  }

  #leave(feeder: Feeder, event: Event, loss: Loss, time: number): void {
    loss.end = Math.max(time, loss.start)
    event.end = Math.max(event.end, loss.end)
    if (this.#isLong(loss.start, loss.end)) event.isSustained = true
    event.isChanged = true
    this.#countDays(feeder, loss, loss.device.customers)
  }

  #isLong(start: number, end: number): boolean {
    return end - start > this.#settings.momentarySeconds * SECOND
  }

  #judge(feeder: Feeder, event: Event): void {
    if (!event.isFeeder && isNearlyAll(feeder, event, this.#settings))
      this.#wholeFeeder(feeder, event)
  }

  #wholeFeeder(feeder: Feeder, event: Event): void {
    event.isChanged = true
    event.phases = new Set('abc')
    if (event.isFeeder) return
    event.isFeeder = true
    const served = Math.max(feeder.customers, customersOf(feeder.devices))
    event.rest = { customers: served - customersOf(feeder.devices), end: undefined }
    event.losses.push(...silentLosses(feeder, event))
  }

  #restore(feeder: Feeder, event: Event, time: number): void {
    for (const loss of event.losses)
      if (loss.isInferred && loss.end === undefined) this.#leave(feeder, event, loss, time)
    if (event.rest !== undefined && event.rest.end === undefined) {
      const end = Math.max(time, event.start)
      event.rest = { ...event.rest, end }
      if (this.#isLong(event.start, end)) event.isSustained = true
      this.#countDays(feeder, { start: event.start, end }, event.rest.customers)
    }
    event.end = Math.max(event.end, time)
    event.isByBreaker = false
    event.isChanged = true
    this.#calm(feeder, event)
  }

  #calm(feeder: Feeder, event: Event): void {
    const isDark = event.losses.some((loss) => loss.end === undefined)
    if (!isDark && !this.#isHeld(feeder)) event.closesAt = this.#now + this.#reach
  }

  #finish(feeder: Feeder, event: Event): void {
    this.#report(feeder, event, 'end')
    feeder.event = undefined
  }

  #goAlone(loss: Loss): void {
    const alone = Object.assign(loss, { isSustained: false })
    loss.device.alone = alone
    if (loss.end === undefined) this.#reportAlone(alone, 'start')
    else this.#endAlone(alone, loss.end)
  }

  #endAlone(alone: Loss & { isSustained: boolean }, time: number): void {
    alone.end = Math.max(time, alone.start)
    alone.isSustained = this.#isLong(alone.start, alone.end)
    alone.device.alone = undefined
    this.#reportAlone(alone, 'end')
    this.#countDays(alone.device.feeder, alone, alone.device.customers)
  }

  #refresh(feeder: Feeder): void {
    const { event } = feeder
    if (event === undefined) return
    const isOut = event.losses.some((loss) => loss.end === undefined) || this.#isHeld(feeder)
    if (isOut && !event.isSustained && this.#isLong(event.start, this.#now)) {
      event.isSustained = true
      event.isChanged = true
    }
    if (event.isChanged) this.#report(feeder, event, 'update')
  }

  #report(feeder: Feeder, event: Event, state: 'start' | 'update' | 'end'): void {
    event.isChanged = false
    this.#results.push(feederRecord({ feeder, event }, state, this.#settings))
  }

  #reportAlone(
    alone: Loss & { readonly isSustained: boolean },
    state: 'start' | 'update' | 'end',
  ): void {
    this.#results.push(aloneRecord(alone, state, this.#settings))
  }

  #countDays(
    feeder: Feeder,
    { start, end = start }: { readonly start: number; readonly end: number | undefined },
    customers: number,
  ): void {
    if (customers <= 0) return
    const step = { customers, start, end, isSustained: this.#isLong(start, end) }
    const [site] = this.#feeders as [Feeder]
    this.#daysOf(site).count(step)
    if (feeder.isReal) this.#daysOf(feeder).count(step)
  }

  #daysOf(feeder: Feeder): ReferenceDays {
    return this.#days.get(feeder) as ReferenceDays
  }
}
