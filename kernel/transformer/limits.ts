/** Seconds of readings that wait for company from other devices; `latenessSeconds` may be a minute at most, and a few are on their way. */
export const FRAMES: i32 = 64
export const LATENESS_SECONDS_MAX: i64 = 60
/** The site file has at most 100 transformers. */
export const TRANSFORMERS: i32 = 100
/**
 * After a gap as long, several time constants of the oil, what was before it says nothing: the model starts anew. It also bounds how many
 * steps one reading may cost.
 */
export const RESTART_MICROS: i64 = 24 * 3600 * 1000000
/** A measured top oil counts for the load that comes so soon after it: meanwhile the oil moves by less than half a kelvin. */
export const OIL_AGE_MICROS: i64 = 120 * 1000000
/** Steps of bisection: 2.0 / 2^24 is far below what a current transformer can tell. */
export const BISECTIONS: i32 = 24
