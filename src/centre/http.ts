import { type FastifyInstance, fastify } from 'fastify'
import { problem, problemOf, sendProblem } from '../api/problem.ts'
import type { Address } from '../core/address.ts'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { openApi } from './api/document.ts'
import type { Operation } from './api/operation.ts'
import type { CentreMetrics } from './metrics.ts'

export interface HttpParts {
  readonly address: Address
  readonly operations: readonly Operation[]
  readonly metrics: Pick<CentreMetrics, 'exposition' | 'contentType'>
  /** A sentence for each thing that is wrong. */
  readonly problems: () => readonly string[]
  readonly report: (fault: unknown) => void
}

export interface CentreHttp {
  readonly address: Address
  stop(): Promise<void>
}

/** What people and programs ask a centre. */
export async function startHttp(parts: HttpParts): Promise<CentreHttp> {
  const { address, report } = parts
  const app = fastify({
    requestTimeout: limits.httpRequestMs,
    connectionTimeout: limits.httpSilenceMs,
    keepAliveTimeout: limits.httpKeepAliveMs,
    forceCloseConnections: true,
  })
  app.setErrorHandler((thrown, _request, reply) => {
    const details = problemOf(thrown)
    if (details.status === 500) report(thrown)
    return sendProblem(reply, details)
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, problem(404, { detail: `${request.url}: nothing is here` })),
  )
  addRoutes(app, parts)
  app.server.maxConnections = limits.httpConnections
  try {
    await app.listen({ host: address.host, port: address.port })
  } catch (cause) {
    await app.close()
    throw new GridError('address-in-use', `listening for HTTP: ${errorText(cause)}`, {
      hint: 'Choose another address with --http HOST:PORT.',
      cause,
    })
  }
  const bound = app.server.address()
  const port = bound === null || typeof bound === 'string' ? address.port : bound.port
  return { address: { host: address.host, port }, stop: async () => app.close() }
}

function addRoutes(app: FastifyInstance, { operations, metrics, problems }: HttpParts): void {
  app.get('/healthz', async (_, reply) => {
    const wrong = problems()
    const status = wrong.length === 0 ? 'ok' : 'failing'
    return reply.code(status === 'ok' ? 200 : 503).send({ status, problems: wrong })
  })
  app.get('/metrics', async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.exposition(nowUs())),
  )
  app.get('/api/openapi.json', async () => openApi(operations))
  for (const each of operations) {
    app.route({
      method: each.method,
      url: each.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      handler: async ({ params, query }) =>
        each.run({ path: params as Record<string, string>, query }, nowUs()),
    })
  }
}

function nowUs(): number {
  return Date.now() * 1000
}
