import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Need } from '../core/roles.ts'
import { nearest } from '../core/nearest.ts'
import { problem, sendProblem } from './problem.ts'

export interface KnownRoute {
  readonly url: string
  readonly method: string
  readonly needs: Need
  /** The class of data that it lets out; undefined: there is no border. */
  readonly leaves: string | undefined
  readonly changes: boolean
}

/** The addresses of a server, gathered while they are added, for whoever asks for another. */
export class KnownRoutes {
  readonly #methods = new Map<string, Set<string>>()
  readonly all: KnownRoute[] = []

  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method, config }) => {
      const known = this.#methods.get(url) ?? new Set<string>()
      for (const each of [method].flat()) {
        known.add(each)
        const { needs = 'engineer', leaves } = config ?? {}
        const changes = config?.changes ?? (each !== 'GET' && each !== 'HEAD')
        this.all.push({ url, method: each, needs, leaves, changes })
      }
      this.#methods.set(url, known)
    })
  }

  /** A wrong method is told which ones there are, a wrong path which one is near. */
  notFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const path = request.url.split('?', 1)[0] ?? ''
    const methods = this.#methodsOf(path)
    if (methods.length > 0) {
      reply.header('allow', [...methods, 'OPTIONS'].join(', '))
      if (request.method === 'OPTIONS') return reply.code(204).send()
      const detail = `${request.method} ${path}: this address takes ${methods.join(' and ')}`
      return sendProblem(reply, problem(405, { detail, hint: `Use ${methods[0]}.` }))
    }
    const paths = [...this.#methods.keys()].filter((url) => /^\/[\w/]+$/.test(url))
    const [near] = nearest(path, paths, 1)
    const hint = near === undefined ? `There are ${paths.join(', ')}.` : `Is ${near} meant?`
    const detail = `${request.method} ${path}: nothing is here`
    return sendProblem(reply, problem(404, { detail, code: 'not-found', hint }))
  }

  #methodsOf(path: string): readonly string[] {
    const found = [...this.#methods].filter(([url]) => isOf(path, url))
    return [...new Set(found.flatMap(([, methods]) => [...methods]))]
  }
}

/** `:id` stands for one level. */
function isOf(path: string, url: string): boolean {
  const levels = path.split('/')
  const wanted = url.split('/')
  return (
    levels.length === wanted.length &&
    wanted.every(
      (level, at) => level === levels[at] || (level.startsWith(':') && levels[at] !== ''),
    )
  )
}
