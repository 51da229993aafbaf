import type {
  ReadingsChunk,
  ReadingsQuery,
  StoredPoint,
} from '../../store/reader/readings-query.ts'

export type NamedPoint = Pick<StoredPoint, 'device' | 'quantity' | 'unit'>

export type LatestQuery = Pick<ReadingsQuery, 'device' | 'quantity'>

/** Where `busbar query` reads from: a data folder, or the HTTP interface of an edge. */
export interface QuerySource {
  points(device: string | undefined): AsyncIterable<NamedPoint>
  /** No more than `limit` readings. */
  readings(query: ReadingsQuery, limit: number): AsyncIterable<ReadingsChunk>
  /** The latest reading of each point. */
  latest(query: LatestQuery): AsyncIterable<ReadingsChunk>
  /** Whose reading it is; known once a chunk with that point was handed out. */
  nameOf(point: number): Pick<NamedPoint, 'device' | 'quantity'> | undefined
  close(): void
}
