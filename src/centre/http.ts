import { type FastifyInstance, fastify } from 'fastify'
import { Server } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { guard } from '../api/access/guard.ts'
import { readCount, readParameters } from '../api/parameters.ts'
import { problem, problemOf, sendProblem } from '../api/problem.ts'
import { readRange } from '../api/time-range.ts'
import type { Address } from '../core/address.ts'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import type { Ledger, RecordsQuery } from './ledger.ts'
import type { CentreMetrics } from './metrics.ts'
import type { UserDesk } from '../users/user-desk.ts'
import { userRoutes } from './users.ts'
import type { Worker } from './worker.ts'

export interface HttpParts {
  readonly address: Address
  readonly ledger: Ledger
  readonly worker: Worker
  readonly metrics: CentreMetrics
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
  const { address, report, users, tls } = parts
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
  guard(app, users)
  addRoutes(app, parts)
  app.register(userRoutes, { users })
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

function addRoutes(app: FastifyInstance, { ledger, worker, metrics }: HttpParts): void {
  // Probes need no password, and learn no more than whether all is well.
  app.get('/healthz', { config: { needs: 'nobody' } }, async ({ person }, reply) => {
    const problems: string[] = []
    if (worker.failure !== '')
      problems.push(`Nothing can be stored (${worker.failure}). Sites keep what they have to send.`)
    if (!worker.isConnected) problems.push('There is no connection to the broker.')
    const status = problems.length === 0 ? 'ok' : 'failing'
    return reply
      .code(status === 'ok' ? 200 : 503)
      .send(person === undefined ? { status } : { status, problems })
  })
  app.get('/metrics', VIEWERS, async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.exposition(nowUs())),
  )
  app.get('/api/v1/sites', VIEWERS, async (request) => {
    readParameters(request.query, [])
    return { sites: await ledger.sites(nowUs()) }
  })
  app.get<{ Params: { site: string } }>('/api/v1/sites/:site', VIEWERS, async (request) => {
    const { site } = request.params
    const [found] = await ledger.sites(nowUs(), site)
    if (found === undefined)
      throw new GridError('not-found', `${site}: nothing has ever come from such a site`)
    return found
  })
  for (const table of ['events', 'aggregates'] as const) {
    app.get(`/api/v1/${table}`, VIEWERS, async (request) => ({
      [table]: await ledger.records(readQuery(table, request.query)),
    }))
  }
}

const VIEWERS = { config: { needs: 'viewer' } } as const

function readQuery(table: RecordsQuery['table'], query: unknown): RecordsQuery {
  const names = ['site', 'name', 'subject', 'from', 'to', 'limit'] as const
  const { site, name, subject, from, to, limit } = readParameters(query, names)
  const range = readRange({ from, to, prefix: '' }, Micros(nowUs()))
  const rows = limit === undefined ? limits.centreRows : readCount(limit, 'limit')
  return { table, site, name, subject, ...range, limit: rows }
}

function nowUs(): number {
  return Date.now() * 1000
}
