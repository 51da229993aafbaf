import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Found, Person } from '../../core/access.ts'
import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'
import { type Need, covers } from '../../core/roles.ts'
import { type Problem, problem, sendProblem } from '../problem.ts'
import type { Access } from './access.ts'
import { shownBy } from './credentials.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whom the route needs. One that does not say so cannot be added. */
    readonly needs?: Need
    /**
     * Something is done, as with every request that is not GET unless this says no: no page of another site may have a browser ask for it, and it goes into the audit.
     */
    readonly changes?: boolean
    /** It writes its own records. */
    readonly records?: boolean
    /** The class of data that it lets out over a border, for whoever reads the document. */
    readonly leaves?: string
  }
  interface FastifyRequest {
    /** Undefined: nobody that is known. */
    person: Person | undefined
  }
}

/** Asks of every request who makes it, and of every route whom it needs. */
export function guard(app: FastifyInstance, access: Access): void {
  app.decorateRequest('person', undefined)
  app.addHook('onRoute', ({ config }) =>
    assert(config?.needs !== undefined, 'a route says whom it needs'),
  )
  app.addHook('onRequest', async (request, reply) => {
    const { needs } = request.routeOptions.config
    if (request.is404 || needs === undefined) return undefined
    const foreign = isChange(request) ? foreignFault(request) : undefined
    if (foreign !== undefined) return sendProblem(reply, foreign)
    const refused = await identify(request, access, needs)
    if (refused === undefined) return undefined
    if (refused.status === 401) reply.header('www-authenticate', 'Bearer')
    return sendProblem(reply, refused)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    await record(request, reply, access)
    return payload
  })
}

/** Who asks, for routes that anybody may ask and that say more to those who are known. */
async function identify(
  request: FastifyRequest,
  access: Access,
  needs: Need,
): Promise<Problem | undefined> {
  const identified = access.identify(shownBy(request))
  // Health answers also where nobody can be known.
  const found = await (needs === 'nobody' ? soon(identified) : identified)
  if (found?.kind === 'known') request.person = found.person
  if (needs === 'nobody') return undefined
  if (found?.kind !== 'known') {
    const { detail = '', hint } = found?.refusal ?? {}
    return problem(401, { detail, code: 'login', hint })
  }
  const { name, role } = found.person
  if (covers(role, needs)) return undefined
  await access.record({ ...actOf(request), outcome: 'forbidden' })
  const detail = `${name} is ${role}, and this is for ${needs === 'operator' ? 'operators and engineers' : 'engineers'}`
  return problem(403, { detail, code: 'role', hint: 'An engineer gives roles: busbar user role.' })
}

/** A probe does not wait for a database that is gone. */
async function soon(identified: Promise<Found>): Promise<Found | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), limits.whoAsksMs)
  try {
    return await Promise.race([identified.catch(() => undefined), late])
  } finally {
    clearTimeout(timer)
  }
}

/** A page of another site can have a browser send a form or follow a link, but not set this header; and newer browsers say whose page it is. */
function foreignFault({ headers }: FastifyRequest): Problem | undefined {
  const { origin, host } = headers
  const isOwn = origin === undefined || origin === `http://${host}` || origin === `https://${host}`
  const site = headers['sec-fetch-site'] ?? 'none'
  if (!isOwn || (site !== 'same-origin' && site !== 'none'))
    return problem(403, { detail: 'a page of another site may not do that', code: 'other-site' })
  if (headers['x-busbar-request'] === '1') return undefined
  return problem(403, {
    detail: 'what changes something has a header that no other site can send',
    code: 'other-site',
    hint: 'Send x-busbar-request: 1.',
  })
}

function isChange({ method, routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.changes ?? (method !== 'GET' && method !== 'HEAD')
}

/** Before the answer: what somebody was told is done is in the audit. */
async function record(request: FastifyRequest, reply: FastifyReply, access: Access): Promise<void> {
  const { records } = request.routeOptions.config
  const isDone = request.person !== undefined && reply.statusCode !== 403
  if (request.is404 || !isChange(request) || records === true || !isDone) return
  const outcome = reply.statusCode < 400 ? 'done' : `refused with ${reply.statusCode}`
  await access.record({ ...actOf(request), outcome })
}

function actOf(request: FastifyRequest) {
  const { method: what, url, socket, person } = request
  const about = url.split('?', 1)[0] ?? ''
  return { who: person?.name ?? '', address: socket.remoteAddress ?? '', what, about, detail: '' }
}
