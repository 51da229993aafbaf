import { CsvText, type NamesOf } from '../../api/readings-text.ts'
import type { ReadingsChunk } from '../../store/reader/readings-query.ts'
import type { ReadingsFormat, Write } from './readings-format.ts'

/** What `busbar query --format csv` prints. */
export class CsvFormat implements ReadingsFormat {
  readonly #text: CsvText
  readonly #write: Write

  constructor(namesOf: NamesOf, write: Write) {
    this.#text = new CsvText(namesOf)
    this.#write = write
    this.#write(Buffer.from(this.#text.open()))
  }

  add(chunk: ReadingsChunk): void {
    if (chunk.times.length === 0) return
    this.#write(this.#text.add({ chunk, start: 0, end: chunk.times.length }))
  }

  finish(): void {
    this.#write(Buffer.from(this.#text.close()))
  }
}
