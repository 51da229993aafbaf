import { Json, refuse } from '../sdk/index.ts'
import { DISTURBANCE_US } from './limits.ts'

/** Which channels an event is about: phase to neutral where the device has them, otherwise between phases. */
export const enum Channels {
  Automatic,
  Phase,
  Line,
}

/** `processors.power-quality` of the site file; src/edge/site/processors/power-quality.ts describes each. */
export class Settings {
  isGbt: bool = false
  nominalHz: f64 = 50
  dipPercent: f64 = 90
  swellPercent: f64 = 110
  interruptionPercent: f64 = 5
  hysteresisPercent: f64 = 2
  channels: Channels = Channels.Automatic
  lateUs: i64 = 60_000_000
  weekOffsetUs: i64 = 0
  /** Of a week's values: with fewer valid ones it is not judged. */
  validPercent: f64 = 50
  /** GB/T 12325 has limits but no share of time. */
  voltageSharePercent: f64 = 95
  unbalanceLimitPercent: f64 = 2
  isSmallSystem: bool = false
  isPstAtStart: bool = false
  thdTolerancePercent: f64 = 10
  tellsTenMinutes: bool = true

  read(settings: Json, site: Json): void {
    this.nominalHz = site.get('frequencyHz').number(50)
    const profile = settings.get('profile').text('site')
    const word = profile == 'site' ? site.get('limits').text('en50160') : profile
    this.isGbt = word == 'gbt'
    this.dipPercent = settings.get('dipPercent').number(90)
    this.swellPercent = settings.get('swellPercent').number(110)
    // EN 50160:2010 has 5 %; GB/T 30137-2013 and IEEE 1159-2019 have 10 %.
    this.interruptionPercent = settings.get('interruptionPercent').number(this.isGbt ? 10 : 5)
    this.hysteresisPercent = settings.get('hysteresisPercent').number(2)
    const channels = settings.get('channels').text('automatic')
    if (channels == 'phase') this.channels = Channels.Phase
    if (channels == 'line') this.channels = Channels.Line
    this.lateUs = <i64>(settings.get('lateMs').number(60_000) * 1000)
    if (this.lateUs < DISTURBANCE_US) refuse('lateMs has to be 60000 or more')
    this.weekOffsetUs = <i64>(settings.get('weekOffsetHours').number(0) * 3_600_000_000)
    this.validPercent = settings.get('validPercent').number(50)
    this.voltageSharePercent = settings.get('voltageSharePercent').number(95)
    this.unbalanceLimitPercent = settings.get('unbalanceLimitPercent').number(2)
    this.isSmallSystem = settings.get('smallSystem').flag(false)
    this.isPstAtStart = settings.get('pstTime').text('end') == 'start'
    this.thdTolerancePercent = settings.get('thdTolerancePercent').number(10)
    this.tellsTenMinutes = settings.get('tenMinutes').flag(true)
    if (this.interruptionPercent >= this.dipPercent)
      refuse('interruptionPercent has to be below dipPercent')
    if (this.dipPercent + this.hysteresisPercent > this.swellPercent - this.hysteresisPercent)
      refuse('dipPercent and swellPercent are too near for the hysteresis')
  }
}
