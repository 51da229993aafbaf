import type { ReadingsChunk } from '../../store/reader/readings-query.ts'

/** Writes readings in one format: any number of `add`, then `finish`. */
export interface ReadingsFormat {
  add(chunk: ReadingsChunk): void
  finish(): void
}

export type Write = (bytes: Uint8Array) => void
