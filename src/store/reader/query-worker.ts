import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../core/assert.ts'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Fault, QueryReply, QueryRequest } from './query-messages.ts'
import type { ReadingsChunk } from './readings-query.ts'
import { StoreReader } from './store-reader.ts'

interface OpenQuery {
  readonly steps: Generator<ReadingsChunk | undefined>
  credit: number
}

assert(parentPort !== null, 'the query worker is started as a thread')
const port = parentPort
const { directory } = workerData as { readonly directory: string }
const queries = new Map<number, OpenQuery>()
let reader: StoreReader | undefined
let turning = false

port.on('message', (request: QueryRequest) => {
  switch (request.kind) {
    case 'open':
      open(request)
      break
    case 'pull': {
      const query = queries.get(request.id)
      if (query !== undefined) query.credit++
      break
    }
    case 'cancel':
      queries.delete(request.id)
      break
    case 'close':
      reader?.close()
      port.close()
      return
  }
  startTurning()
})

function open({ id, query }: QueryRequest & { readonly kind: 'open' }): void {
  try {
    reader ??= StoreReader.open(directory)
    queries.set(id, { steps: reader.steps(query), credit: limits.queryChunksAhead })
  } catch (thrown) {
    send({ kind: 'failed', id, fault: faultOf(thrown) })
  }
}

function startTurning(): void {
  if (turning) return
  turning = true
  setImmediate(turn)
}

/** One step for each query that has credit, then whatever was asked meanwhile: no query holds up another, or a cancel. */
function turn(): void {
  let busy = false
  for (const [id, query] of queries) {
    if (query.credit === 0) continue
    busy = true
    advance(id, query)
  }
  if (busy) setImmediate(turn)
  else turning = false
}

function advance(id: number, query: OpenQuery): void {
  try {
    const { done, value: chunk } = query.steps.next()
    if (done === true) {
      queries.delete(id)
      send({ kind: 'end', id })
    } else if (chunk !== undefined) {
      query.credit--
      port.postMessage({ kind: 'chunk', id, chunk } satisfies QueryReply, [chunk.times.buffer])
    }
  } catch (thrown) {
    queries.delete(id)
    send({ kind: 'failed', id, fault: faultOf(thrown) })
  }
}

function send(reply: QueryReply): void {
  port.postMessage(reply)
}

function faultOf(thrown: unknown): Fault {
  if (thrown instanceof GridError) {
    return { code: thrown.code, text: thrown.message, hint: thrown.hint }
  }
  return { code: 'bug', text: `query: ${errorText(thrown)}`, hint: undefined }
}
