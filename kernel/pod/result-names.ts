import { NAMES, RECORD_NAME_AT, TEXT_AT, TEXT_LENGTH_AT } from '../sdk/layout.ts'

/** Texts of names by their numbers, 8 bytes each: where they lie, and how long they are. */
const TEXTS: usize = heap.alloc(<usize>NAMES * 8)
let count: u32 = 0

/** From a record of KIND_NAME. */
export function learnName(record: usize): void {
  assert(load<u32>(record + RECORD_NAME_AT) == count && count < <u32>NAMES)
  const bytes = load<u32>(record + TEXT_LENGTH_AT)
  const copy = heap.alloc(<usize>bytes)
  memory.copy(copy, record + TEXT_AT, <usize>bytes)
  const entry = TEXTS + ((<usize>count) << 3)
  store<u32>(entry, <u32>copy)
  store<u32>(entry + 4, bytes)
  count++
}

export function nameAt(number: u32): usize {
  assert(number < count)
  return load<u32>(TEXTS + ((<usize>number) << 3))
}

export function nameBytes(number: u32): usize {
  return load<u32>(TEXTS + ((<usize>number) << 3) + 4)
}
