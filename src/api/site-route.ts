import { readParameters } from './parameters.ts'
import type { Route, RouteContext } from './route.ts'

/** `GET /api/v1/site`: what stands in the substation, without what is secret about it. */
export function siteRoute({ view }: RouteContext): Route {
  return (request, reply) => {
    readParameters(request.query, [])
    reply.type('application/json; charset=utf-8')
    return reply.send(`${JSON.stringify(view.site())}\n`)
  }
}
