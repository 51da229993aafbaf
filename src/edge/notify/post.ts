import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Destination, readText } from './delivery.ts'

export interface Post {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Of the receiver's certificate; undefined: those that the machine knows. */
  readonly ca: string | undefined
}

/** Posts JSON and resolves when it was taken with 2xx. A redirection is not followed: it would lead to where nobody was asked about. */
export async function post(
  { url, headers, body, ca }: Post,
  to: Destination,
  signal: AbortSignal,
): Promise<void> {
  const request = url.protocol === 'https:' ? tlsRequest : plainRequest
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limits.deliveryMs)])
  const outgoing = request(
    url,
    {
      method: 'POST',
      agent: false,
      signal: limit,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'busbar',
        ...headers,
      },
      lookup: (_host, options, found) =>
        options.all === true
          ? found(null, [{ address: to.address, family: to.family }])
          : found(null, to.address, to.family),
      ...(ca === undefined ? {} : { ca: readText(ca) }),
    },
    (response) => {
      const { statusCode = 0 } = response
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > limits.deliveryAnswerBytes) response.destroy()
      })
      const isTaken = statusCode >= 200 && statusCode < 300
      text(response)
        .catch(() => '')
        .then((answer) => {
          if (isTaken) resolve()
          else reject(refused(url, statusCode, answer))
        }, reject)
    },
  )
  outgoing.on('error', (cause) => {
    const why = limit.aborted ? `no answer within ${limits.deliveryMs / 1000} s` : cause.message
    reject(new GridError('unreachable', `${url.origin}: ${why}`, { cause }))
  })
  outgoing.end(body)
  return promise
}

function refused(url: URL, status: number, answer: string): GridError {
  const words = answer.replaceAll(/\s+/g, ' ').slice(0, 120)
  return new GridError('unreachable', `${url.origin} answers ${status}${words && `: ${words}`}`)
}
