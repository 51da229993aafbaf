import type { FastifyReply } from 'fastify'
import { GridError } from '../core/errors.ts'

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'
const RETRY_AFTER_SECONDS = 5

/** Of the answers that are given here; those of node:http come with a WebSocket client, which takes a tenth of a start. */
export const PROBLEM_TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

/** Problem details, RFC 9457, with a code for programs and a hint for people. */
export interface Problem {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code?: string
  readonly hint?: string
}

export interface ProblemWords {
  readonly detail: string
  readonly code?: string | undefined
  readonly hint?: string | undefined
}

export function problem(status: number, { detail, code, hint }: ProblemWords): Problem {
  return {
    type: 'about:blank',
    title: PROBLEM_TITLES[status] ?? 'Error',
    status,
    detail,
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** What is not the asker's doing is named, not described: the words of a bug are for the log. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof GridError && thrown.code !== 'bug') {
    return problem(thrown.status, { detail: thrown.message, code: thrown.code, hint: thrown.hint })
  }
  const status = statusOf(thrown)
  if (status >= 400 && status < 500 && thrown instanceof Error) {
    return problem(status, { detail: thrown.message })
  }
  return problem(500, {
    detail: 'This is a fault of the edge, not of the request.',
    code: 'bug',
    hint: 'The log of the edge says more.',
  })
}

export function sendProblem(reply: FastifyReply, details: Problem): FastifyReply {
  if (details.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS)
  return reply
    .code(details.status)
    .type(PROBLEM_TYPE)
    .send(`${JSON.stringify(details)}\n`)
}

/** Fastify's own errors carry the status that they stand for. */
function statusOf(thrown: unknown): number {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return 500
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : 500
}
