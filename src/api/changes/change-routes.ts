import type { FastifyInstance, FastifyRequest } from 'fastify'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { suggestion } from '../../core/nearest.ts'
import { type AddedRoute, addRoute } from '../egress/classified-route.ts'
import { type Words, readObject, takeJson } from '../json-scope.ts'
import { PROCESSORS_PATH } from '../processors-route.ts'
import type { ChangesView, Doer } from './changes-view.ts'
import type { RouteContext } from '../route.ts'

/** What people change in the console: devices that they adopt, processors that they deploy. */
export async function changeRoutes(app: FastifyInstance, context: RouteContext): Promise<void> {
  takeJson(app)
  const { changes } = context.view
  addRoute(app, '/api/v1/devices/:id/adopt', adoptRoute(changes), context)
  addRoute(app, `${PROCESSORS_PATH}/:id/roll-back`, rollBackRoute(changes), context)
  app.register(deployScope, context)
}

/** A package is larger than anything else that HTTP takes, hence a scope of its own. */
async function deployScope(app: FastifyInstance, context: RouteContext): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.bodyLimit = limits.packageBytes
  })
  addRoute(app, PROCESSORS_PATH, deployRoute(context.view.changes), context)
}

function adoptRoute(changes: ChangesView): AddedRoute {
  return {
    kind: 'action',
    records: true,
    answer: (request, reply) => {
      const words = wordsOf(request.body, ['who', 'kind', 'feeder'])
      const feeder = words['feeder'] === undefined ? undefined : textOf(words, 'feeder')
      const adoption = { device: idOf(request), kind: textOf(words, 'kind'), feeder }
      const device = changes.adopt(adoption, doerOf(request, words))
      return reply.type(JSON_TYPE).send(`${JSON.stringify(device)}\n`)
    },
  }
}

function deployRoute(changes: ChangesView): AddedRoute {
  return {
    kind: 'action',
    needs: 'engineer',
    records: true,
    answer: async (request, reply) => {
      const words = wordsOf(request.body, ['who', 'package'])
      const { package: text } = words
      if (typeof text !== 'string') {
        throw new GridError('input', 'package: the text of a package is needed', {
          hint: 'busbar processor sign makes one.',
        })
      }
      const module = await changes.deploy(text, doerOf(request, words))
      return reply.type(JSON_TYPE).send(`${JSON.stringify(module)}\n`)
    },
  }
}

function rollBackRoute(changes: ChangesView): AddedRoute {
  return {
    kind: 'action',
    needs: 'engineer',
    records: true,
    answer: (request, reply) => {
      const words = wordsOf(request.body, ['who'])
      const module = changes.rollBack(idOf(request), doerOf(request, words))
      return reply.type(JSON_TYPE).send(`${JSON.stringify(module)}\n`)
    },
  }
}

function wordsOf(body: unknown, keys: readonly string[]): Words {
  const words = readObject(body, '{"who":"ana"}')
  for (const key of Object.keys(words)) {
    if (!keys.includes(key))
      throw new GridError('input', `"${key}" is no key of it${suggestion(key, keys)}`)
  }
  return words
}

/** By whom where whoever asks is nobody in particular; who it is otherwise, whatever the body says. */
function doerOf(request: FastifyRequest, words: Words): Doer {
  const { person } = request
  const isNamed = person !== undefined && person.kind !== 'local'
  const who = isNamed ? person.name : textOf(words, 'who')
  return { who, address: request.socket.remoteAddress ?? '' }
}

/** One line, as long as an entry of a list may be. */
function textOf(words: Words, key: string): string {
  const value = words[key]
  const isFit = typeof value === 'string' && value.trim() !== '' && !/\p{Cc}/u.test(value)
  if (isFit && value.length <= limits.alarmTextCharacters) return value
  throw new GridError('input', `${key}: a line of 1 to ${limits.alarmTextCharacters} characters`)
}

function idOf({ params }: FastifyRequest): string {
  return (params as { readonly id: string }).id
}

const JSON_TYPE = 'application/json; charset=utf-8'
