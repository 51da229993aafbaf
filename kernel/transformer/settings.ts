import { Json, refuse } from '../sdk/index.ts'
import { LATENESS_SECONDS_MAX } from './limits.ts'

export const SECOND: i64 = 1000000
export const MINUTE: i64 = 60 * SECOND
export const DAY: i64 = 24 * 60 * MINUTE

/** What the site file says under `processors.transformer`; src/edge/site/processors/transformer.ts describes each. */
export class Settings {
  isIeee: bool = false
  outputMicros: i64 = MINUTE
  windowMicros: i64 = 60 * MINUTE
  permissibleMicros: i64 = 15 * MINUTE
  isEmergency: bool = false
  gapMicros: i64 = 90 * MINUTE
  latenessSeconds: i64 = 5
  hysteresisK: f64 = 3
  hysteresisLoad: f64 = 0.05
  holdMicros: i64 = MINUTE
  deviationK: f64 = 10
  deviationMicros: i64 = 30 * MINUTE
  /** Top oil that a transformer should not regularly have; infinite where no rule says so. */
  regularTopOilC: f64 = Infinity

  take(settings: Json, site: Json): void {
    this.isIeee = settings.get('method').text('iec') == 'ieee'
    this.outputMicros = whole(settings, 'outputSeconds', 60) * SECOND
    this.windowMicros = whole(settings, 'windowMinutes', 60) * MINUTE
    this.permissibleMicros = whole(settings, 'permissibleMinutes', 15) * MINUTE
    this.isEmergency = settings.get('emergency').flag(false)
    this.gapMicros = whole(settings, 'gapMinutes', 90) * MINUTE
    this.latenessSeconds = whole(settings, 'latenessSeconds', 5)
    this.hysteresisK = settings.get('hysteresisK').number(3)
    this.hysteresisLoad = settings.get('hysteresisLoad').number(0.05)
    this.holdMicros = whole(settings, 'holdSeconds', 60) * SECOND
    this.deviationK = settings.get('deviationK').number(10)
    this.deviationMicros = whole(settings, 'deviationMinutes', 30) * MINUTE
    // DL/T 572-2021 is Chinese; others may ask for the alarm by its limit.
    const regular = site.get('limits').text('') == 'gbt' ? 85.0 : Infinity
    this.regularTopOilC = settings.get('regularTopOilC').number(regular)
    this.refuseOdd()
  }

  private refuseOdd(): void {
    const isWholeMinutes = this.outputMicros > 0 && this.outputMicros % MINUTE == 0
    if (!isWholeMinutes) refuse('outputSeconds has to be whole minutes')
    if (!divides(this.windowMicros)) refuse('windowMinutes has to divide a day')
    if (!divides(this.permissibleMicros)) refuse('permissibleMinutes has to divide a day')
    if (this.latenessSeconds < 0 || this.latenessSeconds > LATENESS_SECONDS_MAX) {
      refuse('latenessSeconds has to be 0 to 60')
    }
  }
}

function whole(settings: Json, key: string, otherwise: f64): i64 {
  return <i64>settings.get(key).number(otherwise)
}

function divides(micros: i64): bool {
  return micros > 0 && DAY % micros == 0
}
