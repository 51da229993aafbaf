/** Quantities of a device that are compared with each other, as bits of a mask; of those with phases, a, b, c or ab, bc, ca follow. */
export const VOLTAGE: i32 = 0
export const LINE: i32 = 3
export const AMPERE: i32 = 6
export const ACTIVE: i32 = 9
export const ACTIVE_PHASE: i32 = 10
export const REACTIVE: i32 = 13
export const REACTIVE_PHASE: i32 = 14
export const APPARENT: i32 = 17
export const APPARENT_PHASE: i32 = 18
export const FACTOR: i32 = 21
export const HERTZ: i32 = 22
export const THD_VOLTAGE: i32 = 23
export const THD_CURRENT: i32 = 26
export const FACTOR_PHASE: i32 = 29
export const SLOTS: i32 = 32
