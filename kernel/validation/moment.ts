import { DeviceFacts } from './device-facts.ts'
import { PointState } from './point-state.ts'
import { SLOTS } from './slots.ts'

/** The readings that a device dated alike. */
export abstract class Moment extends DeviceFacts {
  readonly points: StaticArray<PointState | null> = new StaticArray<PointState | null>(SLOTS)
  momentTime: i64 = i64.MIN_VALUE
  /** Which of its quantities there are. */
  present: u32 = 0
  /** Checks that have been made, and readings that have been looked at for a dead network. */
  checked: u32 = 0
  looked: u32 = 0
}
