import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../core/time.ts'
import type { Border } from './egress/border.ts'
import type { EdgeView } from './ports.ts'

export type Report = (thrown: unknown) => void

/** What routes work with. */
export interface RouteContext {
  readonly view: EdgeView
  readonly now: Clock
  readonly report: Report
  readonly border: Border
}

export type Route = (
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>
