import type { ErrorCode } from '../../core/errors.ts'
import type { TextForm, TextPiece } from './query-answer.ts'
import type { ReadingsChunk, ReadingsQuery } from './readings-query.ts'

/** To the query thread. A query starts with `limits.queryChunksAhead` chunks of credit; each `pull` adds one. */
export type QueryRequest =
  | {
      readonly kind: 'open'
      readonly id: number
      readonly query: ReadingsQuery
      /** Undefined: chunks are wanted, not text. */
      readonly form: TextForm | undefined
    }
  | { readonly kind: 'pull'; readonly id: number }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' }

/** From the query thread. Nothing more comes for an `id` after `end` or `failed`. */
export type QueryReply =
  | { readonly kind: 'item'; readonly id: number; readonly item: ReadingsChunk | TextPiece }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly fault: Fault }

/** A GridError as it crosses threads, where a class would be lost. */
export interface Fault {
  readonly code: ErrorCode
  readonly text: string
  readonly hint: string | undefined
}
