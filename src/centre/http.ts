import { type FastifyInstance, fastify } from 'fastify'
import { readCount, readParameters } from '../api/parameters.ts'
import { problem, problemOf, sendProblem } from '../api/problem.ts'
import { readRange } from '../api/time-range.ts'
import type { Address } from '../core/address.ts'
import { GridError, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import { reportSummary, wholeReport } from './fleet/report-summary.ts'
import { type FleetRouteParts, addFleetRoutes } from './fleet/routes.ts'
import type { Ledger, RecordsQuery } from './ledger.ts'
import type { CentreMetrics } from './metrics.ts'
import type { Worker } from './worker.ts'

/** PEM. */
export interface HttpTls {
  readonly cert: string | Buffer
  readonly key: string | Buffer
}

export interface HttpParts extends FleetRouteParts {
  readonly address: Address
  /** Undefined: no TLS. */
  readonly tls: HttpTls | undefined
  readonly ledger: Ledger
  readonly worker: Worker
  readonly metrics: CentreMetrics
  readonly report: (fault: unknown) => void
}

export interface CentreHttp {
  readonly address: Address
  stop(): Promise<void>
}

/** What people and programs ask a centre. */
export async function startHttp(parts: HttpParts): Promise<CentreHttp> {
  const { address, report, tls } = parts
  const app = fastify({
    ...(tls === undefined ? {} : { https: { ...tls, minVersion: 'TLSv1.2' } }),
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
  addFleetRoutes(app, parts)
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

function addRoutes(app: FastifyInstance, parts: HttpParts): void {
  const { ledger, reports, worker, metrics } = parts
  app.get('/healthz', async (_, reply) => {
    const problems: string[] = []
    if (worker.failure !== '')
      problems.push(`Nothing can be stored (${worker.failure}). Sites keep what they have to send.`)
    if (!worker.isConnected) problems.push('There is no connection to the broker.')
    const status = problems.length === 0 ? 'ok' : 'failing'
    return reply.code(status === 'ok' ? 200 : 503).send({ status, problems })
  })
  app.get('/metrics', async (_, reply) =>
    reply.type(metrics.contentType).send(await metrics.exposition(nowUs())),
  )
  app.get('/api/v1/sites', async (request) => {
    readParameters(request.query, [])
    const stored = await reports.all(nowUs())
    const bySite = new Map(stored.map((each) => [each.site, each]))
    const sites = await ledger.sites(nowUs())
    return {
      sites: sites.map((each) => ({ ...each, report: reportSummary(bySite.get(each.site)) })),
    }
  })
  app.get<{ Params: { site: string } }>('/api/v1/sites/:site', async (request) => {
    const { site } = request.params
    const [found] = await ledger.sites(nowUs(), site)
    if (found === undefined)
      throw new GridError('not-found', `${site}: nothing has ever come from such a site`)
    const [stored] = await reports.all(nowUs(), site)
    return { ...found, report: wholeReport(stored) }
  })
  for (const table of ['events', 'aggregates'] as const) {
    app.get(`/api/v1/${table}`, async (request) => ({
      [table]: await ledger.records(readQuery(table, request.query)),
    }))
  }
}

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
