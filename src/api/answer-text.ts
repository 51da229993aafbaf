import type { ReadingsChunk, TextForm, TextPiece } from './ports.ts'
import { ColumnsText } from './columns-text.ts'
import { CsvText, JsonText, type NamesOf, type ReadingsText } from './readings-text.ts'

export function readingsText(format: TextForm['format'], namesOf: NamesOf): ReadingsText {
  switch (format) {
    case 'json':
      return new JsonText(namesOf)
    case 'csv':
      return new CsvText(namesOf)
    case 'columns':
      return new ColumnsText(namesOf)
  }
}

/** An answer made of chunks: any number of `add`, until it is full or there are no more, then `close`. */
export class AnswerText {
  readonly #text: ReadingsText
  #left: number
  #damagedRows = 0
  #isOpen = false

  constructor({ format, limit }: TextForm, namesOf: NamesOf) {
    this.#text = readingsText(format, namesOf)
    this.#left = limit
  }

  get isFull(): boolean {
    return this.#left === 0
  }

  add(chunk: ReadingsChunk): TextPiece {
    const count = Math.min(this.#left, chunk.times.length)
    this.#left -= count
    this.#damagedRows += chunk.damagedRows
    const { damagedRows } = chunk
    const text = this.#text.add({ chunk, start: 0, end: count })
    return { bytes: this.#joined(text, ''), damagedRows }
  }

  close(): TextPiece {
    return { bytes: this.#joined('', this.#text.close(this.#damagedRows)), damagedRows: 0 }
  }

  #joined(text: string | Uint8Array<ArrayBuffer>, end: string): Uint8Array<ArrayBuffer> {
    const start = this.#isOpen ? '' : this.#text.open()
    this.#isOpen = true
    if (typeof text !== 'string' && start === '' && end === '') return text
    // Not Buffer.from, whose memory is shared with others: a piece moves to another thread.
    const parts = [start, text, end].map((part) =>
      typeof part === 'string' ? encoder.encode(part) : part,
    )
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
}

const encoder = new TextEncoder()
