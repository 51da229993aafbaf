/** Bits of a reading's quality: IEC 61850-7-3 (6.2.1) in their order, then three of Busbar's; as src/core/quality.ts. */
export const GOOD: u16 = 0
export const INVALID: u16 = 0b01
export const QUESTIONABLE: u16 = 0b11
export const VALIDITY: u16 = 0b11
export const OVERFLOW: u16 = 1 << 2
export const OUT_OF_RANGE: u16 = 1 << 3
export const BAD_REFERENCE: u16 = 1 << 4
export const OSCILLATORY: u16 = 1 << 5
export const FAILURE: u16 = 1 << 6
export const OLD_DATA: u16 = 1 << 7
export const INCONSISTENT: u16 = 1 << 8
export const INACCURATE: u16 = 1 << 9
export const SUBSTITUTED: u16 = 1 << 10
export const TEST: u16 = 1 << 11
export const OPERATOR_BLOCKED: u16 = 1 << 12
export const CLOCK_NOT_SYNCHRONISED: u16 = 1 << 13
export const TIME_OF_ARRIVAL: u16 = 1 << 14
export const ESTIMATED: u16 = 1 << 15

/** Not to be used: validity is `invalid`. A questionable one may be. */
export function isInvalid(quality: u16): bool {
  return (quality & VALIDITY) == INVALID
}

export function isGood(quality: u16): bool {
  return (quality & VALIDITY) == GOOD
}
