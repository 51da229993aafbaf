import { quality } from '../../src/core/quality.ts'
import type { TrialReading } from '../../src/kernel/trial.ts'
import type { Device, Feeder, ReferenceSettings } from './reference-model.ts'

/** What becomes of what is seen at a device. */
export interface Sink {
  /** `lost` are the phases without supply; none: it has supply. */
  see(device: Device, lost: Set<string>, time: number): void
  /** Voltage was seen. */
  revive(device: Device, time: number): void
  open(feeder: Feeder, time: number): void
  close(feeder: Feeder, time: number): void
}

/** Readings to phases without supply. True: it came too late to be used. */
export class Supply {
  readonly #settings: ReferenceSettings
  readonly #sink: Sink

  constructor(settings: ReferenceSettings, sink: Sink) {
    this.#settings = settings
    this.#sink = sink
  }

  isUsed(device: Device, { quantity, value, quality: bits = 0 }: TrialReading): boolean {
    const isInvalid = (bits & 0b11) === quality.invalid || (bits & quality.test) !== 0
    if (isInvalid || Number.isNaN(value)) return false
    if (quantity === 'breaker.position') return device.isHead
    return quantity === 'outage.last-gasp' || /^voltage\.(?:[abc]|ab|bc|ca)$/.test(quantity)
  }

  take(device: Device, reading: TrialReading, horizon: number): boolean {
    const { quantity, time, value } = reading
    if (device.newest > horizon) device.newest = -Infinity
    let isLate = false
    if (quantity === 'outage.last-gasp') isLate = this.#takeGasp(device, time, value >= 0.5)
    else if (quantity === 'breaker.position') this.#takeBreaker(device, time, value >= 0.5)
    else this.#takeVoltage(device, reading)
    device.newest = Math.max(device.newest, time)
    return isLate
  }

  #takeVoltage(device: Device, { quantity, time, value }: TrialReading): void {
    const channel = device.channels.get(quantity)
    if (channel === undefined) return
    const own = quantity.slice('voltage.'.length)
    const nominal = device.nominalV * (own.length === 2 ? 1.7320508075688772 : 1)
    const { lossPercent, hysteresisPercent } = this.#settings
    const lostBelow = nominal === 0 ? Number.MIN_VALUE : (lossPercent / 100) * nominal
    const backAbove =
      nominal === 0 ? Number.MIN_VALUE : ((lossPercent + hysteresisPercent) / 100) * nominal
    if (value >= backAbove) {
      channel.lost = false
      channel.energised = true
      for (const phase of device.phase ?? own) device.known.add(phase)
      if (time > device.gaspSeen) device.gaspAt = undefined
      this.#sink.revive(device, time)
    } else if (value < lostBelow && channel.energised) channel.lost = true
    this.#look(device, time)
  }

  #takeGasp(device: Device, time: number, isGasp: boolean): boolean {
    if (time < device.newest) return true
    device.gaspAt = isGasp ? time : undefined
    device.gaspSeen = time
    if (isGasp && device.known.size === 0)
      for (const phase of device.phase ?? 'abc') device.known.add(phase)
    this.#look(device, time)
    return false
  }

  #takeBreaker(device: Device, time: number, isClosed: boolean): void {
    const channel = device.channels.get('breaker.position')
    if (channel === undefined) return
    const wasOpen = channel.lost
    if (isClosed) {
      channel.lost = false
      channel.energised = true
      if (wasOpen) this.#sink.close(device.feeder, time)
    } else if (channel.energised && !wasOpen) {
      channel.lost = true
      this.#sink.open(device.feeder, time)
    }
  }

  #look(device: Device, time: number): void {
    this.#sink.see(device, this.#lostPhases(device), time)
  }

  #lostPhases(device: Device): Set<string> {
    if (device.gaspAt !== undefined) return new Set(device.known)
    const live = [...device.channels].filter(
      ([quantity, channel]) => quantity.startsWith('voltage.') && channel.energised,
    )
    const lost = live.filter(([, channel]) => channel.lost)
    const isAny = this.#settings.threePhase === 'any' && !device.isHead
    if (!isAny && lost.length < live.length) return new Set()
    return new Set(lost.flatMap(([quantity]) => (device.phase ?? quantity.slice(8)).split('')))
  }
}
