import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'

/** How a cursor speaks to the thread that runs its query. */
export interface CursorPort {
  /** Starts the query; throws where it may not run. */
  open(): void
  /** One more chunk may come. */
  pull(): void
  cancel(): void
}

type State =
  | { readonly kind: 'new' | 'open' | 'ended' }
  | { readonly kind: 'failed'; readonly fault: unknown }

type Result<Item> = IteratorResult<Item, undefined>

/**
 * The consumer's end of one query. An iterator by hand, not a generator: `return` must end the query while a `next` waits, and
 * a generator would queue it until that `next` is answered.
 */
export class QueryCursor<Item> implements AsyncIterator<Item, undefined> {
  readonly #port: CursorPort
  readonly #chunks: Item[] = []
  #state: State = { kind: 'new' }
  #waiting: PromiseWithResolvers<Result<Item>> | undefined

  constructor(port: CursorPort) {
    this.#port = port
  }

  async next(): Promise<Result<Item>> {
    if (this.#state.kind === 'new') {
      this.#port.open()
      this.#state = { kind: 'open' }
    }
    const chunk = this.#chunks.shift()
    if (chunk !== undefined) {
      if (this.#state.kind === 'open') this.#port.pull()
      return { done: false, value: chunk }
    }
    if (this.#state.kind === 'failed') throw this.#state.fault
    if (this.#state.kind === 'ended') return { done: true, value: undefined }
    assert(this.#waiting === undefined, 'a query is consumed by one consumer')
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  async return(): Promise<Result<Item>> {
    if (this.#state.kind === 'open') this.#port.cancel()
    this.#chunks.length = 0
    this.end()
    return { done: true, value: undefined }
  }

  deliver(chunk: Item): void {
    if (this.#waiting === undefined) {
      assert(this.#chunks.length < limits.queryChunksAhead, 'no chunk comes that was not asked for')
      this.#chunks.push(chunk)
      return
    }
    this.#port.pull()
    this.#answer({ done: false, value: chunk })
  }

  end(): void {
    this.#state = { kind: 'ended' }
    this.#answer({ done: true, value: undefined })
  }

  fail(fault: unknown): void {
    this.#state = { kind: 'failed', fault }
    this.#waiting?.reject(fault)
    this.#waiting = undefined
  }

  #answer(result: Result<Item>): void {
    this.#waiting?.resolve(result)
    this.#waiting = undefined
  }
}
