import { quality } from '../../core/quality.ts'
import type { Metric } from './metric.ts'

/** What a metric says as a number; undefined: text, a data set, a template or bytes, which are no reading. */
export function numberOf(metric: Metric, datatype: number | undefined): number | undefined {
  if (metric.isNull) return isNumeric(datatype) ? NaN : undefined
  const { value } = metric
  switch (value?.kind) {
    case 'integer':
      return integerOf(value, datatype)
    case 'real':
      return value.value
    case 'boolean':
      return value.value ? 1 : 0
    case 'text':
    case 'other':
    case undefined:
      return undefined
  }
}

/** The property `Quality` (6.4.13): 0 bad, 192 good, 500 stale. Any other is none of the standard, and is doubted. */
export function qualityBits(given: number | undefined): number {
  if (given === undefined || given === 192) return quality.good
  if (given === 0) return quality.invalid
  return given === 500 ? STALE : quality.questionable
}

/** Undefined: of text, a date, or a type nobody named, so that the sign is not known. */
function integerOf(
  { low, high }: { readonly low: number; readonly high: number },
  datatype: number | undefined,
): number | undefined {
  return datatype === undefined ? undefined : INTEGERS.get(datatype)?.(low, high)
}

/** Int8 to Int64, UInt8 to UInt64, Float, Double, Boolean. */
export function isNumeric(datatype: number | undefined): boolean {
  return datatype !== undefined && datatype >= 1 && datatype <= 11
}

export const STALE = quality.questionable | quality.oldData
const unsigned = (low: number, high: number): number => high * 2 ** 32 + low

/** Int8 to Int64, UInt8 to UInt64, Boolean. Signed types are on the wire as bits without a sign, widened to 32 or not. */
const INTEGERS: ReadonlyMap<number, (low: number, high: number) => number> = new Map([
  [1, (low) => (low << 24) >> 24],
  [2, (low) => (low << 16) >> 16],
  [3, (low) => low | 0],
  [4, (low, high) => (high | 0) * 2 ** 32 + low],
  [5, unsigned],
  [6, unsigned],
  [7, unsigned],
  [8, unsigned],
  [11, unsigned],
])
