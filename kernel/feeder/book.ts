import { PhaseMean } from './slot.ts'

/** Number of the head of a feeder among its members. */
export const HEAD: i32 = -1

/** Where what devices of one feeder count is written down. */
export abstract class Book {
  /** Readings that came too late, and readings that could not be used, since the day before. */
  late: u32 = 0
  unusable: u32 = 0

  constructor(public readonly intervalMicros: i64) {}

  abstract credit(member: i32, interval: i64, energyWh: f64, isFlagged: bool): void

  /** Of the head; null where the interval is no longer open. */
  abstract headSquare(interval: i64, phase: i32): PhaseMean | null
  abstract headVoltage(interval: i64, phase: i32): PhaseMean | null

  /** The mean voltage of a member in an interval that is over for it. */
  abstract tellVoltage(member: i32, interval: i64, voltageV: f64): void
}
