import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Doer, LoginOutcome, UserInfo } from '../../core/access.ts'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Need, type Role, roleNamed, roles } from '../../core/roles.ts'
import { Micros, formatTime } from '../../core/time.ts'
import { readObject } from '../json-scope.ts'
import { readCount, readParameters } from '../parameters.ts'
import { problem, sendProblem } from '../problem.ts'
import type { Route } from '../route.ts'
import type { Access } from './access.ts'
import { sessionCookie, shownBy } from './credentials.ts'

export interface AccessRoute {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly needs: Need
  /** `inside`: where there is a border, not for those beyond it. */
  readonly reach: 'everywhere' | 'inside'
  readonly answer: Route
}

export const USERS_PATH = '/api/v1/users'

/** Logging in and out, one's own password, and users; of an edge and of a centre alike. */
export function accessRoutes(access: Access): readonly AccessRoute[] {
  const own = { reach: 'everywhere' } as const
  const engineers = { needs: 'engineer', reach: 'inside' } as const
  return [
    { ...own, method: 'POST', url: '/api/v1/login', needs: 'nobody', answer: login(access) },
    { ...own, method: 'POST', url: '/api/v1/logout', needs: 'nobody', answer: logout(access) },
    { ...own, method: 'GET', url: '/api/v1/me', needs: 'viewer', answer: me },
    { ...own, method: 'POST', url: OWN_PASSWORD, needs: 'viewer', answer: ownPassword(access) },
    { ...engineers, method: 'GET', url: USERS_PATH, answer: users(access) },
    { ...engineers, method: 'GET', url: `${USERS_PATH}/audit`, answer: acts(access) },
    { ...engineers, method: 'POST', url: USERS_PATH, answer: add(access) },
    ...Object.entries(STEPS).map(([name, step]) => ({
      ...engineers,
      method: 'POST' as const,
      url: `${USERS_PATH}/:name/${name}`,
      answer: change(access, step),
    })),
  ]
}

const OWN_PASSWORD = '/api/v1/me/password'
const USUAL_ACTS = 1000
const LOGIN = '{"name":"ana","password":"…"}'

function login(access: Access): Route {
  return async (request, reply) => {
    const words = readObject(request.body, LOGIN)
    const given = { name: textOf(words, 'name'), password: textOf(words, 'password') }
    return begin(await access.login(given, shownBy(request)), { request, reply })
  }
}

function logout(access: Access): Route {
  return async (request, reply) => {
    const { session, isOpen } = shownBy(request)
    if (session !== undefined && request.person !== undefined)
      await access.logout(session, doerOf(request))
    reply.header('set-cookie', sessionCookie('', { seconds: 0, isOpen }))
    return send(reply, {})
  }
}

const me: Route = (request, reply) => send(reply, request.person ?? {})

function ownPassword(access: Access): Route {
  return async (request, reply) => {
    const { person } = request
    if (person?.kind !== 'person')
      throw new GridError('conflict', `${person?.name ?? ''} has no password of its own`)
    const words = readObject(request.body, '{"old":"…","new":"…"}')
    const given = { old: textOf(words, 'old'), new: textOf(words, 'new') }
    const outcome = await access.changePassword(given, person, shownBy(request))
    return begin(outcome, { request, reply })
  }
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** Answers alike whether there is such a name or not. */
function begin(outcome: LoginOutcome, { request, reply }: Exchange): FastifyReply {
  switch (outcome.kind) {
    case 'begun': {
      const { session, seconds, person } = outcome
      reply.header('set-cookie', sessionCookie(session, { seconds, ...shownBy(request) }))
      return send(reply, person)
    }
    case 'wrong': {
      const detail = 'name or password is wrong'
      const hint = 'An engineer can set another password: busbar user password.'
      return sendProblem(reply, problem(403, { detail, code: 'wrong-password', hint }))
    }
    case 'early': {
      const detail = 'too many wrong passwords: the next is not looked at yet'
      const hint = `Wait ${outcome.seconds} s. On the machine itself busbar user unlock ends the wait.`
      reply.header('retry-after', outcome.seconds)
      return sendProblem(reply, problem(429, { detail, code: 'early', hint }))
    }
    case 'busy':
      throw new GridError('in-use', 'too many passwords are being compared', {
        hint: 'Try again in some seconds.',
      })
    case 'open': {
      const { detail, hint } = outcome.refusal
      return sendProblem(reply, problem(403, { detail, code: 'open-connection', hint }))
    }
  }
}

function users(access: Access): Route {
  return async (request, reply) => {
    readParameters(request.query, [])
    return send(reply, { users: (await access.users()).map(shownUser) })
  }
}

function shownUser({ addedMs, changedMs, expiresMs, isLocked, ...user }: UserInfo): object {
  return {
    ...user,
    added: time(addedMs),
    changed: time(changedMs),
    expires: expiresMs === undefined ? null : time(expiresMs),
    locked: isLocked,
  }
}

function acts(access: Access): Route {
  return async (request, reply) => {
    const { limit } = readParameters(request.query, ['limit'])
    const count = limit === undefined ? USUAL_ACTS : readCount(limit, 'limit')
    const found = await access.acts(Math.min(count, limits.userAuditRows))
    const audit = found.acts.map(({ timeMs, ...act }) => ({ time: time(timeMs), ...act }))
    return send(reply, { audit, dropped: found.dropped })
  }
}

function add(access: Access): Route {
  return async (request, reply) => {
    const words = readObject(request.body, '{"name":"ana","role":"operator","password":"…"}')
    const name = textOf(words, 'name')
    const user = { name, password: textOf(words, 'password'), role: readRole(words['role']) }
    await access.add(user, doerOf(request))
    return send(reply.code(201), { name, role: user.role })
  }
}

interface Step {
  readonly access: Access
  readonly name: string
  readonly doer: Doer
}

/** What is done to a user. */
const STEPS: Readonly<Record<string, (step: Step, body: unknown) => Promise<void>>> = {
  role: async ({ access, name, doer }, body) =>
    access.setRole(name, readRole(readObject(body, '{"role":"operator"}')['role']), doer),
  password: async ({ access, name, doer }, body) => {
    const password = textOf(readObject(body, '{"password":"…"}'), 'password')
    return access.setPassword({ name, password }, doer)
  },
  unlock: async ({ access, name, doer }) => access.unlock(name, doer),
  remove: async ({ access, name, doer }) => access.remove(name, doer),
}

function change(access: Access, step: (typeof STEPS)[string]): Route {
  return async (request, reply) => {
    const { name } = request.params as { readonly name: string }
    await step({ access, name: name.normalize('NFC'), doer: doerOf(request) }, request.body)
    return send(reply, {})
  }
}

function doerOf({ person, socket }: FastifyRequest): Doer {
  return { who: person?.name ?? '', address: socket.remoteAddress ?? '' }
}

function readRole(text: unknown): Role {
  const role = roleNamed(text)
  if (role !== undefined) return role
  throw new GridError('input', `role: one of ${roles.join(', ')}`)
}

function textOf(words: Readonly<Record<string, unknown>>, key: string): string {
  const value = words[key]
  if (typeof value === 'string' && value !== '' && value.length <= limits.passwordBytes)
    return value
  throw new GridError('input', `${key}: a text of 1 to ${limits.passwordBytes} characters`)
}

function time(ms: number): string {
  return formatTime(Micros(ms * 1000))
}

function send(reply: FastifyReply, object: object): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(`${JSON.stringify(object)}\n`)
}
