import { z } from 'zod'
import manifest from '../../../package.json' with { type: 'json' }
import { type Operation, pathNames } from './operation.ts'

/** The OpenAPI 3.1 document of these operations. */
export function openApi(operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const each of operations) {
    const own = (paths[each.path] ??= {})
    own[each.method.toLowerCase()] = described(each)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Busbar centre', version: manifest.version },
    paths,
    components: { schemas: { Problem: PROBLEM } },
  }
}

function described({ path, summary, needs, parameters, answer }: Operation): object {
  const inPath = pathNames(path)
  return {
    summary,
    description: `Needs the role ${needs}, or one above it.`,
    parameters: Object.entries(parameters).map(([name, { about, schema }]) => ({
      name,
      in: inPath.includes(name) ? 'path' : 'query',
      required: inPath.includes(name),
      description: about,
      schema,
    })),
    responses: {
      200: { description: 'The answer.', content: jsonOf(schemaOf(answer)) },
      default: {
        description: 'Problem details, RFC 9457.',
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    },
  }
}

function jsonOf(schema: object): object {
  return { 'application/json': { schema } }
}

function schemaOf(answer: z.ZodType): object {
  const { $schema: _, ...schema } = z.toJSONSchema(answer, { io: 'input' })
  return schema
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What was asked for, and why it is not answered.' },
    code: { type: 'string', description: 'For programs.' },
    hint: { type: 'string', description: 'What to do next.' },
  },
}
