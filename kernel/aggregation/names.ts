import { name } from '../sdk/index.ts'

export const MIN = name('min')
export const MAX_FIELD = name('max')
export const SAMPLES = name('samples')
export const EXPECTED = name('expected')
export const FLAGGED = name('flagged')
export const MEMBERS = name('members')
export const METHOD = name('method')
export const MEAN_FIELD = name('mean')
/** Seconds since 1970: when the greatest demand began. */
export const AT = name('at')
export const COINCIDENCE = name('coincidence')
export const PEAK = name('peak')
export const PEAKS = name('peaks')
export const UNSERVED = name('unserved')

export const BLOCK_DEMAND = name('demand.active.block')
export const SLIDING_DEMAND = name('demand.active.sliding')
export const LOAD_FACTOR = name('load.factor')
export const DIVERSITY = name('load.diversity')
export const LATE_READINGS = name('aggregation.late-readings')
