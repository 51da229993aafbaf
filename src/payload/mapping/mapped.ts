import type { Micros } from '../../core/time.ts'
import type { Decoder, Draft, Outcome, PointNames } from '../decoder.ts'
import { type Json, parseJson } from '../json.ts'
import type { Context } from '../reading.ts'

/** Reads one payload of a foreign shape into the draft. Holds nothing of a device: one serves all of a mapping. */
export type PayloadReader = (payload: Uint8Array, context: Context) => Outcome

/** What a shape makes of a payload that is JSON. */
export function jsonReader(read: (document: Json, context: Context) => Outcome): PayloadReader {
  return (payload, context) => {
    const document = parseJson(payload, context.draft)
    return document === undefined ? 'unreadable' : read(document, context)
  }
}

/** A foreign payload of one device. */
export class MappedDecoder implements Decoder {
  readonly #read: PayloadReader
  readonly #names: PointNames
  readonly #draft: Draft
  readonly #device: string

  constructor(
    read: PayloadReader,
    { names, draft, device }: { names: PointNames; draft: Draft; device: string },
  ) {
    this.#read = read
    this.#names = names
    this.#draft = draft
    this.#device = device
  }

  decode(bytes: Uint8Array, start: number, end: number, now: Micros): Outcome {
    const draft = this.#draft
    draft.count = 0
    const context = { names: this.#names, draft, device: this.#device, now }
    return this.#read(bytes.subarray(start, end), context)
  }
}
