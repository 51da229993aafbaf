import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { BlockReader } from './block-reader.ts'
import type { BlockWriter } from './block-writer.ts'
import { damaged } from './damaged.ts'

/** Every zstd frame begins with these four bytes, which are not stored. */
const MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)
/** A higher level finds no more in bytes that are noise for the most part, and takes longer. */
const OPTIONS = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_contentSizeFlag]: 0 },
}

/**
 * Doubles that are no multiples of anything: first all their lowest bytes, then all the next, through zstd.
 *
 *     bytes of the frame, varint | the frame without its magic number
 */
export function writeRawDoubles(writer: BlockWriter, values: Float64Array): void {
  const count = values.length
  const bytes = new Uint8Array(values.buffer, values.byteOffset, count * 8)
  const planes = new Uint8Array(count * 8)
  for (let row = 0, at = 0; row < count; row++)
    for (let plane = 0; plane < 8; plane++) planes[plane * count + row] = bytes[at++] as number
  const frame = zstdCompressSync(planes, OPTIONS).subarray(MAGIC.length)
  writer.varint(frame.length)
  writer.append(frame)
}

export function readRawDoubles(reader: BlockReader, count: number): Float64Array {
  const frame = reader.take(reader.varint())
  const planes = unpack(frame, count * 8)
  if (planes.length !== count * 8) throw damaged('doubles of another length')
  const values = new Float64Array(count)
  const bytes = new Uint8Array(values.buffer)
  for (let row = 0, at = 0; row < count; row++)
    for (let plane = 0; plane < 8; plane++) bytes[at++] = planes[plane * count + row] as number
  return values
}

function unpack(frame: Uint8Array, length: number): Uint8Array {
  try {
    return zstdDecompressSync(Buffer.concat([MAGIC, frame]), {
      maxOutputLength: Math.max(1, length),
    })
  } catch (cause) {
    throw damaged(`zstd: ${String(cause)}`)
  }
}
