/** A day is reported once it is over and this has gone by as well, for readings that come a little late. */
export const DAY_GRACE_US: i64 = 600_000_000

export const DAY_US: i64 = 86_400_000_000

/** How long a point may go without a reading passed where the rule does not say: a quarter of an hour. */
export const SILENCE_MS: f64 = 900_000

/** Points looked at in one tick. A report takes 168 bytes of an output of a mebibyte, and a held reading 56. */
export const POINTS_A_TICK: u32 = 4096
