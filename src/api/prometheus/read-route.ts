import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { assert } from '../../core/assert.ts'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { addRoute } from '../egress/classified-route.ts'
import type { Report, Route, RouteContext } from '../route.ts'
import { otherWork } from '../text-stream.ts'
import { CHUNKS_TYPE, chunksResponse } from './chunks-response.ts'
import { type ReadBudget, type Series, gatherSeries } from './gather.ts'
import { type ReadRequest, decodeReadRequest } from './read-request.ts'
import { ReadTurns } from './read-turns.ts'
import { SAMPLES_TYPE, samplesResponse } from './samples-response.ts'
import { snappyUncompress } from './snappy.ts'

export const READ_PATH = '/api/v1/read'

/** `POST /api/v1/read`, Prometheus remote read. Only here is a body taken, hence a scope of its own. */
export async function remoteRead(
  app: FastifyInstance,
  context: Omit<RouteContext, 'now'>,
): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(SAMPLES_TYPE, { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  )
  const read = { class: 'raw', names: ['samples'], channel: 'remote-read' } as const
  const route = { kind: 'whole', method: 'POST', ...read, answer: answer(context) } as const
  addRoute(app, READ_PATH, route, context)
}

function answer({ view, report }: Omit<RouteContext, 'now'>): Route {
  const turns = new ReadTurns()
  return async (request, reply) => {
    const read = requestOf(request.headers['content-encoding'], request.body)
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort(GONE))
    await turns.wait()
    const turn = new AnswerTurn(turns)
    try {
      const results: Series[][] = []
      const budget = newBudget()
      for (const query of read.queries) {
        results.push(await gatherSeries(query, { view, report, budget, signal: gone.signal }))
      }
      return reply.send(answerStream(read, results, { reply, report, answer: turn }))
    } catch (thrown) {
      turn.end()
      throw thrown
    }
  }
}

const GONE = new GridError('unreachable', 'whoever asked has gone')

function newBudget(): ReadBudget {
  return {
    series: limits.remoteReadSeries,
    samples: limits.remoteReadSamples,
    steps: limits.patternSteps,
  }
}

function requestOf(encoding: string | undefined, body: unknown): ReadRequest {
  if (encoding !== 'snappy') {
    throw new GridError('input', 'a remote read is compressed with Snappy', {
      hint: 'Content-Encoding: snappy, Content-Type: application/x-protobuf.',
    })
  }
  assert(body instanceof Uint8Array, 'only a parsed body comes this far')
  return decodeReadRequest(snappyUncompress(body, limits.remoteReadRequestBytes))
}

/** Ends once, however the answer does. */
class AnswerTurn {
  readonly #turns: ReadTurns
  #isEnded = false

  constructor(turns: ReadTurns) {
    this.#turns = turns
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#turns.done()
  }
}

function answerStream(
  { responseType }: ReadRequest,
  results: readonly (readonly Series[])[],
  { reply, report, answer }: { reply: FastifyReply; report: Report; answer: AnswerTurn },
): Readable {
  switch (responseType) {
    case 'samples':
      reply.type(SAMPLES_TYPE).header('content-encoding', 'snappy')
      return streamOf(samplesResponse(results), report, answer)
    case 'chunks':
      reply.type(CHUNKS_TYPE)
      return streamOf(chunksResponse(results), report, answer)
  }
}

function streamOf(pieces: Iterable<Uint8Array>, report: Report, answer: AnswerTurn): Readable {
  const stream = Readable.from(inTurns(pieces), { objectMode: false })
  return stream.once('error', report).once('close', () => answer.end())
}

async function* inTurns(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    yield piece
    await otherWork()
  }
}
