/** No time at all: before every other. */
export const NEVER: i64 = i64.MIN_VALUE
export const FOREVER: i64 = i64.MAX_VALUE

export const TEN_MINUTES_US: i64 = 600_000_000
export const TWO_HOURS_US: i64 = 12 * TEN_MINUTES_US
export const TEN_SECONDS_US: i64 = 10_000_000
export const WEEK_US: i64 = 1008 * TEN_MINUTES_US
/** Monday, 5 January 1970, 00:00 UTC. */
export const FIRST_MONDAY_US: i64 = 4 * 86_400_000_000

/** Of a week: 1008 values of ten minutes, of which the greatest twentieth is dropped and the next one is wanted. */
export const TOP_VALUES = 51
/**
 * Weekly percentiles kept at once, 430 bytes each in memory and as many in a snapshot: beside the rest of the state of 100,000
 * points that is what 64 MiB have room for. What finds none is judged by its counts all the same, and its report has no percentile.
 */
export const PERCENTILES = 4000

/**
 * A dip or swell that lasts longer is a voltage that is too low or too high (EN 50160, GB/T 30137, IEEE 1159): the ten minutes with it are
 * judged and not flagged. Ten minutes wait for late readings at least as long, so that it is known by then.
 */
export const DISTURBANCE_US: i64 = 60_000_000

/** Ticks after which a moment is judged although not all its channels have come: one second to two. */
export const PATIENCE_TICKS = 2
/** Ticks without a reading after which what is over by the clock is told without waiting for the device. */
export const QUIET_TICKS = 10
/** Later than the clock of the edge by more, a reading is from a clock that is wrong, and would end every window before its time. */
export const FUTURE_US: i64 = 3_600_000_000
/** After the end of a week, until the last of its windows has been closed. */
export const WEEK_GRACE_US: i64 = 900_000_000
/** Aggregates and events told again of one tick: with their fields they stay below two thirds of what one call may put out. */
export const AGGREGATES_A_TICK = 2000
/** Between two derived readings of unbalance: what meters send every second is not repeated every second. */
export const UNBALANCE_EVERY_US: i64 = 10_000_000
/**
 * Parameters that are joined to ten minutes, computed ones included: with their weeks, and as many bytes again for a snapshot, what 64 MiB
 * hold: three for each of 20,000 devices and some. Points that find no room are not read, and an event says how many.
 */
export const PARAMETERS = 64_000

/** Sets of limits that are looked for in turn: those of 50 harmonics and the rest, for five nominal voltages. */
export const BANDS = 256
