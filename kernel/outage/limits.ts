/** Days are those of UTC. */
export const DAY_US: i64 = 86_400_000_000

/** Days whose numbers may still change: an outage of a month is the longest that is counted on the day it began. */
export const KEPT_DAYS: i32 = 32

/** A device's clock this far ahead of the edge's is wrong, and does not move the time: it would end every wait at once. */
export const AHEAD_US: i64 = 600_000_000

/** Never: later than every time there is. */
export const NEVER: i64 = i64.MAX_VALUE

/**
 * Outages of single devices told between two ticks. What one call puts out is a mebibyte: with these it has the updates of 1000 feeders and
 * their days as well. The others wait for the next tick; none is left out.
 */
export const ALONE_A_TICK: i32 = 1500
