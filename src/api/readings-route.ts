import { readQualityFilter, readWindows } from '../core/aggregates.ts'
import { readFormat } from './answer-format.ts'
import { readCount, readParameters } from './parameters.ts'
import type { TextPiece } from './ports.ts'
import { readingsText } from './answer-text.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
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
export function readingsRoute(context: RouteContext): ClassifiedRoute {
  return { kind: 'whole', class: 'raw', names: ['readings'], answer: answer(context) }
}

function answer({ view, now, report }: RouteContext): Route {
  return async (request, reply) => {
    const given = readParameters(request.query, NAMES)
    const range = readRange({ from: given.from, to: given.to, prefix: '' }, now())
    const limit = given.limit === undefined ? Infinity : readCount(given.limit, 'limit')
    const { step, aggregate } = given
    const asked = readWindows({ step, aggregate, prefix: '' })
    const goodOnly = readQualityFilter(given.quality, '')
    const isPlot = given.format === 'columns'
    const format = isPlot ? 'columns' : readFormat(given.format, request.headers.accept)
    const windows = asked && isPlot ? { ...asked, withExtremes: true } : asked
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
