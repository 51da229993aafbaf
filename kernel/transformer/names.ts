import { name } from '../sdk/index.ts'

export const HOT_SPOT = name('temperature.hotspot')
export const TOP_OIL = name('temperature.top-oil')
export const AGEING_RATE = name('ageing.rate')
export const LOSS_OF_LIFE = name('loss-of-life')
export const PERMISSIBLE = name('load.permissible')
export const PERMISSIBLE_EMERGENCY = name('load.permissible.emergency')

export const HOT_SPOT_HIGH = name('transformer.hotspot')
export const TOP_OIL_HIGH = name('transformer.top-oil')
export const LOAD_HIGH = name('transformer.load')
export const OIL_DEVIATION = name('transformer.oil-deviation')

export const FIELD_MAX = name('max')
export const FIELD_LIMIT = name('limit')
export const FIELD_DURATION = name('duration')
export const FIELD_SAMPLES = name('samples')
export const FIELD_FLAGGED = name('flagged')
export const FIELD_MISSING = name('missing')
export const FIELD_METHOD = name('method')
/** Seconds over which inputs were held. */
export const FIELD_HELD = name('held')
/** The highest of the window, degrees Celsius. */
export const FIELD_HOT_SPOT = name('hotspot')
/** The highest load factor of the window. */
export const FIELD_LOAD = name('load')
/** Hours of life. */
export const FIELD_LOSS = name('loss')
/** Days of life since the model began. */
export const FIELD_TOTAL = name('total')
/** Of the normal life, in percent. */
export const FIELD_LIFE = name('life')
export const FIELD_AMBIENT = name('ambient')
export const FIELD_BOUND = name('bound')
export const FIELD_LOADING = name('loading')
/** Readings that came too late, and readings that could not be used, since the model began. */
export const FIELD_LATE = name('late')
export const FIELD_UNUSABLE = name('unusable')

export const WORD_IEC = name('iec-60076-7-exponential')
export const WORD_IEEE = name('ieee-c57.91-clause-7')
export const WORD_HOT_SPOT = FIELD_HOT_SPOT
export const WORD_TOP_OIL = name('top-oil')
export const WORD_CURRENT = name('current')
export const WORD_REGULAR = name('regular')
export const WORD_NORMAL = name('normal-cyclic')
export const WORD_LONG = name('long-time-emergency')
export const WORD_SHORT = name('short-time-emergency')
