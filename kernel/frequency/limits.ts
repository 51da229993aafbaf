/** No time at all: before every other. */
export const NEVER: i64 = i64.MIN_VALUE

/** Of one site: three stages of load shedding on either side and a few for the control room; each costs a comparison a reading. */
export const THRESHOLDS = 16

/** Readings that one slope is drawn through: a second of a PMU that sends 100 a second, with room for its jitter. */
export const SLOPE_READINGS = 128
/** Where it begins: a meter that sends one a second never needs more, and there are 20,000 of them. */
export const SLOPE_READINGS_FIRST = 8

/** Ticks after which a reading is judged although its voltage has not come: one second to two. */
export const PATIENCE_TICKS = 2
/** Ticks without a reading after which an hour that has passed is reported without waiting for the next. */
export const QUIET_TICKS = 10
/** Of an hour that is reported because nothing more comes: messages under way have this long. */
export const HOUR_GRACE_US: i64 = 60_000_000
/** Hours, and events told again, of one tick: with their fields they stay below half of what one call may put out. */
export const RECORDS_A_TICK = 2000
