/**
 * Names by the number of whoever owns them, found by their bytes; numbered from 0 in the order in which they came, and never forgotten.
 *
 *     entries   16 bytes each: owner u32 | hash u32 | at u32 | bytes u32
 *     slots     u32: entry + 1, by hash; 0 is free; at most half are taken
 */
export class NameTable {
  count: u32 = 0
  private readonly entries: usize
  private readonly slots: usize
  private readonly mask: u32

  constructor(private readonly capacity: u32) {
    let slots: u32 = 2
    while (slots < capacity * 2) slots *= 2
    this.mask = slots - 1
    this.entries = heap.alloc(<usize>capacity * 16)
    this.slots = heap.alloc(<usize>slots * 4)
    memory.fill(this.slots, 0, <usize>slots * 4)
  }

  /** -1: it is not there. */
  find(owner: u32, at: usize, bytes: u32): i32 {
    const hash = hashOf(owner, at, bytes)
    let slot = hash & this.mask
    while (true) {
      const taken = load<u32>(this.slots + ((<usize>slot) << 2))
      if (taken == 0) return -1
      const entry = this.entries + ((<usize>(taken - 1)) << 4)
      const isOwn = load<u32>(entry + 4) == hash && load<u32>(entry) == owner
      if (isOwn && load<u32>(entry + 12) == bytes && isSame(load<u32>(entry + 8), at, bytes)) {
        return taken - 1
      }
      slot = (slot + 1) & this.mask
    }
  }

  /** A name that `find` has not found; -1: there is no room. The bytes are copied. */
  add(owner: u32, at: usize, bytes: u32): i32 {
    if (this.count >= this.capacity) return -1
    const number = this.count++
    const copy = heap.alloc(<usize>bytes)
    memory.copy(copy, at, <usize>bytes)
    const entry = this.entries + ((<usize>number) << 4)
    const hash = hashOf(owner, at, bytes)
    store<u32>(entry, owner)
    store<u32>(entry + 4, hash)
    store<u32>(entry + 8, <u32>copy)
    store<u32>(entry + 12, bytes)
    let slot = hash & this.mask
    while (load<u32>(this.slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & this.mask
    store<u32>(this.slots + ((<usize>slot) << 2), number + 1)
    return number
  }

  at(number: u32): usize {
    return load<u32>(this.entries + ((<usize>number) << 4) + 8)
  }

  bytes(number: u32): u32 {
    return load<u32>(this.entries + ((<usize>number) << 4) + 12)
  }

  owner(number: u32): u32 {
    return load<u32>(this.entries + ((<usize>number) << 4))
  }

  text(number: u32): string {
    return String.UTF8.decodeUnsafe(this.at(number), this.bytes(number))
  }
}

export function isSame(one: usize, other: usize, bytes: u32): bool {
  for (let index: usize = 0; index < <usize>bytes; index++) {
    if (load<u8>(one + index) != load<u8>(other + index)) return false
  }
  return true
}

/** FNV-1a. */
function hashOf(owner: u32, at: usize, bytes: u32): u32 {
  let hash = (0x811c9dc5 ^ owner) * 0x01000193
  for (let index: usize = 0; index < <usize>bytes; index++) {
    hash = (hash ^ load<u8>(at + index)) * 0x01000193
  }
  return hash ^ (hash >> 15)
}
