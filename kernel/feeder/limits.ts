/** Members of all feeders: as many devices as a site may have. */
export const MEMBERS: i32 = 20000
export const FEEDERS: i32 = 1000
/**
 * Energies that wait in the open intervals of one feeder, 17 bytes each: days of a small feeder, whose meters may be read one after the
 * other, four hours of the largest.
 */
export const OPEN_CELLS: i32 = 65536
export const OPEN_INTERVALS_MIN: i32 = 16
export const OPEN_INTERVALS_MAX: i32 = 256
/** Between two readings of a register; what lies further apart is not interpolated (two hours, as is usual for estimates). */
export const SPAN_MICROS: i64 = 2 * 3600 * 1000000
/** Hints on phases that one tick puts out, 200 bytes each: a site of 20,000 meters has told them within a minute. */
export const HINTS_PER_TICK: i32 = 400
/** Intervals that a correlation needs: half a day of quarters of an hour. */
export const SAMPLES_MIN: f64 = 48
/** Suspects of one alarm. */
export const SUSPECTS_MAX: i32 = 50
export const DAYS_MAX: i32 = 31
