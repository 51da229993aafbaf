import { formatTime } from '../core/time.ts'
import { readParameters } from './parameters.ts'
import type { ClockStepInfo } from './ports.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Route, RouteContext } from './route.ts'
import { listText, textStream } from './text-stream.ts'

/** `GET /api/v1/clock`: when the clock of the edge was set, the newest first. */
export function clockRoute(context: RouteContext): ClassifiedRoute {
  return { kind: 'whole', class: 'health', names: ['steps'], answer: answer(context) }
}

function answer({ view, report }: RouteContext): Route {
  return (request, reply) => {
    readParameters(request.query, [])
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const format = { head: '{"steps":[', item: stepLine, tail: () => '\n]}\n' }
    return reply.send(textStream(listText(view.clockSteps(), format), report))
  }
}

function stepLine({ number, journal, since, before, after }: ClockStepInfo): string {
  const times = { since: formatTime(since), before: formatTime(before), after: formatTime(after) }
  return JSON.stringify({ number, ...times, seconds: (after - before) / 1e6, journal })
}
