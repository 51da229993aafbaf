import { readQualityFilter, readWindows } from '../core/aggregates.ts'
import { GridError } from '../core/errors.ts'
import { readCount, readParameters } from './parameters.ts'
import type { TextForm, TextPiece } from './ports.ts'
import { readingsText } from './answer-text.ts'
import type { Route, RouteContext } from './route.ts'
import { textStream } from './text-stream.ts'
import { readRange } from './time-range.ts'

const NAMES = [
  'device',
  'quantity',
  'from',
  'to',
  'limit',
  'format',
  'step',
  'aggregate',
  'quality',
] as const

type Next = IteratorResult<TextPiece, unknown>

/** `GET /api/v1/readings` */
export function readingsRoute({ view, now, report }: RouteContext): Route {
  return async (request, reply) => {
    const given = readParameters(request.query, NAMES)
    const range = readRange({ from: given.from, to: given.to, prefix: '' }, now())
    const limit = given.limit === undefined ? Infinity : readCount(given.limit, 'limit')
    const { step, aggregate } = given
    const windows = readWindows({ step, aggregate, prefix: '' })
    const goodOnly = readQualityFilter(given.quality, '')
    const format = formatOf(given.format, request.headers.accept)
    const { contentType } = readingsText(format, () => undefined)
    reply.type(contentType).header('vary', 'accept')
    if (request.method === 'HEAD') return reply.send()
    const query = { ...range, device: given.device, quantity: given.quantity, goodOnly, windows }
    const pieces = view.readingsText(query, { format, limit })[Symbol.asyncIterator]()
    // A client that goes away ends its query also while that is still looking for the first reading.
    reply.raw.once('close', () => void pieces.return?.().catch(report))
    // Asked for before the status is sent: a query that cannot start is a problem, not half an answer.
    const first = await pieces.next()
    return reply.send(textStream(bytesOf(first, pieces), report))
  }
}

async function* bytesOf(first: Next, pieces: AsyncIterator<TextPiece>): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; next.done !== true; next = await pieces.next()) {
      if (next.value.bytes.length > 0) yield next.value.bytes
    }
  } finally {
    await pieces.return?.()
  }
}

function formatOf(format: string | undefined, accept: string | undefined): TextForm['format'] {
  if (format === undefined) return prefersCsv(accept ?? '') ? 'csv' : 'json'
  if (format === 'json' || format === 'csv') return format
  throw new GridError('usage', `format ${format}: json or csv is needed`)
}

/** CSV where it is named and weighs more than JSON does; `*` stands for JSON. */
export function prefersCsv(accept: string): boolean {
  const weights = new Map<string, number>()
  for (const range of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(type, weight === undefined ? 1 : Number(weight.slice(2)))
  }
  const csv = weights.get('text/csv') ?? 0
  return csv > (weights.get('application/json') ?? 0)
}
