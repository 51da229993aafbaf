import { readLength } from '../core/aggregates.ts'
import { GridError } from '../core/errors.ts'
import { formatQuality } from '../core/quality.ts'
import { Micros, formatTime } from '../core/time.ts'
import { readCount, readParameters } from './parameters.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Listed } from './egress/record-list.ts'
import {
  RESULT_ALIASES,
  type StoredResult,
  classifyResult,
  readingsIn,
} from './egress/result-record.ts'
import type { ResultInfo, ResultsQuery } from './ports.ts'
import type { RouteContext } from './route.ts'
import { listText, textStream } from './text-stream.ts'
import { readRange } from './time-range.ts'

const NAMES = ['subject', 'name', 'processor', 'from', 'to', 'width', 'limit'] as const
const EVENT_NAMES = [...NAMES, 'order', 'severity'] as const

/** `GET /api/v1/events`, `/api/v1/aggregates`: what processors found, each of which leaves or stays by itself. */
export function resultsRoute(
  kind: StoredResult['kind'],
  name: string,
): (context: RouteContext) => ClassifiedRoute {
  return ({ view, now }) => ({
    kind: 'list',
    answer: (request) => {
      const names = kind === 'event' ? EVENT_NAMES : NAMES
      const results = view.results({ kind, ...readQuery(request.query, names, now()) })
      return { name, items: listed(kind, results) }
    },
  })
}

/** `GET /api/v1/derived`: readings that were made of readings, so they are raw like these. */
export function derivedRoute({ view, now, report }: RouteContext): ClassifiedRoute {
  return {
    kind: 'whole',
    class: 'raw',
    names: ['derived'],
    answer: (request, reply) => {
      const query = { kind: 'derived', ...readQuery(request.query, NAMES, now()) } as const
      reply.type('application/json; charset=utf-8')
      if (request.method === 'HEAD') return reply.send()
      const item = (result: ResultInfo): string => JSON.stringify(resultObject(result))
      const format = { head: '{"derived":[', item, tail: () => '\n]}\n' }
      return reply.send(textStream(listText(view.results(query), format), report))
    },
  }
}

function readQuery(
  query: unknown,
  names: readonly (typeof EVENT_NAMES)[number][],
  now: Micros,
): Omit<ResultsQuery, 'kind'> {
  const given = readParameters(query, names)
  const range = readRange({ from: given.from, to: given.to, prefix: '' }, now)
  const { subject, name, processor, width } = given
  const limit = given.limit === undefined ? USUAL_RESULTS : readCount(given.limit, 'limit')
  const widthUs = width === undefined ? undefined : readLength(width, 'width')
  const order = readOrder(given.order)
  const leastSeverity = readSeverity(given.severity)
  return { ...range, subject, name, processor, widthUs, limit, order, leastSeverity }
}

function readOrder(text = 'asc'): 'asc' | 'desc' {
  if (text === 'asc' || text === 'desc') return text
  throw new GridError('usage', `order ${text}: asc or desc is needed`, {
    hint: 'desc is the newest first.',
  })
}

function readSeverity(text = '0'): number {
  if (/^[0-4]$/.test(text)) return Number(text)
  throw new GridError('usage', `severity ${text}: a number from 0 to 4 is needed`)
}

function* listed(kind: StoredResult['kind'], results: Iterable<ResultInfo>): Generator<Listed> {
  for (const result of results) {
    const { name, subject, time, end, fields } = result
    const windowSeconds = (end - time) / 1e6
    yield {
      object: resultObject(result),
      aliases: RESULT_ALIASES,
      ...(kind === 'event' ? { isReading: readingsIn(subject.kind, result) } : {}),
      classified: () => classifyResult({ kind, name, subject, windowSeconds, fields }),
    }
  }
}

export function resultObject(result: ResultInfo): object {
  const { kind, processor, name, subject, key, value, quality, revision, fields } = result
  const head = { subject: subject.id, subjectKind: subject.kind, name, processor, key }
  const measured = { value: numberOrNull(value), quality: formatQuality(quality) }
  const start = formatTime(Micros(result.time))
  const end = result.end === 0 ? null : formatTime(Micros(result.end))
  switch (kind) {
    case 'derived':
      return { ...head, time: start, ...measured, fields }
    case 'aggregate':
      return { ...head, start, end, ...measured, revision, fields }
    case 'event': {
      const { severity, state = null } = result
      return { ...head, start, end, state, severity, ...measured, revision, fields }
    }
  }
}

/** JSON has no NaN. */
function numberOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

const USUAL_RESULTS = 10_000
