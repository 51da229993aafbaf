import { readFileSync } from 'node:fs'
import { type RequestOptions, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { GridError, errorText } from '../../core/errors.ts'
import type { Args } from '../command.ts'
import { credentials } from '../query/edge-request.ts'

export interface CentreCall {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  /** Bytes as they are; anything else as JSON. */
  readonly body?: unknown
}

/** Asks the centre at `--url`, and throws what it says where it refuses. */
export async function askCentre(args: Args, call: CentreCall): Promise<unknown> {
  const ca = args.optional('ca')
  return callCentre(args.required('url'), call, ca === undefined ? {} : { ca: readFileSync(ca) })
}

export async function callCentre(
  url: string,
  { method, path, body }: CentreCall,
  tls: { readonly ca?: Buffer | string; readonly checkServerIdentity?: () => undefined } = {},
): Promise<unknown> {
  const target = new URL(path, url)
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const isBytes = body instanceof Uint8Array
  const content = isBytes || body === undefined ? body : JSON.stringify(body)
  const options: RequestOptions = {
    method,
    headers: {
      'x-busbar-request': '1',
      ...credentials(),
      ...(content === undefined
        ? {}
        : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
    },
  }
  const send = target.protocol === 'https:' ? secureRequest : request
  const outgoing = send(target, { ...options, ...tls }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('error', reject)
    answer.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      try {
        const isPem = answer.headers['content-type']?.includes('pem-file') === true
        resolve(isPem ? text : answered(text, { status: answer.statusCode ?? 0, path }))
      } catch (thrown) {
        reject(thrown)
      }
    })
  })
  outgoing.on('error', (cause) =>
    reject(
      new GridError('unreachable', `the centre at ${url}: ${errorText(cause)}`, {
        hint: 'Is busbar centre running, and is --url its HTTP address?',
        cause,
      }),
    ),
  )
  outgoing.end(content)
  return promise
}

function answered(text: string, { status, path }: { status: number; path: string }): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new GridError('unreachable', `${path}: the answer (${status}) is no JSON`, { cause })
  }
  if (status < 300) return value
  const { detail = '', hint } = value as { readonly detail?: string; readonly hint?: string }
  const code = status === 404 ? 'not-found' : 'conflict'
  throw new GridError(code, detail, hint === undefined ? {} : { hint })
}
