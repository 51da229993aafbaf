import type { ReadingsChunk, StoredPoint } from './readings-query.ts'

/** How the text of an answer is to be; the thread that runs the query makes it, beside the one that owns the sockets. */
export interface TextForm {
  readonly format: 'json' | 'csv' | 'columns'
  /** Readings; Infinity for all. */
  readonly limit: number
}

/** Text in UTF-8 that belongs to whoever gets it. */
export interface TextPiece {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly damagedRows: number
}

/** Makes the text of one answer: any number of `add`, until it is full or there are no more, then `close`. */
export interface AnswerMaker {
  readonly isFull: boolean
  add(chunk: ReadingsChunk): TextPiece
  close(): TextPiece
}

export type MakeAnswer = (
  form: TextForm,
  namesOf: (point: number) => StoredPoint | undefined,
) => AnswerMaker

/** The first piece comes with the first reading: until then a query that cannot be run may still say so. */
export function* answerSteps(
  steps: Iterable<ReadingsChunk | undefined>,
  answer: AnswerMaker,
): Generator<TextPiece | undefined> {
  for (const chunk of steps) {
    yield chunk === undefined ? undefined : answer.add(chunk)
    if (answer.isFull) break
  }
  yield answer.close()
}
