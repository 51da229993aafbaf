import manifest from '../../../package.json' with { type: 'json' }
import type { KnownRoute } from '../known-routes.ts'
import { PROBLEM_TITLES } from '../problem.ts'
import { type Schema, object, objectWith, text } from './schema.ts'

export interface ParameterWords {
  readonly about: string
  readonly schema: Schema
  readonly isRequired?: boolean
}

/** By type of media. */
export type Content = Readonly<Record<string, Schema>>

/** What a route cannot say of itself. */
export interface RouteWords {
  readonly summary: string
  /** Of the query, and of the path where it is in there. */
  readonly parameters?: Readonly<Record<string, ParameterWords>>
  readonly body?: Content
  /** By status; problems are the rest. */
  readonly answers: Readonly<Record<number, Content>>
}

/** By method and path, such as `GET /api/v1/alarms/{id}`. */
export type RoutesWords = Readonly<Record<string, RouteWords>>

export interface DocumentOf {
  readonly title: string
  /** As the server has them: method, path, whom they need, and what class of data they let out. */
  readonly routes: readonly KnownRoute[]
  readonly words: RoutesWords
}

/** The OpenAPI 3.1 document of a server. A route without words is in there, too: a test sees that there is none. */
export function openApi({ title, routes, words }: DocumentOf): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = templateOf(route.url)
    if (isConsole(path)) continue
    const isHead = route.method === 'HEAD'
    const own = words[`${isHead ? 'GET' : route.method} ${path}`] ?? { summary: '', answers: {} }
    ;(paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route, path, own)
  }
  return {
    openapi: '3.1.0',
    info: { title, version: manifest.version, description: ABOUT },
    servers: [{ url: '/' }],
    security: [{ session: [] }, { token: [] }],
    paths,
    components: {
      schemas: { Problem: PROBLEM },
      parameters: { Request: REQUEST },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'busbar_session' },
        token: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}

/** `:id` is written `{id}`. */
export function templateOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}')
}

/** Files of the console: pages for people, with paths that OpenAPI has no words for. */
export function isConsole(path: string): boolean {
  return path === '/' || path.startsWith('/ui/')
}

/** What is asked, JSON: the usual answer. */
export function json(schema: Schema): Content {
  return { 'application/json': schema }
}

function operationOf(route: KnownRoute, path: string, words: RouteWords): object {
  const { method, needs, leaves, changes } = route
  const named = Object.entries(words.parameters ?? {})
  const pathNames = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const unnamed = pathNames.filter((name) => words.parameters?.[name] === undefined)
  const isHead = method === 'HEAD'
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/\W+(\w)/g, (_, first: string) => first.toUpperCase()).replaceAll(/\W/g, '')}`,
    summary: words.summary,
    description: [needs === 'nobody' ? 'For everybody.' : `Needs the role ${needs}, or one above.`]
      .concat(leaves === undefined ? [] : [EGRESS[leaves] ?? `Data of the class ${leaves}.`])
      .join(' '),
    ...(leaves === undefined ? {} : { 'x-busbar-egress': leaves }),
    ...(needs === 'nobody' ? { security: [] } : {}),
    parameters: [
      ...unnamed.map((name) => ({ name, in: 'path', required: true, schema: text })),
      ...named.map(([name, { about, schema, isRequired = false }]) => {
        const isPath = pathNames.includes(name)
        const place = isPath ? 'path' : 'query'
        return { name, in: place, required: isPath || isRequired, description: about, schema }
      }),
      ...(changes ? [{ $ref: '#/components/parameters/Request' }] : []),
    ],
    ...(words.body === undefined
      ? {}
      : { requestBody: { required: true, content: contentOf(words.body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(words.answers).map(([status, content]) => [
          status,
          {
            description: TITLES[status] ?? PROBLEM_TITLES[Number(status)] ?? 'The answer.',
            ...(isHead ? {} : { content: contentOf(content) }),
          },
        ]),
      ),
      default: {
        description: 'Problem details, RFC 9457.',
        ...(isHead
          ? {}
          : { content: contentOf({ 'application/problem+json': { $ref: PROBLEM_REF } }) }),
      },
    },
  }
}

function contentOf(content: Content): object {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]))
}

const ABOUT =
  'Times are RFC 3339 in UTC, units are those of the SI. Whoever asks shows a session or a token; on the machine itself nobody has to as long as there are no users.'

const TITLES: Readonly<Record<string, string>> = { 200: 'The answer.', 201: 'It is made.' }

/** Of classes of data, and of routes that are none. */
const EGRESS: Readonly<Record<string, string>> = {
  each: 'Each record leaves or stays by itself, as the policy says.',
  program: 'Nothing of the site is in it.',
  inside: 'Only from inside.',
  own: 'About whoever asks.',
}

const PROBLEM_REF = '#/components/schemas/Problem'

const PROBLEM: Schema = objectWith(
  {
    type: text,
    title: text,
    status: { type: 'integer' },
    detail: { ...text, description: 'What was asked for, and why it is not answered.' },
  },
  {
    code: { ...text, description: 'For programs; it does not change.' },
    hint: { ...text, description: 'What to do next.' },
  },
)

const REQUEST = {
  name: 'x-busbar-request',
  in: 'header',
  required: true,
  description: 'Which no page of another site can send.',
  schema: { const: '1' },
}

/** An answer that says nothing but that it is done. */
export const DONE: Readonly<Record<number, Content>> = { 200: json(object({})) }
