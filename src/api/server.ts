import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
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
import { consoleRoutes } from './console/console-routes.ts'
import { auditRoute } from './audit-route.ts'
import { latestRoute } from './latest-route.ts'
import { clockRoute } from './clock-route.ts'
import { ledgerRoute } from './ledger-route.ts'
import { nearest } from '../core/nearest.ts'
import { pointsRoute } from './points-route.ts'
import { policyRoutes } from './policy-route.ts'
import type { EdgeView } from './ports.ts'
import { PROBLEM_TYPE, problem, problemOf, sendProblem } from './problem.ts'
import type { Border } from './egress/border.ts'
import { type ClassifiedRoute, addRoute, refuseUnclassified } from './egress/classified-route.ts'
import type { Report, RouteContext } from './route.ts'
import { processorsRoute } from './processors-route.ts'
import { readingsRoute } from './readings-route.ts'
import { READ_PATH, remoteRead } from './prometheus/read-route.ts'
import { derivedRoute, resultsRoute } from './results-route.ts'
import { sessionsRoute } from './sessions-route.ts'
import { siteRoute } from './site-route.ts'
import { uplinkRoute } from './uplink-route.ts'

export interface ApiOptions {
  readonly address: Address
  readonly view: EdgeView
  /** Who is outside, and what may go there. */
  readonly border: Border
  readonly now: Clock
  /** The folder with `ui` and `node_modules`; undefined: there is no console. */
  readonly consoleRoot?: string
  /** Told of every answer that was a fault of ours. */
  readonly report?: Report
}

export interface Api {
  readonly address: Address
  /** Cuts what is being sent: whoever reads it can tell that it is not the whole. */
  stop(): Promise<void>
}

export async function startApi(options: ApiOptions): Promise<Api> {
  const { address, view, border, now, consoleRoot, report = ignore } = options
  const context: RouteContext = { view, now, report, border }
  const app = createApp(report)
  const routes: Readonly<Record<string, ClassifiedRoute>> = {
    '/healthz': healthRoute(view),
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
    '/api/v1/processors': processorsRoute(context),
    '/api/v1/uplink': uplinkRoute(context),
    ...policyRoutes(context),
  }
  for (const [url, route] of Object.entries(routes)) addRoute(app, url, route, context)
  app.register(remoteRead, context)
  app.register(alarmRoutes, context)
  if (consoleRoot !== undefined) app.register(consoleRoutes, { ...context, root: consoleRoot })
  app.setNotFoundHandler(notFound([...Object.keys(routes), READ_PATH]))
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
    stop: () => app.close(),
  }
}

function createApp(report: Report): FastifyInstance {
  const app = fastify({
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
  app.setErrorHandler((thrown, _request, reply) => {
    const details = problemOf(thrown)
    if (details.status === 500) report(thrown)
    return sendProblem(reply, details)
  })
  return app
}

function ignore(): void {}

function healthRoute(view: EdgeView): ClassifiedRoute {
  return {
    kind: 'whole',
    class: 'health',
    names: ['status', 'site', 'uptimeSeconds', 'problems'],
    answer: (_request, reply) => {
      const { healthy, site, uptimeSeconds, problems } = view.health()
      reply.code(healthy ? 200 : 503).type('application/json; charset=utf-8')
      const status = healthy ? 'ok' : 'failing'
      return reply.send(`${JSON.stringify({ status, site, uptimeSeconds, problems })}\n`)
    },
  }
}

function metricsRoute(view: EdgeView): ClassifiedRoute {
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

/** A wrong method is told which ones there are, a wrong path which one is near. */
function notFound(paths: readonly string[]) {
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split('?', 1)[0] ?? ''
    const isAction = ACTION_PATH.test(path)
    if (paths.includes(path) || isAction || ALARM_PATH.test(path)) {
      const isRead = path !== READ_PATH && !isAction
      reply.header('allow', isRead ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS')
      if (request.method === 'OPTIONS') return reply.code(204).send()
      const detail = `${request.method} ${path}: this address is ${isRead ? 'only read' : 'asked with a body'}`
      return sendProblem(reply, problem(405, { detail, hint: isRead ? 'Use GET.' : 'Use POST.' }))
    }
    const [near] = nearest(path, paths, 1)
    const hint = near === undefined ? `There are ${paths.join(', ')}.` : `Is ${near} meant?`
    const detail = `${request.method} ${path}: nothing is here`
    return sendProblem(reply, problem(404, { detail, code: 'not-found', hint }))
  }
}

/** Addresses with an id in them. */
const ALARM_PATH = /^\/api\/v1\/alarms\/\d+(?:\/members)?$/
const ACTION_PATH =
  /^\/api\/v1\/(?:alarms\/\d+\/(?:acknowledge|shelve|unshelve)|notify\/[a-z0-9-]+\/test)$/

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
