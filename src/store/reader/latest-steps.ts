import type { LatestReadings } from '../latest.ts'
import { type ReadingsChunk, type StoredPoint, allocateChunk } from './readings-query.ts'

/** Points of one chunk: a fraction of a millisecond, for the edge walks them on its main thread. */
const CHUNK_POINTS = 512

/** What is known of these points, in their order. */
export function* latestSteps(
  points: Iterable<StoredPoint>,
  latest: LatestReadings,
): Generator<ReadingsChunk> {
  let chunk = allocateChunk(CHUNK_POINTS, 0)
  let count = 0
  for (const { point } of points) {
    const known = latest.read(point)
    if (known === undefined) continue
    chunk.points[count] = point
    chunk.times[count] = known.time
    chunk.values[count] = known.value
    chunk.qualities[count++] = known.quality
    if (count < CHUNK_POINTS) continue
    yield chunk
    chunk = allocateChunk(CHUNK_POINTS, 0)
    count = 0
  }
  if (count > 0) yield firstOf(chunk, count)
}

/** The first readings of a chunk. */
export function firstOf(chunk: ReadingsChunk, count: number): ReadingsChunk {
  const { damagedRows, extremes, ...columns } = chunk
  return {
    ...(extremes && {
      extremes: {
        least: extremes.least.subarray(0, count),
        greatest: extremes.greatest.subarray(0, count),
      },
    }),
    points: columns.points.subarray(0, count),
    times: columns.times.subarray(0, count),
    values: columns.values.subarray(0, count),
    qualities: columns.qualities.subarray(0, count),
    damagedRows,
  }
}
