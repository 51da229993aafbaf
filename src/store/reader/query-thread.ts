import { Worker } from 'node:worker_threads'
import { assert } from '../../core/assert.ts'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { TextForm, TextPiece } from './query-answer.ts'
import { QueryCursor } from './query-cursor.ts'
import type { QueryReply, QueryRequest } from './query-messages.ts'
import type { ReadingsChunk, ReadingsQuery } from './readings-query.ts'

export interface QueryThreadOptions {
  readonly directory: string
  /** The worker's file, which starts a `QueryLoop`. */
  readonly entry: URL
  readonly idleMs?: number
}

/**
 * Runs queries beside the thread that owns the sockets. A worker is started by the first query and ends when it was idle; one
 * that breaks takes its queries with it, and the next query starts another.
 */
export class QueryThread {
  readonly #directory: string
  readonly #idleMs: number
  readonly #entry: URL
  readonly #cursors = new Map<number, QueryCursor<ReadingsChunk> | QueryCursor<TextPiece>>()
  #worker: Worker | undefined
  #exited: Promise<void> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined
  #lastId = 0
  #closed = false

  constructor({ directory, entry, idleMs = limits.queryThreadIdleMs }: QueryThreadOptions) {
    this.#directory = directory
    this.#idleMs = idleMs
    this.#entry = entry
  }

  /** Starts with the first `next`, which throws `in-use` where `limits.queries` are running already. */
  readings(query: ReadingsQuery): AsyncIterable<ReadingsChunk, undefined> {
    return { [Symbol.asyncIterator]: () => this.#cursor<ReadingsChunk>(query, undefined) }
  }

  /** As `readings`, the answer as text. */
  text(query: ReadingsQuery, form: TextForm): AsyncIterable<TextPiece, undefined> {
    return { [Symbol.asyncIterator]: () => this.#cursor<TextPiece>(query, form) }
  }

  get running(): boolean {
    return this.#worker !== undefined
  }

  /** Ends running queries with an error, then the thread. */
  async close(): Promise<void> {
    this.#closed = true
    this.#failAll(new GridError('in-use', 'the query was ended: the edge is stopping'))
    this.#worker?.ref()
    this.#end()
    await this.#exited
  }

  /** What the items are depends on whether there is a form. */
  #cursor<Item extends ReadingsChunk | TextPiece>(
    query: ReadingsQuery,
    form: TextForm | undefined,
  ): QueryCursor<Item> {
    const id = ++this.#lastId
    const cursor = new QueryCursor<Item>({
      open: () => {
        this.#admit()
        this.#send({ kind: 'open', id, query, form })
        this.#cursors.set(id, cursor as never)
      },
      pull: () => this.#send({ kind: 'pull', id }),
      cancel: () => {
        this.#send({ kind: 'cancel', id })
        this.#forget(id)
      },
    })
    return cursor
  }

  #admit(): void {
    if (this.#closed) throw new GridError('in-use', 'no query starts now: the edge is stopping')
    if (this.#cursors.size < limits.queries) return
    throw new GridError('in-use', `${limits.queries} queries are running already`, {
      hint: 'Ask again in a moment, or for less at a time.',
    })
  }

  #send(request: QueryRequest): void {
    clearTimeout(this.#idle)
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#worker.postMessage(request)
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, {
      workerData: { directory: this.#directory },
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: limits.queryThreadHeapMb,
        maxYoungGenerationSizeMb: limits.queryThreadYoungMb,
      },
    })
    let cause: unknown
    worker.on('message', (reply: QueryReply) => this.#take(reply))
    worker.on('error', (thrown) => {
      cause = thrown
    })
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        if (this.#worker === worker) this.#lost(cause ?? `exit code ${code}`)
        resolve()
      })
    })
    return worker
  }

  #take(reply: QueryReply): void {
    const cursor = this.#cursors.get(reply.id)
    if (cursor === undefined) return
    if (reply.kind === 'item') {
      cursor.deliver(reply.item as never)
      return
    }
    this.#forget(reply.id)
    if (reply.kind === 'end') cursor.end()
    else cursor.fail(new GridError(reply.fault.code, reply.fault.text, hintOf(reply.fault.hint)))
  }

  #lost(cause: unknown): void {
    this.#worker = undefined
    const text = `the query thread stopped: ${errorText(cause)}`
    this.#failAll(
      new GridError('bug', text, { hint: 'Ask again: the next query starts another.', cause }),
    )
  }

  #failAll(fault: GridError): void {
    const cursors = [...this.#cursors.values()]
    this.#cursors.clear()
    for (const cursor of cursors) cursor.fail(fault)
  }

  #forget(id: number): void {
    this.#cursors.delete(id)
    if (this.#cursors.size > 0) return
    this.#worker?.unref()
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#end(), this.#idleMs).unref()
  }

  /** The worker closes its file by itself: a thread that is cut off would leave its locks to the process. */
  #end(): void {
    clearTimeout(this.#idle)
    assert(this.#cursors.size === 0, 'a query thread ends when no query needs it')
    this.#worker?.postMessage({ kind: 'close' } satisfies QueryRequest)
    this.#worker = undefined
  }
}

function hintOf(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint }
}
