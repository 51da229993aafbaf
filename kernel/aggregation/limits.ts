/** Days are those of UTC. */
export const DAY_US: i64 = 86_400_000_000

/** A device's clock this far ahead of the edge's is wrong: what it says is taken, and given up when it goes back. */
export const AHEAD_US: i64 = 600_000_000

/** Never: later than every time there is. */
export const NEVER: i64 = i64.MAX_VALUE

/** Of windows and what they hold. A snapshot of them has to fit beside them into 64 MiB, and the site's text as well. */
export const WINDOW_BYTES: usize = 16 * 1024 * 1024

/** Widths of one point, so that its reading costs so many windows at most. */
export const WIDTHS: i32 = 8

/** Windows of a feeder that late members may still join: they come device by device when an edge catches up. */
export const GROUP_WINDOWS: i32 = 16

/**
 * What one call puts out is a mebibyte, some 6700 aggregates. A reading earns one, and so many are earned ahead; what cannot be paid for
 * waits for the next reading of its point or for a tick.
 */
export const AGGREGATES_AHEAD: i32 = 2400
export const AGGREGATES_A_TICK: i32 = 2000

/** Voltage events of a device that late readings are compared with. */
export const EVENTS_KEPT: i32 = 4

/** A sliding demand moves in steps of a minute, as meters of DL/T 614 do. */
export const STEP_US: i64 = 60_000_000
/** Of the shortest and the longest demand period. */
export const STEPS_MIN: i32 = 15
export const STEPS: i32 = 60
/** Devices with a demand: some 300 bytes each, beside the windows. */
export const DEMANDS: i32 = 20_000
/** Demand periods of a feeder that members may still join: a day of quarter hours and some more, for they come device by device. */
export const COINCIDENCES: i32 = 128
