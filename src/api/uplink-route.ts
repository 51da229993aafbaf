import { Micros, formatTime } from '../core/time.ts'
import { readParameters } from './parameters.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Route, RouteContext } from './route.ts'

/** `GET /api/v1/uplink`: what waits for the centre, and how it fares. */
export function uplinkRoute(context: RouteContext): ClassifiedRoute {
  return { kind: 'whole', class: 'health', names: ['uplink'], answer: answer(context) }
}

function answer({ view }: RouteContext): Route {
  return (request, reply) => {
    readParameters(request.query, [])
    reply.type('application/json; charset=utf-8')
    const uplink = view.uplink()
    const told =
      uplink === undefined
        ? null
        : {
            ...uplink,
            streams: uplink.streams.map(({ oldest, ...each }) => ({
              ...each,
              oldest: oldest === 0 ? null : formatTime(Micros(oldest)),
            })),
          }
    return reply.send(`${JSON.stringify({ uplink: told }, undefined, 1)}\n`)
  }
}
