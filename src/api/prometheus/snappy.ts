import { assert } from '../../core/assert.ts'
import { GridError } from '../../core/errors.ts'

/**
 * The block format of Snappy: the length of the whole as a varint, then elements. The lowest two bits of an element's first byte
 * say what it is:
 *
 *     00  literal: length - 1 in the upper six bits, or in the 1 to 4 bytes that follow where they say 60 to 63
 *     01  copy: 3 bits of length - 4, 11 bits of distance
 *     10  copy: 6 bits of length - 1, 16 bits of distance
 *     11  copy: 6 bits of length - 1, 32 bits of distance
 */
export function snappyUncompress(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const { length, start } = readLength(bytes)
  if (length > bytesMax) throw new GridError('input', `more than ${bytesMax} bytes in the request`)
  const output = new Uint8Array(length)
  let at = start
  let done = 0
  while (at < bytes.length) {
    const tag = bytes[at++] as number
    const upper = tag >>> 2
    if ((tag & 3) === 0) {
      const extra = upper < 60 ? 0 : upper - 59
      const count = (extra === 0 ? upper : littleEndian(bytes, at, extra)) + 1
      at += extra
      if (at + count > bytes.length || done + count > length) throw broken()
      output.set(bytes.subarray(at, at + count), done)
      at += count
      done += count
    } else {
      const width = DISTANCE_BYTES[tag & 3] as number
      const low = littleEndian(bytes, at, width)
      const distance = width === 1 ? ((tag >>> 5) << 8) | low : low
      const count = width === 1 ? ((tag >>> 2) & 7) + 4 : upper + 1
      at += width
      if (at > bytes.length || distance === 0 || distance > done || done + count > length) {
        throw broken()
      }
      // Byte by byte: a copy may overlap what it writes.
      for (const end = done + count; done < end; done++) {
        output[done] = output[done - distance] as number
      }
    }
  }
  if (done !== length) throw broken()
  return output
}

/** What stands in front of the blocks of `length` bytes in all. */
export function snappyPreamble(length: number): Uint8Array {
  const bytes: number[] = []
  let rest = length
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Uint8Array.of(...bytes, rest)
}

const HASH_BITS = 14
/** A copy reaches back 16 bits. */
const BLOCK_BYTES = 65_536

/** The elements of one block; copies never reach from one into another. A table of where four bytes were last seen finds what came before. */
export function snappyBlock(bytes: Uint8Array): Uint8Array {
  assert(bytes.length <= BLOCK_BYTES, 'a block of Snappy is at most 64 KiB')
  const table = new Uint16Array(1 << HASH_BITS)
  // A literal of n bytes takes n + 3, and a copy is never longer than what it stands for.
  const output = new Uint8Array(bytes.length + Math.ceil(bytes.length / 64) * 3 + 8)
  let size = 0
  let literal = 0
  let at = 0
  while (at + 4 <= bytes.length) {
    const word = wordAt(bytes, at)
    const hash = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const seen = table[hash] as number
    table[hash] = at
    if (seen >= at || wordAt(bytes, seen) !== word) {
      // What does not compress is passed over ever faster.
      at += 1 + ((at - literal) >>> 5)
      continue
    }
    let end = at + 4
    while (end < bytes.length && bytes[end] === bytes[end - at + seen]) end++
    size = writeLiteral(output, size, bytes.subarray(literal, at))
    size = writeCopy(output, size, { distance: at - seen, count: end - at })
    literal = end
    at = end
  }
  return output.subarray(0, writeLiteral(output, size, bytes.subarray(literal)))
}

const DISTANCE_BYTES = [0, 1, 2, 4]

function broken(): GridError {
  return new GridError('input', 'the body is not a block of Snappy', {
    hint: 'Remote read compresses in the block format, not in the framing format.',
  })
}

function readLength(bytes: Uint8Array): { readonly length: number; readonly start: number } {
  let length = 0
  for (let start = 0; start < 5; start++) {
    const byte = bytes[start]
    if (byte === undefined) break
    length += (byte & 0x7f) * 2 ** (7 * start)
    if (byte < 0x80) return { length, start: start + 1 }
  }
  throw broken()
}

function littleEndian(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let byte = 0; byte < width; byte++) value += (bytes[at + byte] ?? 0) * 256 ** byte
  return value
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  )
}

function writeLiteral(output: Uint8Array, start: number, bytes: Uint8Array): number {
  if (bytes.length === 0) return start
  let size = start
  const last = bytes.length - 1
  if (last < 60) output[size++] = last << 2
  else {
    output[size++] = (last < 256 ? 60 : 61) << 2
    output[size++] = last
    if (last >= 256) output[size++] = last >>> 8
  }
  output.set(bytes, size)
  return size + bytes.length
}

/** In steps of at most 64 bytes, none of which is shorter than 4: so far the short form reaches, and longer ones gain nothing. */
function writeCopy(
  output: Uint8Array,
  start: number,
  { distance, count }: { readonly distance: number; readonly count: number },
): number {
  let size = start
  for (let left = count; left > 0;) {
    const step = left > 67 ? 64 : left > 64 ? 60 : left
    output[size++] = ((step - 1) << 2) | 2
    output[size++] = distance
    output[size++] = distance >>> 8
    left -= step
  }
  return size
}
