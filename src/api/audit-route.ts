import { formatTime } from '../core/time.ts'
import { readCount, readParameters } from './parameters.ts'
import type { AuditRecord } from './ports.ts'
import type { Route, RouteContext } from './route.ts'
import { listText, textStream } from './text-stream.ts'

/** `GET /api/v1/audit`: the newest first. */
export function auditRoute({ view, report }: RouteContext): Route {
  return (request, reply) => {
    const { device, limit } = readParameters(request.query, ['device', 'limit'])
    const count = limit === undefined ? USUAL_RECORDS : readCount(limit, 'limit')
    reply.type('application/json; charset=utf-8')
    if (request.method === 'HEAD') return reply.send()
    const { entries, dropped } = view.audit({ device, limit: count })
    const tail = (): string => `\n],"dropped":${dropped}}\n`
    const format = { head: '{"audit":[', item: auditLine, tail }
    return reply.send(textStream(listText(entries, format), report))
  }
}

export function auditLine({ time, durationMs, ...record }: AuditRecord): string {
  return JSON.stringify({ time: formatTime(time), ...record, durationMs: durationMs ?? null })
}

export const USUAL_RECORDS = 1000
