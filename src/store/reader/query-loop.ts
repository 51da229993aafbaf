import type { MessagePort } from 'node:worker_threads'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Fault, QueryReply, QueryRequest } from './query-messages.ts'
import { type MakeAnswer, type TextPiece, answerSteps } from './query-answer.ts'
import type { ReadingsChunk } from './readings-query.ts'
import { StoreReader } from './store-reader.ts'

interface OpenQuery {
  readonly steps: Generator<ReadingsChunk | TextPiece | undefined>
  credit: number
}

/** The query thread: answers what comes over its port until it is told to close. */
export class QueryLoop {
  readonly #port: MessagePort
  readonly #directory: string
  readonly #makeAnswer: MakeAnswer
  readonly #queries = new Map<number, OpenQuery>()
  #reader: StoreReader | undefined
  #turning = false

  constructor(port: MessagePort, directory: string, makeAnswer: MakeAnswer) {
    this.#port = port
    this.#directory = directory
    this.#makeAnswer = makeAnswer
    port.on('message', (request: QueryRequest) => this.#take(request))
  }

  #take(request: QueryRequest): void {
    switch (request.kind) {
      case 'open':
        this.#open(request)
        break
      case 'pull': {
        const query = this.#queries.get(request.id)
        if (query !== undefined) query.credit++
        break
      }
      case 'cancel':
        this.#queries.delete(request.id)
        break
      case 'close':
        this.#reader?.close()
        this.#port.close()
        return
    }
    if (this.#turning) return
    this.#turning = true
    setImmediate(() => this.#turn())
  }

  #open({ id, query, form }: QueryRequest & { readonly kind: 'open' }): void {
    try {
      this.#reader ??= StoreReader.open(this.#directory)
      const reader = this.#reader
      const chunks = reader.steps(query)
      const steps =
        form === undefined
          ? chunks
          : answerSteps(
              chunks,
              this.#makeAnswer(form, (point) => reader.point(point)),
            )
      this.#queries.set(id, { steps, credit: limits.queryChunksAhead })
    } catch (thrown) {
      this.#send({ kind: 'failed', id, fault: faultOf(thrown) })
    }
  }

  /** One step for each query that has credit, then whatever was asked meanwhile: no query holds up another, or a cancel. */
  #turn(): void {
    let busy = false
    for (const [id, query] of this.#queries) {
      if (query.credit === 0) continue
      busy = true
      this.#advance(id, query)
    }
    if (busy) setImmediate(() => this.#turn())
    else this.#turning = false
  }

  #advance(id: number, query: OpenQuery): void {
    try {
      const { done, value: item } = query.steps.next()
      if (done === true) {
        this.#queries.delete(id)
        this.#send({ kind: 'end', id })
      } else if (item !== undefined) {
        query.credit--
        const { buffer } = 'bytes' in item ? item.bytes : item.times
        this.#port.postMessage({ kind: 'item', id, item } satisfies QueryReply, [buffer])
      }
    } catch (thrown) {
      this.#queries.delete(id)
      this.#send({ kind: 'failed', id, fault: faultOf(thrown) })
    }
  }

  #send(reply: QueryReply): void {
    this.#port.postMessage(reply)
  }
}

function faultOf(thrown: unknown): Fault {
  if (thrown instanceof GridError) {
    return { code: thrown.code, text: thrown.message, hint: thrown.hint }
  }
  return { code: 'bug', text: `query: ${errorText(thrown)}`, hint: undefined }
}
