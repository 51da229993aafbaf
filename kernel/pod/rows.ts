import { BATCH_ROWS, POINTS_AT, QUALITIES_AT, TIMES_AT, VALUES_AT } from '../sdk/layout.ts'
import { INVALID, OVERFLOW, QUESTIONABLE } from '../sdk/index.ts'
import { BATCH } from './subjects.ts'

/** Rows of the batch that is being filled. What a message has written is of the batch once it is kept. */
let count: u32 = 0
let kept: u32 = 0

export function rows(): u32 {
  return count
}

export function rowsKept(): u32 {
  return kept
}

/** False: the batch is full. */
export function addRow(point: u32): bool {
  if (count >= <u32>BATCH_ROWS) return false
  store<u32>(BATCH + POINTS_AT + ((<usize>count) << 2), point)
  store<u16>(BATCH + QUALITIES_AT + ((<usize>count) << 1), 0)
  count++
  return true
}

/** What is no number is invalid, whatever else is said of it; what is too large for a double also overflowed: as src/payload/reading.ts. */
export function setValue(row: u32, value: f64): void {
  const isFinite = value - value == 0
  store<f64>(BATCH + VALUES_AT + ((<usize>row) << 3), isFinite ? value : NaN)
  const invalid: u16 = value == value ? INVALID | OVERFLOW : INVALID
  store<u16>(BATCH + QUALITIES_AT + ((<usize>row) << 1), isFinite ? 0 : invalid)
}

export function addQuality(row: u32, bits: u16): void {
  const at = BATCH + QUALITIES_AT + ((<usize>row) << 1)
  const known = load<u16>(at)
  store<u16>(at, (known & INVALID) != 0 ? (bits & ~QUESTIONABLE) | known : bits)
}

export function setTime(row: u32, time: i64): void {
  store<i64>(BATCH + TIMES_AT + ((<usize>row) << 3), time)
}

export function keepRows(): void {
  kept = count
}

/** A message that cannot be read leaves no trace. */
export function dropRows(): void {
  count = kept
}

export function clearRows(): void {
  count = 0
  kept = 0
}
