import { AnswerText, readingsText } from './answer-text.ts'
import { readFormat } from './answer-format.ts'
import { readParameters } from './parameters.ts'
import type { LatestQuery, TextForm } from './ports.ts'
import type { ClassifiedRoute } from './egress/classified-route.ts'
import type { Route, RouteContext } from './route.ts'
import { otherWork, textStream } from './text-stream.ts'

/** `GET /api/v1/latest` */
export function latestRoute(context: RouteContext): ClassifiedRoute {
  return { kind: 'whole', class: 'raw', names: ['readings'], answer: answer(context) }
}

function answer({ view, report }: RouteContext): Route {
  return (request, reply) => {
    const given = readParameters(request.query, ['device', 'quantity', 'format'])
    const format = readFormat(given.format, request.headers.accept)
    reply.type(readingsText(format, () => undefined).contentType).header('vary', 'accept')
    if (request.method === 'HEAD') return reply.send()
    // No device has a comma in its name.
    const devices = given.device?.split(',') ?? [undefined]
    const queries = devices.map((device) => ({ device, quantity: given.quantity }))
    return reply.send(textStream(pieces(queries, format), report))
  }

  async function* pieces(
    queries: readonly LatestQuery[],
    format: TextForm['format'],
  ): AsyncGenerator<Uint8Array> {
    const answer = new AnswerText({ format, limit: Infinity }, (point) => view.pointInfo(point))
    for (const query of queries) {
      for (const chunk of view.latest(query)) {
        const { bytes } = answer.add(chunk)
        if (bytes.length > 0) yield bytes
        await otherWork()
      }
    }
    const { bytes } = answer.close()
    if (bytes.length > 0) yield bytes
  }
}
