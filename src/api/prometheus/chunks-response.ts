import { crc32c } from './crc32c.ts'
import type { Series } from './gather.ts'
import { ProtobufWriter, varintBytes } from './protobuf-writer.ts'
import { field, labelsBytes, writeLabels } from './samples-response.ts'
import type { SampleBlock } from './series-samples.ts'
import { CHUNK_SAMPLES, encodeXorChunk } from './xor-chunk.ts'

export const CHUNKS_TYPE = 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse'

/**
 * Frames of `prometheus.ChunkedReadResponse`, each of one block of one series:
 *
 *     varint length | u32 CRC-32C, highest byte first | message
 *
 *     ChunkedReadResponse { 1: ChunkedSeries, 2: query }   ChunkedSeries { 1: Label, 2: Chunk }
 *     Chunk { 1: first ms, 2: last ms, 3: encoding, 4: bytes }
 *
 * The first query has the number 0, which protobuf leaves out.
 */
export function* chunksResponse(results: readonly (readonly Series[])[]): Generator<Uint8Array> {
  for (const [query, series] of results.entries()) {
    for (const each of series) {
      for (const block of each.samples.blocks()) yield frameOf(messageOf(each, block, query))
    }
  }
}

function frameOf(message: Uint8Array): Uint8Array {
  const frame = new ProtobufWriter(message.length + 9)
  frame.varint(message.length)
  frame.uint32BigEndian(crc32c(message))
  frame.put(message)
  return frame.bytes
}

function messageOf({ labels }: Series, block: SampleBlock, query: number): Uint8Array {
  const chunks = chunksOf(block)
  const sizes = chunks.map(chunkBytes)
  const message = new ProtobufWriter(8192)
  message.delimited(
    1,
    sizes.reduce((sum, bytes) => sum + field(bytes), labelsBytes(labels)),
  )
  writeLabels(message, labels)
  for (const [at, { firstMs, lastMs, data }] of chunks.entries()) {
    message.delimited(2, sizes[at] as number)
    message.integer(1, firstMs)
    message.integer(2, lastMs)
    message.integer(3, XOR)
    message.delimited(4, data.length)
    message.put(data)
  }
  if (query > 0) message.integer(2, query)
  return message.bytes
}

const XOR = 1

interface Chunk {
  readonly firstMs: number
  readonly lastMs: number
  readonly data: Uint8Array
}

function chunksOf({ times, values }: SampleBlock): Chunk[] {
  const chunks: Chunk[] = []
  for (let start = 0; start < times.length; start += CHUNK_SAMPLES) {
    const some = times.subarray(start, start + CHUNK_SAMPLES)
    chunks.push({
      firstMs: some[0] as number,
      lastMs: some.at(-1) as number,
      data: encodeXorChunk(some, values.subarray(start, start + CHUNK_SAMPLES)),
    })
  }
  return chunks
}

/** Three integers with a tag of one byte each, then the bytes; the encoding takes two. */
function chunkBytes({ firstMs, lastMs, data }: Chunk): number {
  return 1 + varintBytes(firstMs) + 1 + varintBytes(lastMs) + 2 + field(data.length)
}
