import { INVALID, QUESTIONABLE, VALIDITY, isInvalid, name } from '../sdk/index.ts'

/** Names of what is put out. */
export const ANY_READING = name('validated')
export const DAY = name('validation.day')
export const SCHEMA_EVENT = name('validation.schema')
export const RANGE_EVENT = name('validation.range')
export const REGISTER_EVENT = name('validation.register')
export const SPIKE_EVENT = name('validation.spike')
export const STUCK_EVENT = name('validation.stuck')
export const GAP_EVENT = name('validation.gap')
export const CLOCK_EVENT = name('validation.clock')
export const SUM_EVENT = name('validation.sum')
export const APPARENT_EVENT = name('validation.apparent')
export const LINE_EVENT = name('validation.line-voltage')
export const FACTOR_EVENT = name('validation.power-factor')
export const FULL_EVENT = name('validation.full')
export const REGISTER_SUM_EVENT = name('validation.register-sum')

export const QUANTITY = name('quantity')
export const SAMPLES = name('samples')
export const EXPECTED = name('expected')
export const LIMIT = name('limit')
export const BEFORE = name('before')
export const DURATION = name('duration')
export const VALID = name('valid')
export const DOUBTFUL = name('questionable')
export const UNUSABLE = name('invalid')
export const MISSING = name('missing')
export const ESTIMATES = name('estimated')
export const LATE = name('late')

export const METHOD = name('method')
export const ROLLOVER = name('rollover')
export const RESET = name('reset')
export const EXCHANGE = name('exchange')
export const LINEAR = name('linear')
export const LIKE_DAY = name('like-day')

/** Adds bits of detail and makes a reading questionable, unless it is invalid: that is worse (IEC 61850-7-3, validity). */
export function doubted(quality: u16, detail: u16): u16 {
  return isInvalid(quality) ? quality | detail : quality | QUESTIONABLE | detail
}

export function spoilt(quality: u16, detail: u16): u16 {
  return (quality & ~VALIDITY) | INVALID | detail
}
