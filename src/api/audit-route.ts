import { formatTime } from '../core/time.ts'
import { readCount, readParameters } from './parameters.ts'
import type { AuditRecord } from './ports.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Aliases } from './egress/flat-names.ts'
import type { Listed } from './egress/record-list.ts'
import type { RouteContext } from './route.ts'

/** `GET /api/v1/audit`: the newest first. */
export function auditRoute({ view }: RouteContext): ClassifiedRoute {
  return {
    kind: 'list',
    answer: (request) => {
      const { device, limit } = readParameters(request.query, ['device', 'limit'])
      const count = limit === undefined ? USUAL_RECORDS : readCount(limit, 'limit')
      const { entries, dropped } = view.audit({ device, limit: count })
      return { name: 'audit', items: listed(entries), beside: () => `,"dropped":${dropped}` }
    },
  }
}

export function auditLine(record: AuditRecord): string {
  return JSON.stringify(auditObject(record))
}

function* listed(entries: Iterable<AuditRecord>): Generator<Listed> {
  for (const entry of entries) {
    const { command, device: id } = entry
    const subject = { kind: 'device', id }
    yield {
      object: auditObject(entry),
      aliases: ALIASES,
      classified: () => ({ class: 'event', kind: command, subject, windowSeconds: 0, members: 1 }),
    }
  }
}

function auditObject({ time, durationMs, ...record }: AuditRecord): object {
  return { time: formatTime(time), ...record, durationMs: durationMs ?? null }
}

/** Who asked, and what somebody wrote, is called what it is. */
const ALIASES: Aliases = { who: 'user', request: 'request.free_text', detail: 'detail.free_text' }

export const USUAL_RECORDS = 1000
