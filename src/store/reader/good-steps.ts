import { quality } from '../../core/quality.ts'
import { type ReadingsChunk, allocateChunk } from './readings-query.ts'

const VALIDITY = 0b11

/** The readings whose validity is good; chunks that are left empty tell of damage only. */
export function* goodSteps<Other extends { readonly kind: string }>(
  items: Iterable<ReadingsChunk | Other | undefined>,
): Generator<ReadingsChunk | Other | undefined> {
  for (const item of items) yield item === undefined || 'kind' in item ? item : goodOf(item)
}

function goodOf(chunk: ReadingsChunk): ReadingsChunk | undefined {
  const { times, points, values, qualities, damagedRows } = chunk
  let count = 0
  for (const bits of qualities) if ((bits & VALIDITY) === quality.good) count++
  if (count === qualities.length) return chunk
  if (count === 0 && damagedRows === 0) return undefined
  const kept = allocateChunk(count, damagedRows)
  let at = 0
  for (let row = 0; row < times.length; row++) {
    if (((qualities[row] as number) & VALIDITY) !== quality.good) continue
    kept.times[at] = times[row] as number
    kept.points[at] = points[row] as number
    kept.values[at] = values[row] as number
    kept.qualities[at++] = qualities[row] as number
  }
  return kept
}
