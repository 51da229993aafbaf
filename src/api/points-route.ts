import { readParameters } from './parameters.ts'
import type { PointInfo } from './ports.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Route, RouteContext } from './route.ts'
import { listText, textStream } from './text-stream.ts'

/** `GET /api/v1/points` */
export function pointsRoute(context: RouteContext): ClassifiedRoute {
  return { kind: 'whole', class: 'inventory', names: ['points'], answer: answer(context) }
}

function answer({ view, report }: RouteContext): Route {
  return (request, reply) => {
    const { device } = readParameters(request.query, ['device'])
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const item = (point: PointInfo): string | undefined =>
      device === undefined || point.device === device ? lineOf(point) : undefined
    const format = { head: '{"points":[', item, tail: () => '\n]}\n' }
    return reply.send(textStream(listText(view.points(), format), report))
  }
}

function lineOf({ device, quantity, unit, modelled }: PointInfo): string {
  return JSON.stringify({ device, quantity, unit, modelled })
}
