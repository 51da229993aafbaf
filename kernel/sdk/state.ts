import { CONTENT_AT, LENGTH_AT } from './layout.ts'

/** Where writes go that found no room: one number. */
const NOWHERE: usize = heap.alloc(8)

/**
 * Writes a snapshot. What finds no room is only counted; then the memory is made as large as it has to be and all is written again, for
 * the old memory and the new would not fit beside the objects of 100,000 points.
 */
export class StateWriter {
  private at: usize = heap.alloc(1024)
  private capacity: usize = 1024
  private length: usize = CONTENT_AT

  u8(value: u8): void {
    store<u8>(this.room(1), value)
  }

  u32(value: u32): void {
    store<u32>(this.room(4), value)
  }

  i64(value: i64): void {
    store<i64>(this.room(8), value)
  }

  /** A NaN always has the same bits, so that snapshots of equal states are equal. */
  f64(value: f64): void {
    if (value == value) store<f64>(this.room(8), value)
    else store<u64>(this.room(8), 0x7ff8000000000000)
  }

  text(value: string): void {
    const bytes = String.UTF8.byteLength(value)
    this.u32(<u32>bytes)
    const at = this.room(bytes)
    if (at != NOWHERE) String.UTF8.encodeUnsafe(changetype<usize>(value), value.length, at)
  }

  begin(): void {
    this.length = CONTENT_AT
  }

  /** Something found no room: `grow`, and write all of it again. */
  get isShort(): bool {
    return this.length > this.capacity
  }

  grow(): void {
    heap.free(this.at)
    this.capacity = this.length + (this.length >> 4)
    this.at = heap.alloc(this.capacity)
    this.begin()
  }

  /** Where it lies, its length in front. */
  finish(): usize {
    assert(!this.isShort)
    store<u64>(this.at, 0)
    store<u32>(this.at + LENGTH_AT, <u32>(this.length - CONTENT_AT))
    return this.at
  }

  private room(bytes: usize): usize {
    const start = this.length
    this.length += bytes
    return this.length > this.capacity ? NOWHERE : this.at + start
  }
}

/** Reads what a StateWriter wrote, in the same order. What is cut off traps. */
export class StateReader {
  constructor(
    private at: usize,
    private readonly end: usize,
  ) {}

  get isAtEnd(): bool {
    return this.at == this.end
  }

  u8(): u8 {
    return load<u8>(this.take(1))
  }

  u32(): u32 {
    return load<u32>(this.take(4))
  }

  i64(): i64 {
    return load<i64>(this.take(8))
  }

  f64(): f64 {
    return load<f64>(this.take(8))
  }

  text(): string {
    const bytes = <usize>this.u32()
    return String.UTF8.decodeUnsafe(this.take(bytes), bytes)
  }

  private take(bytes: usize): usize {
    const start = this.at
    assert(bytes <= this.end - start)
    this.at = start + bytes
    return start
  }
}
