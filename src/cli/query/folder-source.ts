import type { ReadingsChunk, ReadingsQuery } from '../../store/reader/readings-query.ts'
import { firstOf } from '../../store/reader/latest-steps.ts'
import { StoreReader } from '../../store/reader/store-reader.ts'
import type { LatestQuery, NamedPoint, QuerySource } from './source.ts'

/** Reads a data folder itself, beside a running edge or without one. */
export class FolderSource implements QuerySource {
  readonly #reader: StoreReader
  readonly #names = new Map<number, NamedPoint | undefined>()

  constructor(directory: string) {
    this.#reader = StoreReader.open(directory)
  }

  async *points(device: string | undefined): AsyncGenerator<NamedPoint> {
    yield* device === undefined ? this.#reader.points() : this.#reader.pointsOf(device)
  }

  async *readings(query: ReadingsQuery, limit: number): AsyncGenerator<ReadingsChunk> {
    let left = limit
    for (const chunk of this.#reader.readings(query)) {
      yield left < chunk.times.length ? firstOf(chunk, left) : chunk
      left -= chunk.times.length
      if (left <= 0) return
    }
  }

  async *latest(query: LatestQuery): AsyncGenerator<ReadingsChunk> {
    yield* this.#reader.latest(query)
  }

  nameOf(point: number): NamedPoint | undefined {
    if (!this.#names.has(point)) this.#names.set(point, this.#reader.point(point))
    return this.#names.get(point)
  }

  close(): void {
    this.#reader.close()
  }
}
