import { LINE_TO_PHASE } from '../sdk/index.ts'
import {
  EN_50160,
  GBT_12325,
  GBT_12326,
  GBT_14549,
  GBT_15543,
  GBT_15945,
  NO_STANDARD,
} from './names.ts'
import { Settings } from './settings.ts'

/** What a week has to keep to: a share of its valid values between low and high, and all of them between the outer two. */
export class Band {
  standard: u32 = NO_STANDARD
  low: f64 = -Infinity
  high: f64 = Infinity
  lowAll: f64 = -Infinity
  highAll: f64 = Infinity
  /** Of 1000 values, how many may lie outside of low and high. */
  outsidePerMille: f64 = 50
  /** Highest minus lowest, where that is limited (GB/T 12325, 35 kV and above); it then takes the place of low and high. */
  spread: f64 = Infinity

  get isSet(): bool {
    return this.standard != NO_STANDARD
  }

  /** A limit for 95 % of the values and none for the rest. */
  static upTo(standard: u32, high: f64): Band {
    const band = new Band()
    if (high > 0) {
      band.standard = standard
      band.high = high
    }
    return band
  }
}

/** Between phases: up to 1 kV it is low voltage in either country. */
const LOW_VOLTAGE_V: f64 = 1000
/** EN 50160:2010: medium voltage ends at 36 kV. */
const MEDIUM_VOLTAGE_V: f64 = 36_000

/** Deviation of the ten-minute voltage from nominal, in %. `phaseV` is the nominal voltage of a phase. */
export function voltageBand(settings: Settings, phaseV: f64, isSinglePhase: bool): Band {
  const lineV = phaseV * LINE_TO_PHASE
  const band = new Band()
  if (settings.isGbt) {
    band.standard = GBT_12325
    band.outsidePerMille = 1000 - 10 * settings.voltageSharePercent
    if (lineV > 20_500) {
      band.spread = 10
    } else {
      band.low = isSinglePhase && lineV <= LOW_VOLTAGE_V ? -10 : -7
      band.high = 7
    }
    return band
  }
  if (lineV > MEDIUM_VOLTAGE_V) return band
  band.standard = EN_50160
  band.low = -10
  band.high = 10
  band.lowAll = -15
  band.highAll = lineV > LOW_VOLTAGE_V ? 15 : 10
  if (lineV > LOW_VOLTAGE_V) band.outsidePerMille = 10
  return band
}

/** Negative over positive sequence, in %. GB/T 15543: at most 4 % at any time. */
export function unbalanceBand(settings: Settings): Band {
  const band = Band.upTo(settings.isGbt ? GBT_15543 : EN_50160, settings.unbalanceLimitPercent)
  if (settings.isGbt) band.highAll = 4
  return band
}

/** Total distortion of the voltage, in % of the fundamental. */
export function thdBand(settings: Settings, phaseV: f64): Band {
  const lineV = phaseV * LINE_TO_PHASE
  if (settings.isGbt) return Band.upTo(GBT_14549, GBT_THD[gbtLevel(lineV)])
  return Band.upTo(EN_50160, lineV > MEDIUM_VOLTAGE_V ? 0 : 8)
}

/** One harmonic of the voltage, in % of the fundamental. */
export function harmonicBand(settings: Settings, phaseV: f64, order: i32): Band {
  const lineV = phaseV * LINE_TO_PHASE
  if (settings.isGbt) {
    const row = gbtLevel(lineV)
    return Band.upTo(GBT_14549, (order & 1) == 0 ? GBT_EVEN[row] : GBT_ODD[row])
  }
  const isKnown = lineV <= MEDIUM_VOLTAGE_V && order < EN_HARMONICS.length
  return Band.upTo(EN_50160, isKnown ? EN_HARMONICS[order] : 0)
}

/** Long-term flicker severity. GB/T 12326: every value of the week, 0.8 above 110 kV. */
export function flickerBand(settings: Settings, phaseV: f64): Band {
  const lineV = phaseV * LINE_TO_PHASE
  if (!settings.isGbt) return Band.upTo(EN_50160, 1)
  const band = Band.upTo(GBT_12326, lineV > 115_000 ? 0.8 : 1)
  band.highAll = band.high
  return band
}

/** Means of 10 s, in Hz: EN 50160, interconnected; GB/T 15945. */
export function frequencyBand(settings: Settings): Band {
  const nominal = settings.nominalHz
  const band = new Band()
  if (settings.isGbt) {
    const most = settings.isSmallSystem ? 0.5 : 0.2
    band.standard = GBT_15945
    band.low = nominal - most
    band.high = nominal + most
    band.lowAll = band.low
    band.highAll = band.high
    return band
  }
  band.standard = EN_50160
  band.low = (nominal * 99) / 100
  band.high = (nominal * 101) / 100
  band.lowAll = (nominal * 94) / 100
  band.highAll = (nominal * 104) / 100
  band.outsidePerMille = 5
  return band
}

/** GB/T 14549-1993, table 1: 0.38 kV, 6 and 10 kV, 35 and 66 kV, 110 kV. */
const GBT_THD: StaticArray<f64> = [5, 4, 3, 2]
const GBT_ODD: StaticArray<f64> = [4, 3.2, 2.4, 1.6]
const GBT_EVEN: StaticArray<f64> = [2, 1.6, 1.2, 0.8]

function gbtLevel(lineV: f64): i32 {
  if (lineV <= LOW_VOLTAGE_V) return 0
  if (lineV <= 20_500) return 1
  return lineV <= 70_000 ? 2 : 3
}

/** EN 50160:2010, by order from 0; 0: no limit. */
const EN_HARMONICS: StaticArray<f64> = [
  0, 0, 2, 5, 1, 6, 0.5, 5, 0.5, 1.5, 0.5, 3.5, 0.5, 3, 0.5, 0.5, 0.5, 2, 0.5, 1.5, 0.5, 0.5, 0.5,
  1.5, 0.5, 1.5,
]
