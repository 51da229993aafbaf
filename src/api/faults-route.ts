import { limits } from '../core/limits.ts'
import { formatTime } from '../core/time.ts'
import { readCount, readParameters } from './parameters.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { FaultInfo } from './ports.ts'
import type { Route, RouteContext } from './route.ts'
import { listText, textStream } from './text-stream.ts'

/** `GET /api/v1/faults`: payloads that were refused, with their first bytes, the newest first. What devices sent is raw. */
export function faultsRoute(context: RouteContext): ClassifiedRoute {
  return { kind: 'whole', class: 'raw', names: ['faults'], answer: answer(context) }
}

function answer({ view, report }: RouteContext): Route {
  return (request, reply) => {
    const { device, limit } = readParameters(request.query, ['device', 'limit'])
    const count = limit === undefined ? USUAL_FAULTS : readCount(limit, 'limit')
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const faults = view.faults({ device, limit: Math.min(count, limits.faultsListed) })
    const format = { head: '{"faults":[', item: lineOf, tail: () => '\n]}\n' }
    return reply.send(textStream(listText(faults, format), report))
  }
}

function lineOf({ number, time, device, reason, complaint, bytes }: FaultInfo): string {
  const isCut = bytes.length === limits.evidenceBytes
  const hex = bytes.toHex()
  return JSON.stringify({
    number,
    time: formatTime(time),
    device,
    reason,
    complaint,
    bytes: hex,
    isCut,
  })
}

const USUAL_FAULTS = 100
