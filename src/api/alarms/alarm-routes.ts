import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GridError } from '../../core/errors.ts'
import { formatTime } from '../../core/time.ts'
import { takeJson } from '../json-scope.ts'
import { readCount, readParameters } from '../parameters.ts'
import {
  type AlarmAction,
  type AlarmQuery,
  type AlarmState,
  type AlarmStep,
  alarmPriorities,
  alarmStates,
} from '../ports.ts'
import { ALARM_ALIASES, STEP_ALIASES, classifyAlarm } from '../egress/alarm-record.ts'
import { readingsIn } from '../egress/result-record.ts'
import { type ClassifiedRoute, addRoute } from '../egress/classified-route.ts'
import type { Listed } from '../egress/record-list.ts'
import type { RouteContext } from '../route.ts'
import { actionNames, readAction } from './alarm-action.ts'
import { NOTIFY_PATH, notifyTestRoute } from './notify-routes.ts'

export const ALARMS_PATH = '/api/v1/alarms'
export const STEPS_PATH = '/api/v1/alarms/steps'

/** What a person has to see: shelved, suppressed and out-of-service ones are asked for by name. */
const USUAL_STATES: readonly AlarmState[] = ['unacknowledged', 'acknowledged', 'returned']
const USUAL_ALARMS = 1000

/** `GET /api/v1/alarms`: the most urgent first, and how many there are in each state, so that what is not shown is known of. */
export function alarmsRoute({ view }: RouteContext): ClassifiedRoute {
  return {
    kind: 'list',
    answer: (request) => {
      const words = readParameters(request.query, ['state', 'priority', 'name', 'subject', 'limit'])
      const { name, subject, limit } = words
      const query: AlarmQuery = {
        states: statesOf(words.state),
        priority: priorityOf(words.priority),
        name,
        subject,
      }
      const most = limit === undefined ? USUAL_ALARMS : readCount(limit, 'limit')
      const beside = (): string => `,"counts":${JSON.stringify(view.alarms.counts)}`
      return { name: 'alarms', items: listed(firstOf(view.alarms.list(query), most)), beside }
    },
  }
}

/** `GET /api/v1/alarms/steps`: who did what, and what came about by itself, the newest first. */
export function alarmStepsRoute({ view }: RouteContext): ClassifiedRoute {
  return {
    kind: 'list',
    answer: (request) => {
      const words = readParameters(request.query, ['alarm', 'limit'])
      const alarm = words.alarm === undefined ? undefined : readCount(words.alarm, 'alarm')
      const limit = words.limit === undefined ? USUAL_ALARMS : readCount(words.limit, 'limit')
      const { steps, dropped } = view.alarms.steps({ alarm, limit })
      return { name: 'steps', items: listedSteps(steps), beside: () => `,"dropped":${dropped}` }
    },
  }
}

/** One alarm, its members, and what people do to it. Only JSON is taken, hence a scope of its own. */
export async function alarmRoutes(app: FastifyInstance, context: RouteContext): Promise<void> {
  takeJson(app)
  addRoute(app, `${ALARMS_PATH}/:id`, oneRoute(context), context)
  addRoute(app, `${ALARMS_PATH}/:id/members`, membersRoute(context), context)
  addRoute(app, `${NOTIFY_PATH}/:name/test`, notifyTestRoute(context), context)
  for (const kind of actionNames) {
    addRoute(app, `${ALARMS_PATH}/:id/${kind}`, actionRoute(context, kind), context)
  }
}

function actionRoute({ view }: RouteContext, kind: AlarmAction['kind']): ClassifiedRoute {
  return {
    kind: 'action',
    answer: (request, reply) => {
      const outcome = view.alarms.act(idOf(request), readAction(kind, request.body, request.person))
      if (outcome.kind === 'unknown') throw unknownAlarm(request)
      if (outcome.kind === 'refused') throw new GridError('conflict', `${kind}: ${outcome.why}`)
      const text = `${JSON.stringify(outcome.alarm)}\n`
      return reply.type('application/json; charset=utf-8').send(text)
    },
  }
}

function oneRoute({ view }: RouteContext): ClassifiedRoute {
  return {
    kind: 'one',
    answer: (request) => {
      readParameters(request.query, [])
      const info = view.alarms.info(idOf(request))
      if (info === undefined) throw unknownAlarm(request)
      return listedAlarm(info)
    },
  }
}

function membersRoute({ view }: RouteContext): ClassifiedRoute {
  return {
    kind: 'list',
    answer: (request) => {
      readParameters(request.query, [])
      const members = view.alarms.members(idOf(request))
      if (members === undefined) throw unknownAlarm(request)
      return { name: 'members', items: listed(members) }
    },
  }
}

function* listed(alarms: Iterable<object>): Generator<Listed> {
  for (const alarm of alarms) yield listedAlarm(alarm)
}

function listedAlarm(alarm: object): Listed {
  const about = classifyAlarm(alarm)
  const isReading = readingsIn(about.subject?.kind, alarm)
  return { object: alarm, aliases: ALARM_ALIASES, classified: () => about, isReading }
}

function* listedSteps(steps: Iterable<AlarmStep>): Generator<Listed> {
  for (const { time, ...step } of steps) {
    yield {
      object: { time: formatTime(time), ...step },
      aliases: STEP_ALIASES,
      classified: () => ({ class: 'event', kind: step.name, windowSeconds: 0, members: 1 }),
    }
  }
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
