import type { Series } from './gather.ts'
import { ProtobufWriter, varintBytes } from './protobuf-writer.ts'
import { SampleValue } from './sample-value.ts'
import type { Labels } from './series-labels.ts'
import { snappyBlock, snappyPreamble } from './snappy.ts'

/** Compressed at a time: a millisecond, before others have their turn. */
const PIECE_BYTES = 32 * 1024

export const SAMPLES_TYPE = 'application/x-protobuf'

/**
 * `prometheus.ReadResponse` in Snappy, in pieces. Its format wants the length of everything in front, so that is worked out first.
 *
 *     ReadResponse { 1: QueryResult }   QueryResult { 1: TimeSeries }   TimeSeries { 1: Label, 2: Sample }
 *     Label { 1: name, 2: value }       Sample { 1: double value, 2: int64 milliseconds }
 */
export function* samplesResponse(results: readonly (readonly Series[])[]): Generator<Uint8Array> {
  const sizes = results.map((series) => series.map(seriesBytes))
  const resultBytes = sizes.map((each) => each.reduce((sum, bytes) => sum + field(bytes), 0))
  yield snappyPreamble(resultBytes.reduce((sum, bytes) => sum + field(bytes), 0))
  const writer = new ProtobufWriter(2 * PIECE_BYTES)
  for (const [query, series] of results.entries()) {
    writer.delimited(1, resultBytes[query] as number)
    for (const [at, each] of series.entries()) {
      writer.delimited(1, sizes[query]?.[at] as number)
      writeLabels(writer, each.labels)
      yield* samplePieces(writer, each)
    }
  }
  yield* fullBlocks(writer, 1)
}

export function writeLabels(writer: ProtobufWriter, labels: Labels): void {
  for (const [name, value] of labels) {
    const [nameText, valueText] = [Buffer.from(name), Buffer.from(value)]
    writer.delimited(1, field(nameText.length) + field(valueText.length))
    writer.delimited(1, nameText.length)
    writer.put(nameText)
    writer.delimited(2, valueText.length)
    writer.put(valueText)
  }
}

export function labelsBytes(labels: Labels): number {
  return labels.reduce(
    (sum, [name, value]) =>
      sum + field(field(Buffer.byteLength(name)) + field(Buffer.byteLength(value))),
    0,
  )
}

/** A field of so many bytes with its tag, which is one byte for the numbers up to 15, and its length. */
export function field(bytes: number): number {
  return 1 + varintBytes(bytes) + bytes
}

/** A double with its tag, and the tag of the time. */
const SAMPLE_BYTES = 10

function seriesBytes({ labels, samples }: Series): number {
  let bytes = labelsBytes(labels)
  for (const { times } of samples.blocks()) {
    const timeBytes = varintBytes(times[0] as number)
    // Times are in order: where the first takes as much as the last, all between them do.
    if (timeBytes === varintBytes(times.at(-1) as number)) {
      bytes += times.length * field(SAMPLE_BYTES + timeBytes)
    } else for (const timeMs of times) bytes += field(SAMPLE_BYTES + varintBytes(timeMs))
  }
  return bytes
}

function* samplePieces(writer: ProtobufWriter, { samples }: Series): Generator<Uint8Array> {
  const value = new SampleValue()
  for (const { times, values } of samples.blocks()) {
    for (const [at, timeMs] of times.entries()) {
      writer.delimited(2, SAMPLE_BYTES + varintBytes(timeMs))
      value.set(values[at] as number)
      writer.double(1, value)
      writer.integer(2, timeMs)
    }
    yield* fullBlocks(writer, PIECE_BYTES)
  }
}

/** Sends what fills a block, while there are `least` bytes. */
function* fullBlocks(writer: ProtobufWriter, least: number): Generator<Uint8Array> {
  while (writer.length >= least) yield snappyBlock(writer.take(PIECE_BYTES))
}
