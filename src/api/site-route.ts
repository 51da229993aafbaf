import type { ClassifiedRoute } from './egress/classified-route.ts'
import { readParameters } from './parameters.ts'
import type { RouteContext } from './route.ts'

/** `GET /api/v1/site`: what stands in the substation, without what is secret about it. */
export function siteRoute({ view }: RouteContext): ClassifiedRoute {
  return {
    kind: 'whole',
    class: 'inventory',
    names: ['site'],
    answer: (request, reply) => {
      readParameters(request.query, [])
      reply.type('application/json; charset=utf-8')
      return reply.send(`${JSON.stringify(view.site())}\n`)
    },
  }
}
