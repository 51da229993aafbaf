import type { FastifyReply, FastifyRequest } from 'fastify'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const zipped = promisify(gzip)
/** Less fits into a packet as it is. */
const WORTHWHILE = 1400
/** The quickest: a list of a thousand sites says the same a thousand times over. */
const LEVEL = 1

/** Long answers travel compressed, to whoever can read that: a console asks for all sites every few seconds. */
export async function thrift(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  const isText = typeof payload === 'string' && payload.length >= WORTHWHILE
  if (!isText || reply.hasHeader('content-encoding')) return payload
  reply.header('vary', 'accept-encoding')
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload
  reply.header('content-encoding', 'gzip').removeHeader('content-length')
  return zipped(payload, { level: LEVEL })
}
