import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GridError } from '../../core/errors.ts'
import { formatTime } from '../../core/time.ts'
import { readCount, readParameters } from '../parameters.ts'
import {
  type AlarmQuery,
  type AlarmState,
  type AlarmStep,
  alarmPriorities,
  alarmStates,
} from '../ports.ts'
import { problem, sendProblem } from '../problem.ts'
import type { Route, RouteContext } from '../route.ts'
import { listText, textStream } from '../text-stream.ts'
import { actionNames, readAction } from './alarm-action.ts'

export const ALARMS_PATH = '/api/v1/alarms'
export const STEPS_PATH = '/api/v1/alarms/steps'

/** What a person has to see: shelved, suppressed and out-of-service ones are asked for by name. */
const USUAL_STATES: readonly AlarmState[] = ['unacknowledged', 'acknowledged', 'returned']
const USUAL_ALARMS = 1000

/** `GET /api/v1/alarms`: the most urgent first, and how many there are in each state, so that what is not shown is known of. */
export function alarmsRoute({ view, report }: RouteContext): Route {
  return (request, reply) => {
    const words = readParameters(request.query, ['state', 'priority', 'name', 'subject', 'limit'])
    const { name, subject, limit } = words
    const query: AlarmQuery = {
      states: statesOf(words.state),
      priority: priorityOf(words.priority),
      name,
      subject,
    }
    const most = limit === undefined ? USUAL_ALARMS : readCount(limit, 'limit')
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const tail = (): string => `\n],"counts":${JSON.stringify(view.alarms.counts)}}\n`
    const found = view.alarms.list(query)
    const format = { head: '{"alarms":[', item: JSON.stringify, tail }
    return reply.send(textStream(listText(firstOf(found, most), format), report))
  }
}

/** `GET /api/v1/alarms/steps`: who did what, and what came about by itself, the newest first. */
export function alarmStepsRoute({ view, report }: RouteContext): Route {
  return (request, reply) => {
    const words = readParameters(request.query, ['alarm', 'limit'])
    const alarm = words.alarm === undefined ? undefined : readCount(words.alarm, 'alarm')
    const limit = words.limit === undefined ? USUAL_ALARMS : readCount(words.limit, 'limit')
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const { steps, dropped } = view.alarms.steps({ alarm, limit })
    const tail = (): string => `\n],"dropped":${dropped}}\n`
    const format = { head: '{"steps":[', item: stepLine, tail }
    return reply.send(textStream(listText(steps, format), report))
  }
}

/** One alarm, its members, and what people do to it. Only JSON is taken, hence a scope of its own. */
export async function alarmRoutes(app: FastifyInstance, context: RouteContext): Promise<void> {
  const { alarms } = context.view
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  app.addHook('onRequest', refuseOtherSites)
  app.setErrorHandler((thrown, _request, reply) => {
    if (!isMediaTypeFault(thrown)) throw thrown
    const hint = 'Content-Type: application/json, which a form of another site cannot send.'
    const detail = 'an action is JSON'
    return sendProblem(reply, problem(415, { detail, code: 'media-type', hint }))
  })
  app.route({ method: ['GET', 'HEAD'], url: `${ALARMS_PATH}/:id`, handler: oneRoute(context) })
  const url = `${ALARMS_PATH}/:id/members`
  app.route({ method: ['GET', 'HEAD'], url, handler: membersRoute(context) })
  for (const kind of actionNames) {
    app.post(`${ALARMS_PATH}/:id/${kind}`, (request, reply) => {
      const outcome = alarms.act(idOf(request), readAction(kind, request.body))
      if (outcome.kind === 'unknown') throw unknownAlarm(request)
      if (outcome.kind === 'refused') throw new GridError('conflict', `${kind}: ${outcome.why}`)
      const text = `${JSON.stringify(outcome.alarm)}\n`
      return reply.type('application/json; charset=utf-8').send(text)
    })
  }
}

function oneRoute({ view }: RouteContext): Route {
  return (request, reply) => {
    readParameters(request.query, [])
    const info = view.alarms.info(idOf(request))
    if (info === undefined) throw unknownAlarm(request)
    return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(info)}\n`)
  }
}

function membersRoute({ view, report }: RouteContext): Route {
  return (request, reply) => {
    readParameters(request.query, [])
    const members = view.alarms.members(idOf(request))
    if (members === undefined) throw unknownAlarm(request)
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const format = { head: '{"members":[', item: JSON.stringify, tail: () => '\n]}\n' }
    return reply.send(textStream(listText(members, format), report))
  }
}

/** A page of another site must not act in the name of whoever looks at it. */
async function refuseOtherSites(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { origin, host } = request.headers
  if (origin === undefined || request.method === 'GET') return undefined
  if (origin === `http://${host}` || origin === `https://${host}`) return undefined
  const detail = 'a page of another site may not do that'
  return sendProblem(reply, problem(403, { detail, code: 'other-site' }))
}

function* firstOf<Item>(items: Iterable<Item>, most: number): Generator<Item> {
  let count = 0
  for (const item of items) {
    if (count++ >= most) return
    yield item
  }
}

function statesOf(text: string | undefined): readonly AlarmState[] {
  if (text === undefined) return USUAL_STATES
  if (text === 'all') return alarmStates
  return text.split(',').map((word) => {
    const state = alarmStates.find((each) => each === word)
    if (state !== undefined) return state
    throw new GridError('usage', `state ${word}: no such state`, {
      hint: `Known are ${alarmStates.join(', ')}, with commas between them, and all.`,
    })
  })
}

function priorityOf(text: string | undefined): AlarmQuery['priority'] {
  const priority = alarmPriorities.find((each) => each === text)
  if (priority !== undefined || text === undefined) return priority
  throw new GridError('usage', `priority ${text}: no such priority`, {
    hint: `Known are ${alarmPriorities.join(', ')}.`,
  })
}

function stepLine({ time, ...step }: AlarmStep): string {
  return JSON.stringify({ time: formatTime(time), ...step })
}

function idOf(request: FastifyRequest): number {
  const text = textIdOf(request)
  if (!/^[1-9]\d{0,14}$/.test(text)) throw unknownAlarm(request)
  return Number(text)
}

function textIdOf({ params }: FastifyRequest): string {
  return (params as { readonly id: string }).id
}

function unknownAlarm(request: FastifyRequest): GridError {
  return new GridError('not-found', `there is no alarm ${textIdOf(request).slice(0, 20)}`, {
    hint: `${ALARMS_PATH} lists them.`,
  })
}

function isMediaTypeFault(thrown: unknown): boolean {
  return thrown instanceof Error && 'statusCode' in thrown && thrown.statusCode === 415
}
