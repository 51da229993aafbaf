import { INTEGER_MOST } from './integers.ts'

/**
 * How values become integers and back, exactly. From 0 to 9: so many decimals. From 10 to 19: decimals again, of values that went through
 * a 32-bit float on their way (5.827 comes as 5.827000141143799). 20: the bits of 32-bit floats. 21: not at all.
 */
export type Scale = number
const DECIMALS_MOST = 9
const THROUGH_FLOAT = 10
export const FLOAT_BITS = 20
export const RAW = 21

const TENS = Float64Array.from({ length: DECIMALS_MOST + 1 }, (_, decimals) => 10 ** decimals)
/** The first values decide what is tried with all: most of what does not fit is found there. */
const SAMPLE = 16

/** The first scale that holds for all values, which are finite and not −0. */
export function scaleOf(values: Float64Array): Scale {
  const sample = values.subarray(0, SAMPLE)
  for (let decimals = 0; decimals <= DECIMALS_MOST; decimals++)
    if (fits(sample, decimals) && fits(values, decimals)) return decimals
  if (!values.every((value) => Math.fround(value) === value)) return RAW
  for (let decimals = 0; decimals <= DECIMALS_MOST; decimals++)
    if (fitsFloat(sample, decimals) && fitsFloat(values, decimals)) return THROUGH_FLOAT + decimals
  return FLOAT_BITS
}

function fits(values: Float64Array, decimals: number): boolean {
  const ten = TENS[decimals] as number
  const most = INTEGER_MOST / ten
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Math.round(value * ten) / ten !== value || value > most || value < -most) return false
  }
  return true
}

function fitsFloat(values: Float64Array, decimals: number): boolean {
  const ten = TENS[decimals] as number
  const most = INTEGER_MOST / ten
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Math.fround(Math.round(value * ten) / ten) !== value || value > most || value < -most)
      return false
  }
  return true
}

export function toIntegers(values: Float64Array, scale: Scale, integers: Float64Array): void {
  if (scale === FLOAT_BITS) {
    integers.set(new Int32Array(Float32Array.from(values).buffer))
    return
  }
  const ten = TENS[scale % THROUGH_FLOAT] as number
  for (let row = 0; row < values.length; row++)
    integers[row] = Math.round((values[row] as number) * ten)
}

/** Fills `values` from the first integers. */
export function fromIntegers(integers: Float64Array, scale: Scale, values: Float64Array): void {
  const count = values.length
  if (scale === FLOAT_BITS) {
    values.set(new Float32Array(Int32Array.from(integers.subarray(0, count)).buffer))
    return
  }
  const ten = TENS[scale % THROUGH_FLOAT] as number
  for (let row = 0; row < count; row++) values[row] = (integers[row] as number) / ten
  if (scale >= THROUGH_FLOAT)
    for (let row = 0; row < count; row++) values[row] = Math.fround(values[row] as number)
}
