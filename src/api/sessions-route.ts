import { formatTime } from '../core/time.ts'
import { readParameters } from './parameters.ts'
import type { SessionInfo } from './ports.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Route, RouteContext } from './route.ts'
import { listText, textStream } from './text-stream.ts'

/** `GET /api/v1/sessions`: who is connected, what waits for whom, and what was dropped. */
export function sessionsRoute(context: RouteContext): ClassifiedRoute {
  return { kind: 'whole', class: 'inventory', names: ['sessions'], answer: answer(context) }
}

function answer({ view, report }: RouteContext): Route {
  return (request, reply) => {
    const { client } = readParameters(request.query, ['client'])
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const shown = view.sessions(client)
    const format = { head: '{"sessions":[', item: lineOf, tail: () => '\n]}\n' }
    return reply.send(textStream(listText(shown, format), report))
  }
}

function lineOf({ expires, ...session }: SessionInfo): string {
  return JSON.stringify({
    ...session,
    expires: expires === undefined ? null : formatTime(expires),
  })
}
