import { readLength } from '../core/aggregates.ts'
import { formatQuality } from '../core/quality.ts'
import { Micros, formatTime } from '../core/time.ts'
import { readCount, readParameters } from './parameters.ts'
import type { ResultInfo, ResultKind } from './ports.ts'
import type { Route, RouteContext } from './route.ts'
import { listText, textStream } from './text-stream.ts'
import { readRange } from './time-range.ts'

const NAMES = ['subject', 'name', 'processor', 'from', 'to', 'width', 'limit'] as const

/** `GET /api/v1/events`, `/api/v1/aggregates`, `/api/v1/derived`: what processors found. */
export function resultsRoute(kind: ResultKind, list: string): (context: RouteContext) => Route {
  return ({ view, now, report }) =>
    (request, reply) => {
      const given = readParameters(request.query, NAMES)
      const range = readRange({ from: given.from, to: given.to, prefix: '' }, now())
      const { subject, name, processor, width } = given
      const limit = given.limit === undefined ? USUAL_RESULTS : readCount(given.limit, 'limit')
      reply.type('application/json; charset=utf-8')
      if (request.method === 'HEAD') return reply.send()
      const widthUs = width === undefined ? undefined : readLength(width, 'width')
      const query = { kind, ...range, subject, name, processor, widthUs, limit }
      const format = { head: `{"${list}":[`, item: resultLine, tail: () => '\n]}\n' }
      return reply.send(textStream(listText(view.results(query), format), report))
    }
}

export function resultLine(result: ResultInfo): string {
  const { kind, processor, name, subject, key, value, quality, revision, fields } = result
  const head = { subject: subject.id, subjectKind: subject.kind, name, processor, key }
  const measured = { value: numberOrNull(value), quality: formatQuality(quality) }
  const start = formatTime(Micros(result.time))
  const end = result.end === 0 ? null : formatTime(Micros(result.end))
  switch (kind) {
    case 'derived':
      return JSON.stringify({ ...head, time: start, ...measured, fields })
    case 'aggregate':
      return JSON.stringify({ ...head, start, end, ...measured, revision, fields })
    case 'event': {
      const { severity, state = null } = result
      return JSON.stringify({ ...head, start, end, state, severity, ...measured, revision, fields })
    }
  }
}

/** JSON has no NaN. */
function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

const USUAL_RESULTS = 10_000
