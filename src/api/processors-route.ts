import { readParameters } from './parameters.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Route, RouteContext } from './route.ts'

export const PROCESSORS_PATH = '/api/v1/processors'

/** `GET /api/v1/processors`: what runs, how it fares, and why what does not run was stopped. */
export function processorsRoute(context: RouteContext): ClassifiedRoute {
  return { kind: 'whole', class: 'health', names: ['processors'], answer: answer(context) }
}

function answer({ view }: RouteContext): Route {
  return (request, reply) => {
    readParameters(request.query, [])
    reply.type('application/json; charset=utf-8')
    const processors = view.processors().map(({ shadow = null, ...own }) => ({ ...own, shadow }))
    return reply.send(`${JSON.stringify({ processors }, undefined, 1)}\n`)
  }
}
