import { type FastifyInstance, fastify } from 'fastify'
import { Server } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { guard } from '../api/access/guard.ts'
import { consoleRoutes } from '../api/console/console-routes.ts'
import type { Border } from '../api/egress/border.ts'
import { KnownRoutes } from '../api/known-routes.ts'
import { problem, problemOf, sendProblem } from '../api/problem.ts'
import type { Address } from '../core/address.ts'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { PROGRAM_FOLDER } from '../core/program-folder.ts'
import type { Operation } from './api/operation.ts'
import { thrift } from './api/thrift.ts'
import type { HealthProblem } from './health.ts'
import { type FleetRouteParts, fleetRoutes } from './fleet/routes.ts'
import type { CentreMetrics } from './metrics.ts'
import type { UserDesk } from '../users/user-desk.ts'
import { userRoutes } from './users.ts'

export interface HttpParts {
  /** Absent: a centre without one, in tests. */
  readonly fleet?: FleetRouteParts
  readonly address: Address
  readonly operations: readonly Operation[]
  readonly metrics: Pick<CentreMetrics, 'exposition' | 'contentType'>
  readonly problems: () => readonly HealthProblem[]
  readonly users: UserDesk
  /** Undefined: in the clear. */
  readonly tls: SecureContextOptions | undefined
  readonly report: (fault: unknown) => void
}

export interface CentreHttp {
  readonly address: Address
  /** Another certificate, for connections from now on. Only where there was one. */
  renew(tls: SecureContextOptions): void
  stop(): Promise<void>
}

/** What people and programs ask a centre. */
export async function startHttp(parts: HttpParts): Promise<CentreHttp> {
  const { address, report, users, tls, fleet } = parts
  const app: FastifyInstance = fastify({
    ...(tls === undefined ? {} : ({ https: tls } as object)),
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
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
  })
  app.addHook('onSend', thrift)
  const known = new KnownRoutes(app)
  guard(app, users)
  addRoutes(app, parts)
  addDocument(app, parts.operations, known)
  const root = fileURLToPath(PROGRAM_FOLDER)
  app.register(consoleRoutes, { root, page: '/ui/centre/index.html', border: OPEN, report })
  app.register(userRoutes, { users })
  if (fleet !== undefined) app.register(fleetRoutes, fleet)
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
  return {
    address: { host: address.host, port },
    renew: (renewed) => {
      if (app.server instanceof Server) app.server.setSecureContext(renewed)
    },
    stop: async () => app.close(),
  }
}

function addRoutes(app: FastifyInstance, { operations, metrics, problems }: HttpParts): void {
  // Probes need no password, and learn no more than whether all is well, and whether anything can be stored.
  app.get('/healthz', { config: { needs: 'nobody' } }, async ({ person }, reply) => {
    const wrong = problems()
    const status = wrong.length === 0 ? 'ok' : 'failing'
    const shown = person === undefined ? wrong.filter(({ isForAll }) => isForAll) : wrong
    const texts = shown.map(({ sentence, detail }) =>
      person === undefined || detail === '' ? sentence : `${sentence} (${detail})`,
    )
    const isSilent = person === undefined && texts.length === 0
    return reply
      .code(status === 'ok' ? 200 : 503)
      .send(isSilent ? { status } : { status, problems: texts })
  })
  app.get('/livez', { config: { needs: 'nobody' } }, async () => ({ status: 'alive' }))
  app.get('/metrics', VIEWERS, async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.exposition(nowUs())),
  )
  for (const each of operations) {
    app.route({
      method: each.method,
      url: each.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: { needs: each.needs, changes: each.method === 'POST' },
      handler: async ({ params, query }) =>
        each.run({ path: params as Record<string, string>, query }, nowUs()),
    })
  }
}

/** Made when it is asked for: nobody pays for it who never asks. */
function addDocument(
  app: FastifyInstance,
  operations: readonly Operation[],
  { all }: KnownRoutes,
): void {
  app.get('/api/openapi.json', VIEWERS, async () => {
    const { openApi } = await import('../api/openapi/document.ts')
    const { centreWords } = await import('./api/words.ts')
    return openApi({ title: 'Busbar centre', routes: all, words: centreWords(operations) })
  })
}

/** What a site lets out it has decided itself; here is nothing that stays. */
const OPEN: Border = { passage: () => undefined }
const VIEWERS = { config: { needs: 'viewer' } } as const

function nowUs(): number {
  return Date.now() * 1000
}
