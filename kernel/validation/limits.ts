export const DAY_US: i64 = 86_400_000_000
export const HOUR_US: i64 = 3_600_000_000

/** A quarter of an hour: what registers are compared by, and the slots of a reference day. */
export const SLOT_US: i64 = 900_000_000
export const SLOTS_A_DAY: i32 = 96

/** A reading that stands for an interval, as CPUC means it, comes this far or further after the one before. */
export const INTERVAL_MIN_US: i64 = 300_000_000
/** Highest and third highest of fewer intervals say nothing. */
export const SPIKE_INTERVALS_MIN: u32 = 8

/** After midnight UTC, for readings that come late, before the day is told of as it stands. */
export const DAY_GRACE_US: i64 = 600_000_000

/** Points and devices looked at in one tick. A day takes 184 bytes of an output of a mebibyte. */
export const POINTS_A_TICK: u32 = 2048

/** Good readings that end an episode: one in between does not make two events of one. */
export const GOOD_TO_END: u32 = 10

/** Estimates of one call, 72 bytes each; further ones wait for the next. */
export const ESTIMATES_A_CALL: i32 = 4096
/** Readings a minute apart or more are billed and worth an estimate; a gap of second values is a gap. */
export const ESTIMATE_INTERVAL_MIN_US: i64 = 60_000_000
/** Of one gap: a day by the minute, a fortnight by the quarter of an hour. */
export const ESTIMATES_A_GAP: i64 = 1440
/** Points that may have estimates: their reference days take 4 kB each, and as much in a snapshot. */
export const ESTIMATED_POINTS: i32 = 500
export const REFERENCE_DAYS: i32 = 3

/** The smallest register that rolls over shows 9.999 kWh. */
export const ROLLOVER_MIN: f64 = 10_000

/** Points with a window of readings for spikes, 144 bytes each and 100 in a snapshot; those after them go without. */
export const HAMPEL_POINTS: i32 = 20_000

/** Points that are held to rules: some 800 bytes each, with the snapshot, in 64 MiB. Those after them are told of by one event. */
export const POINTS: i32 = 70_000
