/** What the reference takes of a transformer: numbers of one cooling class with what differs from them. */
export interface Constants {
  readonly topOilRiseK: number
  readonly hotSpotRiseK: number
  readonly lossRatio: number
  readonly oilExponent: number
  readonly windingExponent: number
  readonly oilTimeConstantMinutes: number
  readonly windingTimeConstantMinutes: number
  readonly k11: number
  readonly k21: number
  readonly k22: number
  readonly paper: 'normal' | 'upgraded'
  readonly ambientC: number
}

export interface Temperatures {
  readonly topOilC: number
  readonly gradientK: number
  readonly reactionK: number
}

export interface Conditions {
  readonly load: number
  readonly ambientC: number
}

const lasting = { k11: 1, k21: 1, k22: 1 }

/** IEC 60076-7:2018, tables 4 and E.1. */
const CLASSES: Readonly<Record<string, Partial<Constants>>> = {
  distribution: {
    windingExponent: 1.6,
    oilTimeConstantMinutes: 180,
    windingTimeConstantMinutes: 4,
    k11: 1,
    k21: 1,
    k22: 2,
    lossRatio: 5,
    topOilRiseK: 55,
    hotSpotRiseK: 23,
  },
  ONAN: { oilTimeConstantMinutes: 210, windingTimeConstantMinutes: 10 },
  ONAF: { oilTimeConstantMinutes: 150, windingTimeConstantMinutes: 7 },
  OF: {
    ...lasting,
    k21: 1.3,
    oilExponent: 1,
    oilTimeConstantMinutes: 90,
    windingTimeConstantMinutes: 7,
    topOilRiseK: 56,
    hotSpotRiseK: 22,
  },
  OD: {
    ...lasting,
    oilExponent: 1,
    windingExponent: 2,
    oilTimeConstantMinutes: 90,
    windingTimeConstantMinutes: 7,
    topOilRiseK: 49,
    hotSpotRiseK: 29,
  },
}

const COMMON: Constants = {
  topOilRiseK: 52,
  hotSpotRiseK: 26,
  lossRatio: 6,
  oilExponent: 0.8,
  windingExponent: 1.3,
  oilTimeConstantMinutes: 210,
  windingTimeConstantMinutes: 10,
  k11: 0.5,
  k21: 2,
  k22: 2,
  paper: 'normal',
  ambientC: 20,
}

/** 2m and n of IEEE C57.91, clause 7. */
const IEEE: Readonly<Record<string, Partial<Constants>>> = {
  ONAN: { oilExponent: 0.8, windingExponent: 1.6 },
  ONAF: { oilExponent: 0.9, windingExponent: 1.6 },
  OF: { oilExponent: 0.9, windingExponent: 1.6 },
  OD: { oilExponent: 1, windingExponent: 2 },
}

export interface Entry {
  readonly ratedVa: number
  readonly cooling: string
  readonly thermal?: Partial<Constants>
}

export function constantsOf({ ratedVa, cooling, thermal = {} }: Entry, isIeee: boolean): Constants {
  const name = cooling === 'ONAN' && ratedVa <= 2.5e6 ? 'distribution' : cooling
  const own = { ...COMMON, ...CLASSES[name] }
  if (!isIeee) return { ...own, ...thermal }
  return { ...own, ...IEEE[cooling], ...thermal, ...lasting, paper: 'upgraded' }
}

/** Where it settles. */
export function settled(constants: Constants, { load, ambientC }: Conditions): Temperatures {
  const { lossRatio, oilExponent, topOilRiseK, windingExponent, hotSpotRiseK, k21 } = constants
  const rise = topOilRiseK * ((1 + lossRatio * load ** 2) / (1 + lossRatio)) ** oilExponent
  const gradientK = hotSpotRiseK * load ** windingExponent
  return {
    topOilC: ambientC + rise,
    gradientK: k21 * gradientK,
    reactionK: (k21 - 1) * gradientK,
  }
}

/** From `from`, after so many minutes under the same conditions: the solution of the differential equations. */
export function after(
  minutes: number,
  { constants, from, to }: { constants: Constants; from: Temperatures; to: Temperatures },
): Temperatures {
  const { k11, k22, oilTimeConstantMinutes: oil, windingTimeConstantMinutes: winding } = constants
  const between = (a: number, b: number, minutesOfConstant: number): number =>
    b - (b - a) * Math.exp(-minutes / minutesOfConstant)
  return {
    topOilC: between(from.topOilC, to.topOilC, k11 * oil),
    gradientK: between(from.gradientK, to.gradientK, k22 * winding),
    reactionK: between(from.reactionK, to.reactionK, oil / k22),
  }
}

export function hotSpotOf({ topOilC, gradientK, reactionK }: Temperatures): number {
  return topOilC + gradientK - reactionK
}

export function rateOf({ paper }: Constants, hotSpotC: number): number {
  if (paper === 'normal') return 2 ** ((hotSpotC - 98) / 6)
  return Math.exp(15_000 / (110 + 273) - 15_000 / (hotSpotC + 273))
}
