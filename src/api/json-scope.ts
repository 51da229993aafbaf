import type { FastifyInstance } from 'fastify'
import { GridError } from '../core/errors.ts'
import { problem, sendProblem } from './problem.ts'

/** Only JSON is taken here, as text, and what it says is for the route to judge. */
export function takeJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  app.setErrorHandler((thrown, _request, reply) => {
    if (!isMediaTypeFault(thrown)) throw thrown
    const hint = 'Content-Type: application/json, which a form of another site cannot send.'
    const detail = 'an action is JSON'
    return sendProblem(reply, problem(415, { detail, code: 'media-type', hint }))
  })
}

export type Words = Readonly<Record<string, unknown>>

/** The body of a request; `example` stands in the hint. @throws GridError `input` */
export function readObject(body: unknown, example: string): Words {
  const value = parsed(body)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Words
  throw new GridError('input', 'the body is no JSON object', { hint: `For example ${example}.` })
}

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '')
  } catch {
    return undefined
  }
}

function isMediaTypeFault(thrown: unknown): boolean {
  return thrown instanceof Error && 'statusCode' in thrown && thrown.statusCode === 415
}
