import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { assert } from '../../core/assert.ts'
import type { Need } from '../../core/roles.ts'
import { problem, sendProblem } from '../problem.ts'
import type { Report, Route } from '../route.ts'
import { textStream } from '../text-stream.ts'
import type { Border, Channel, Leaving, RecordClass } from './border.ts'
import { type Listed, type RecordList, clearAll, clearedText, wholeText } from './record-list.ts'

/** A route and the class of what it answers with. There is no other way to add one. */
export type ClassifiedRoute =
  /** Leaves as it is, or not at all: before anything is read, `names` are what asks to leave. */
  | {
      readonly kind: 'whole'
      readonly class: Exclude<RecordClass, 'aggregate' | 'event'>
      readonly names: readonly string[]
      readonly channel?: Channel
      readonly answer: Route
    }
  | { readonly kind: 'list'; readonly answer: (request: FastifyRequest) => RecordList }
  | { readonly kind: 'one'; readonly answer: (request: FastifyRequest) => Listed }
  /** Files of the program itself, the same everywhere: nothing of the site is in them. */
  | { readonly kind: 'program'; readonly answer: Route }
  /** Something is done, or told to those who do things: only inside, whatever somebody may. */
  | { readonly kind: 'action'; readonly answer: Route }
  /** About whoever asks, and nothing of the site: logging in and out. */
  | { readonly kind: 'own'; readonly answer: Route }

export interface RouteSurroundings {
  readonly border: Border
  readonly report: Report
}

const METHODS = {
  whole: ['GET', 'HEAD'],
  list: ['GET', 'HEAD'],
  one: ['GET', 'HEAD'],
  program: ['GET', 'HEAD'],
  action: ['POST'],
  own: ['POST'],
}

/** Files of the program hold no data. */
const NEEDS: Readonly<Record<ClassifiedRoute['kind'], Need>> = {
  whole: 'viewer',
  list: 'viewer',
  one: 'viewer',
  program: 'nobody',
  action: 'operator',
  own: 'viewer',
}

const classified = new WeakSet<object>()

export type AddedRoute = ClassifiedRoute & {
  /** Where it is not the one that its kind has. */
  readonly method?: 'GET' | 'POST'
  /** Where it is not what its kind needs. */
  readonly needs?: Need
  /** It writes its own records of what is done. */
  readonly records?: boolean
}

export function addRoute(
  app: FastifyInstance,
  url: string,
  route: AddedRoute,
  surroundings: RouteSurroundings,
): void {
  const { kind, method = METHODS[kind], needs = NEEDS[kind], records = false } = route
  const handler = handlerOf(url, route, surroundings)
  classified.add(handler)
  const changes = (kind === 'action' || kind === 'own') && !method.includes('GET')
  app.route({ method, url, handler, config: { needs, changes, records, leaves: leavesOf(route) } })
}

/** As the document of the server has it. */
function leavesOf(route: ClassifiedRoute): string {
  switch (route.kind) {
    case 'whole':
      return route.class
    case 'list':
    case 'one':
      return 'each'
    case 'action':
      return 'inside'
    case 'program':
    case 'own':
      return route.kind
  }
}

/** Whoever goes around the types is found when the server starts. */
export function refuseUnclassified(app: FastifyInstance): void {
  app.addHook('onRoute', ({ handler }) =>
    assert(classified.has(handler), 'a route has the class of what it answers with'),
  )
}

function handlerOf(
  url: string,
  route: ClassifiedRoute,
  { border, report }: RouteSurroundings,
): Route {
  switch (route.kind) {
    case 'whole':
      return wholeHandler(url, route, border)
    case 'list':
      return (request, reply) => {
        const list = route.answer(request)
        reply.type(JSON_TYPE)
        if (request.method === 'HEAD') return reply.send()
        const passage = border.passage(addressOf(request), 'http')
        const text = passage === undefined ? wholeText(list) : clearedText(list, passage)
        return reply.send(textStream(text, report))
      }
    case 'one':
      return async (request, reply) => {
        const listed = route.answer(request)
        const passage = border.passage(addressOf(request), 'http')
        if (passage === undefined) return sendJson(reply, listed.object)
        const [one] = await clearAll([listed], passage)
        if (one?.shown === undefined) return refuse(reply, one?.reasons[0])
        return sendJson(reply, one.shown)
      }
    case 'program':
    case 'own':
      return route.answer
    case 'action':
      return (request, reply) => {
        const isInside = border.passage(addressOf(request), 'http') === undefined
        return isInside
          ? route.answer(request, reply)
          : refuse(reply, 'nothing is done from outside')
      }
  }
}

function wholeHandler(
  url: string,
  route: ClassifiedRoute & { readonly kind: 'whole' },
  border: Border,
): Route {
  const { class: recordClass, names, channel = 'http', answer } = route
  const leaving: Leaving = { class: recordClass, kind: url, windowSeconds: 0, members: 1, names }
  return async (request, reply) => {
    const passage = border.passage(addressOf(request), channel)
    if (passage === undefined) return answer(request, reply)
    const [cleared] = await passage.clear([leaving])
    if (cleared?.kind !== 'leaves') return refuse(reply, cleared?.reason)
    const missing = names.filter((name) => !cleared.names.has(name))
    if (missing.length === 0) return answer(request, reply)
    return refuse(reply, `${missing.join(', ')} would have to be taken out of it`)
  }
}

/** Of the connection: what a header says of it is anybody's claim. Gone already: it is nowhere, which is outside. */
function addressOf({ socket }: FastifyRequest): string {
  return socket.remoteAddress ?? ''
}

function refuse(reply: FastifyReply, reason = 'nobody decided'): FastifyReply {
  const hint = 'Ask from within the substation; access.inside of the site file says what that is.'
  return sendProblem(reply, problem(403, { detail: `It stays: ${reason}.`, code: 'stays', hint }))
}

function sendJson(reply: FastifyReply, object: object): FastifyReply {
  return reply.type(JSON_TYPE).send(`${JSON.stringify(object)}\n`)
}

const JSON_TYPE = 'application/json; charset=utf-8'
