import { Worker } from 'node:worker_threads'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GridError, errorText } from '../../core/errors.ts'
import { type RouteSurroundings, addRoute } from '../egress/classified-route.ts'
import type { ConsoleFile } from './console-file.ts'

export interface ConsoleParts extends RouteSurroundings {
  /** The folder with `ui` and `node_modules`. */
  readonly root: string
  /** What `/` shows. */
  readonly page: '/ui/index.html' | '/ui/centre/index.html'
}

/** `/` and `/ui/…`: a console. */
export async function consoleRoutes(
  app: FastifyInstance,
  { root, page, ...surroundings }: ConsoleParts,
): Promise<void> {
  let files: Promise<ReadonlyMap<string, ConsoleFile>> | undefined
  const send = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    files ??= makeFiles(root)
    const known = await files.catch((thrown: unknown) => {
      files = undefined
      throw thrown
    })
    const asked = request.url.split('?', 1)[0] ?? ''
    const file = known.get(asked === '/' ? page : asked)
    if (file === undefined) {
      throw new GridError('not-found', `${asked}: nothing is here`, {
        hint: 'The console is at /.',
      })
    }
    return answer(file, { request, reply })
  }
  for (const url of ['/', '/ui/*'])
    addRoute(app, url, { kind: 'program', answer: send }, surroundings)
}

/** Files may be kept, but are asked for each time: after an update nobody sees yesterday's console. */
function answer(
  { type, body, gzip, etag }: ConsoleFile,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  reply.headers({
    'cache-control': 'no-cache',
    'content-security-policy': POLICY,
    'referrer-policy': 'no-referrer',
    etag,
    vary: 'accept-encoding',
  })
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  const isZipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
  if (isZipped) reply.header('content-encoding', 'gzip')
  reply.type(type)
  return reply.send(request.method === 'HEAD' ? '' : Buffer.from(isZipped ? gzip : body))
}

/** Only what the edge itself serves, and nothing that stands in the page: what a device sends can become no code. */
const POLICY =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"

function makeFiles(root: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const worker = new Worker(new URL('./strip-thread.ts', import.meta.url), { workerData: { root } })
  return new Promise((resolve, reject) => {
    worker.once('message', (files: readonly ConsoleFile[]) =>
      resolve(new Map(files.map((file) => [file.path, file]))),
    )
    const fail = (thrown: unknown): void =>
      reject(
        new GridError('disk', `the console cannot be read: ${errorText(thrown)}`, {
          hint: 'npm ci installs what it needs.',
          cause: thrown,
        }),
      )
    worker.once('error', fail)
    worker.once('exit', () => fail('its thread ended'))
  })
}
