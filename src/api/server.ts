import { type FastifyInstance, fastify } from 'fastify'
import { Server } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import type { Address } from '../core/address.ts'
import { formatAddress } from '../core/address.ts'
import { GridError, errorCode, errorText } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Clock } from '../core/time.ts'
import {
  ALARMS_PATH,
  STEPS_PATH,
  alarmRoutes,
  alarmStepsRoute,
  alarmsRoute,
} from './alarms/alarm-routes.ts'
import { NOTIFY_PATH, notifyRoute } from './alarms/notify-routes.ts'
import type { Access } from './access/access.ts'
import { accessRoutes } from './access/access-routes.ts'
import { guard } from './access/guard.ts'
import { takeJson } from './json-scope.ts'
import { consoleRoutes } from './console/console-routes.ts'
import { auditRoute } from './audit-route.ts'
import { changeRoutes } from './changes/change-routes.ts'
import { faultsRoute } from './faults-route.ts'
import { latestRoute } from './latest-route.ts'
import { clockRoute } from './clock-route.ts'
import { ledgerRoute } from './ledger-route.ts'
import { type KnownRoute, KnownRoutes } from './known-routes.ts'
import { pointsRoute } from './points-route.ts'
import { policyRoutes } from './policy-route.ts'
import type { EdgeView } from './ports.ts'
import { PROBLEM_TYPE, problem, problemOf, sendProblem } from './problem.ts'
import type { Border } from './egress/border.ts'
import { type AddedRoute, addRoute, refuseUnclassified } from './egress/classified-route.ts'
import type { Report, RouteContext } from './route.ts'
import { PROCESSORS_PATH, processorsRoute } from './processors-route.ts'
import { readingsRoute } from './readings-route.ts'
import { remoteRead } from './prometheus/read-route.ts'
import { derivedRoute, resultsRoute } from './results-route.ts'
import { sessionsRoute } from './sessions-route.ts'
import { siteRoute } from './site-route.ts'
import { uplinkRoute } from './uplink-route.ts'

export interface ApiOptions {
  readonly address: Address
  readonly view: EdgeView
  /** Who is outside, and what may go there. */
  readonly border: Border
  /** Who may come in, and for what. */
  readonly access: Access
  /** Undefined: in the clear. */
  readonly tls?: SecureContextOptions | undefined
  readonly now: Clock
  /** The folder with `ui` and `node_modules`; undefined: there is no console. */
  readonly consoleRoot?: string
  /** Told of every answer that was a fault of ours. */
  readonly report?: Report
}

export interface Api {
  readonly address: Address
  readonly routes: readonly KnownRoute[]
  /** Another certificate, for connections from now on. Only where there was one. */
  renew(tls: SecureContextOptions): void
  /** Cuts what is being sent: whoever reads it can tell that it is not the whole. */
  stop(): Promise<void>
}

export async function startApi(options: ApiOptions): Promise<Api> {
  const { address, view, border, access, now, consoleRoot, report = ignore } = options
  const context: RouteContext = { view, now, report, border }
  const app = createApp(options)
  const known = new KnownRoutes(app)
  const routes: Readonly<Record<string, AddedRoute>> = {
    '/healthz': healthRoute(view),
    '/livez': livenessRoute,
    '/metrics': metricsRoute(view),
    '/api/v1/site': siteRoute(context),
    '/api/v1/points': pointsRoute(context),
    '/api/v1/readings': readingsRoute(context),
    '/api/v1/latest': latestRoute(context),
    '/api/v1/ledger': ledgerRoute(context),
    '/api/v1/sessions': sessionsRoute(context),
    [ALARMS_PATH]: alarmsRoute(context),
    [STEPS_PATH]: alarmStepsRoute(context),
    [NOTIFY_PATH]: notifyRoute(context),
    '/api/v1/audit': auditRoute(context),
    '/api/v1/clock': clockRoute(context),
    '/api/v1/events': resultsRoute('event', 'events')(context),
    '/api/v1/aggregates': resultsRoute('aggregate', 'aggregates')(context),
    '/api/v1/derived': derivedRoute(context),
    '/api/v1/faults': faultsRoute(context),
    [PROCESSORS_PATH]: processorsRoute(context),
    '/api/v1/uplink': uplinkRoute(context),
    ...policyRoutes(context),
  }
  for (const [url, route] of Object.entries(routes)) addRoute(app, url, route, context)
  addRoute(app, DOCUMENT_PATH, documentRoute(known), context)
  app.register(remoteRead, context)
  app.register(alarmRoutes, context)
  app.register(loginRoutes, { ...context, access })
  app.register(changeRoutes, context)
  if (consoleRoot !== undefined)
    app.register(consoleRoutes, { ...context, root: consoleRoot, page: '/ui/index.html' })
  app.setNotFoundHandler((request, reply) => known.notFound(request, reply))
  app.server.maxConnections = limits.httpConnections
  try {
    await app.listen({ host: address.host, port: address.port })
  } catch (thrown) {
    await app.close()
    throw listenFault(thrown, address)
  }
  const bound = app.server.address()
  const port = bound === null || typeof bound === 'string' ? address.port : bound.port
  return {
    address: { host: address.host, port },
    routes: known.all,
    renew: (tls) => {
      if (app.server instanceof Server) app.server.setSecureContext(tls)
    },
    stop: () => app.close(),
  }
}

function createApp({ access, tls, report = ignore }: ApiOptions): FastifyInstance {
  const app = fastify({
    // The types of Fastify have another class of instance for it, with the same methods.
    ...(tls === undefined ? {} : ({ https: tls } as object)),
    // No route has a schema; Fastify's own compilers of them would be made all the same, 1.5 MB.
    schemaController: {
      compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas },
    },
    bodyLimit: limits.httpBodyBytes,
    requestTimeout: limits.httpRequestMs,
    connectionTimeout: limits.httpSilenceMs,
    keepAliveTimeout: limits.httpKeepAliveMs,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    http: { maxHeaderSize: limits.httpHeaderBytes, headersTimeout: limits.httpRequestMs },
    frameworkErrors: (thrown, _request, reply) => sendProblem(reply, problemOf(thrown)),
    clientErrorHandler: (_thrown, socket) => {
      if (socket.writable) socket.write(MALFORMED)
      socket.destroy()
    },
  })
  // Where no body is taken it is not looked at, and a POST is told 405 whatever it carries.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))
  refuseUnclassified(app)
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store')
  })
  guard(app, access)
  app.setErrorHandler((thrown, _request, reply) => {
    const details = problemOf(thrown)
    if (details.status === 500) report(thrown)
    return sendProblem(reply, details)
  })
  return app
}

function ignore(): void {}

/** Addresses that take a body, hence a scope of its own. */
async function loginRoutes(
  app: FastifyInstance,
  { access, ...surroundings }: RouteContext & { readonly access: Access },
): Promise<void> {
  takeJson(app)
  for (const { url, method, needs, reach, answer } of accessRoutes(access)) {
    const kind = reach === 'inside' ? 'action' : 'own'
    addRoute(app, url, { kind, method, needs, records: true, answer }, surroundings)
  }
}

/** Answers as long as the edge answers at all: an edge with a full disk, or without its centre, is not to be started again. */
const livenessRoute: AddedRoute = {
  kind: 'program',
  needs: 'nobody',
  answer: (_request, reply) => reply.send({ status: 'alive' }),
}

/** Probes need no password, and learn no more than whether all is well: sentences about what is not name devices. */
function healthRoute(view: EdgeView): AddedRoute {
  return {
    kind: 'whole',
    needs: 'nobody',
    class: 'health',
    names: ['status', 'site', 'uptimeSeconds', 'problems'],
    answer: ({ person }, reply) => {
      const { healthy, site, uptimeSeconds, problems } = view.health()
      reply.code(healthy ? 200 : 503).type('application/json; charset=utf-8')
      const status = healthy ? 'ok' : 'failing'
      const told = person === undefined ? { status } : { status, site, uptimeSeconds, problems }
      return reply.send(`${JSON.stringify(told)}\n`)
    },
  }
}

const DOCUMENT_PATH = '/api/openapi.json'

/** Made when it is asked for: nobody pays for it who never asks. */
function documentRoute({ all }: KnownRoutes): AddedRoute {
  return {
    kind: 'program',
    needs: 'viewer',
    answer: async (_request, reply) => {
      const { openApi } = await import('./openapi/document.ts')
      const { edgeWords } = await import('./openapi/edge-words.ts')
      const document = openApi({ title: 'Busbar edge', routes: all, words: edgeWords })
      return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(document)}\n`)
    },
  }
}

function metricsRoute(view: EdgeView): AddedRoute {
  return {
    kind: 'whole',
    class: 'health',
    names: ['exposition'],
    channel: 'prometheus',
    answer: async (_request, reply) => {
      const { contentType, text } = await view.metrics()
      return reply.type(contentType).send(text)
    },
  }
}

function listenFault(thrown: unknown, address: Address): unknown {
  const text = formatAddress(address)
  const hint = 'Choose another address with --http HOST:PORT.'
  switch (errorCode(thrown)) {
    case 'EADDRINUSE':
      return new GridError('address-in-use', `${text} is taken by another program`, { hint })
    case 'EACCES':
      return new GridError('address-in-use', `${text}: this user may not listen on that port`, {
        hint,
      })
    case 'EADDRNOTAVAIL':
      return new GridError('address-in-use', `${text}: this machine has no such address`, { hint })
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new GridError('address-in-use', `${text}: no machine has that name`, { hint })
    default:
      return new GridError('address-in-use', `${text}: ${errorText(thrown)}`, {
        hint,
        cause: thrown,
      })
  }
}

const MALFORMED_BODY = `${JSON.stringify(
  problem(400, {
    detail: 'What arrived is not an HTTP/1.1 request, or too long or too slow for one.',
  }),
)}\n`
const MALFORMED = [
  'HTTP/1.1 400 Bad Request',
  'Connection: close',
  `Content-Type: ${PROBLEM_TYPE}`,
  `Content-Length: ${Buffer.byteLength(MALFORMED_BODY)}`,
  '',
  MALFORMED_BODY,
].join('\r\n')

function noSchemas(): never {
  throw new GridError('bug', 'a route has a schema, and nothing here reads one')
}
