import { GridError } from '../core/errors.ts'
import { readCount, readParameters } from './parameters.ts'
import type { PolicyReport } from './ports.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { RouteContext } from './route.ts'

/** `GET /api/v1/policy/…`: what the egress gate decided, whether its log is whole, what left in a month, and why. */
export function policyRoutes({ view }: RouteContext): Readonly<Record<string, ClassifiedRoute>> {
  const route = (orderOf: (query: unknown) => PolicyReport): ClassifiedRoute => ({
    kind: 'whole',
    class: 'health',
    names: ['report'],
    answer: async (request, reply) => {
      const order = orderOf(request.query)
      reply.type('application/json; charset=utf-8')
      if (request.method === 'HEAD') return reply.send()
      return reply.send(`${JSON.stringify(await view.policyReport(order))}\n`)
    },
  })
  return {
    '/api/v1/policy/decisions': route(decisions),
    '/api/v1/policy/verify': route((query) => {
      readParameters(query, [])
      return { kind: 'verify' }
    }),
    '/api/v1/policy/certificate': route(certificate),
    '/api/v1/policy/explain': route(explain),
  }
}

function decisions(query: unknown): PolicyReport {
  const { limit } = readParameters(query, ['limit'])
  const count = limit === undefined ? USUAL_DECISIONS : readCount(limit, 'limit')
  return { kind: 'decisions', limit: Math.min(count, MOST_DECISIONS) }
}

function certificate(query: unknown): PolicyReport {
  const { month } = readParameters(query, ['month'])
  if (month !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    return { kind: 'certificate', month }
  }
  throw new GridError('usage', `month ${month ?? ''}: a month such as 2026-11 is needed`)
}

function explain(query: unknown): PolicyReport {
  const { row, record } = readParameters(query, ['row', 'record'])
  if (row !== undefined && record === undefined) {
    return { kind: 'explain-row', row: readCount(row, 'row') }
  }
  if (record !== undefined && row === undefined) return { kind: 'explain-record', record }
  throw new GridError('usage', 'row, a number of the decision log, or record, as JSON, is needed')
}

const USUAL_DECISIONS = 100
/** A kilobyte each: what one answer holds in memory. */
const MOST_DECISIONS = 10_000
