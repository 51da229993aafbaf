import { GridError } from '../core/errors.ts'
import { readCount, readParameters } from './parameters.ts'
import type { EdgeView, ReadingsChunk } from './ports.ts'
import { CsvText, JsonText, type ReadingsText } from './readings-text.ts'
import type { Route, RouteContext } from './route.ts'
import { otherWork, textStream } from './text-stream.ts'
import { readRange } from './time-range.ts'

/** Readings made into text at a time, about 50 KB and half a millisecond. */
const SLICE_READINGS = 512
const NAMES = ['device', 'quantity', 'from', 'to', 'limit', 'format'] as const

type Next = IteratorResult<ReadingsChunk, unknown>

/** `GET /api/v1/readings` */
export function readingsRoute({ view, now, report }: RouteContext): Route {
  return async (request, reply) => {
    const given = readParameters(request.query, NAMES)
    const range = readRange({ from: given.from, to: given.to, prefix: '' }, now())
    const limit = given.limit === undefined ? Infinity : readCount(given.limit, 'limit')
    const text = textFor(given.format, request.headers.accept, view)
    reply.type(text.contentType).header('vary', 'accept')
    if (request.method === 'HEAD') return reply.send()
    const query = { ...range, device: given.device, quantity: given.quantity }
    const chunks = view.readings(query)[Symbol.asyncIterator]()
    // A client that goes away ends its query also while that is still looking for the first reading.
    reply.raw.once('close', () => void chunks.return?.().catch(report))
    const first = await chunks.next()
    return reply.send(textStream(pieces({ first, chunks, text, limit }), report))
  }
}

interface Answer {
  /** Asked for before the status is sent: a query that cannot start is a problem, not half an answer. */
  readonly first: Next
  readonly chunks: AsyncIterator<ReadingsChunk>
  readonly text: ReadingsText
  readonly limit: number
}

async function* pieces({ first, chunks, text, limit }: Answer): AsyncGenerator<string> {
  let left = limit
  let damagedRows = 0
  try {
    yield text.open()
    for (let next = first; next.done !== true; next = await chunks.next()) {
      const chunk = next.value
      damagedRows += chunk.damagedRows
      const count = Math.min(left, chunk.times.length)
      for (let start = 0; start < count; start += SLICE_READINGS) {
        yield text.add({ chunk, start, end: Math.min(start + SLICE_READINGS, count) })
        await otherWork()
      }
      left -= count
      if (left === 0) break
    }
    yield text.close(damagedRows)
  } finally {
    await chunks.return?.()
  }
}

function textFor(
  format: string | undefined,
  accept: string | undefined,
  view: EdgeView,
): ReadingsText {
  const namesOf = (point: number) => view.pointInfo(point)
  if (format !== undefined && format !== 'json' && format !== 'csv') {
    throw new GridError('usage', `format ${format}: json or csv is needed`)
  }
  const csv = format === undefined ? prefersCsv(accept ?? '') : format === 'csv'
  return csv ? new CsvText(namesOf) : new JsonText(namesOf)
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
