/** Large enough that what the last one wastes does not count. */
const CHUNK_BYTES: usize = 64 * 1024

let next: usize = 0
let end: usize = 0

/** Zeroed memory that is never given back: without the header and the rounding that each block of the heap has. */
export function reserve(bytes: usize): usize {
  const rounded = (bytes + 7) & ~(<usize>7)
  if (rounded > CHUNK_BYTES / 8) return cleared(heap.alloc(rounded), rounded)
  if (next + rounded > end) {
    next = heap.alloc(CHUNK_BYTES)
    end = next + CHUNK_BYTES
    next = (next + 7) & ~(<usize>7)
  }
  const at = next
  next += rounded
  return cleared(at, rounded)
}

function cleared(at: usize, bytes: usize): usize {
  memory.fill(at, 0, bytes)
  return at
}
