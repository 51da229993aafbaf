import { name } from '../sdk/index.ts'

export const BALANCE = name('energy.balance')
export const SUSPECT = name('loss.suspect')
export const PHASE_HINT = name('phase.hint')
export const NON_TECHNICAL_LOSS = name('feeder.non-technical-loss')

/** Wh of the interval, over its complete part. */
export const FIELD_SUPPLIED = name('supplied')
export const FIELD_SOLD = name('sold')
export const FIELD_LOSS = name('loss')
export const FIELD_TECHNICAL = name('technical')
export const FIELD_NON_TECHNICAL = name('nontechnical')
/** Complete intervals, in percent. */
export const FIELD_COVERAGE = name('coverage')
export const FIELD_SAMPLES = name('samples')
export const FIELD_EXPECTED = name('expected')
export const FIELD_MISSING = name('missing')
export const FIELD_FLAGGED = name('flagged')
export const FIELD_METHOD = name('method')
/** Mean technical loss to the highest of an interval. */
export const FIELD_LOSS_FACTOR = name('loss-factor')
export const FIELD_LATE = name('late')
export const FIELD_UNUSABLE = name('unusable')
export const FIELD_LIMIT = name('limit')
export const FIELD_DAYS = name('days')
export const FIELD_RANK = name('rank')
export const FIELD_CORRELATION = name('correlation')
/** Wh that are lost with each Wh that the meter counts. */
export const FIELD_SLOPE = name('slope')
/** How far the voltage says the same, -1 to 1. */
export const FIELD_VOLTAGE = name('voltage')
export const FIELD_PHASE = name('phase')
export const FIELD_DECLARED = name('declared')
export const FIELD_MISMATCH = name('mismatch')
export const FIELD_MARGIN = name('margin')
export const FIELD_CORRELATION_A = name('correlation.a')
export const FIELD_CORRELATION_B = name('correlation.b')
export const FIELD_CORRELATION_C = name('correlation.c')

export const WORD_CURRENT = name('rms-current')
export const WORD_POWER = name('mean-power')
export const WORD_NONE = name('none')
export const WORD_A = name('a')
export const WORD_B = name('b')
export const WORD_C = name('c')

export function phaseWord(phase: i32): u32 {
  return phase == 0 ? WORD_A : phase == 1 ? WORD_B : phase == 2 ? WORD_C : WORD_NONE
}
