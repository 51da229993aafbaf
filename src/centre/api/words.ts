import { z } from 'zod'
import { accessWords } from '../../api/openapi/access-words.ts'
import { type RouteWords, type RoutesWords, json } from '../../api/openapi/document.ts'
import { list, object, objectWith, oneOf, text } from '../../api/openapi/schema.ts'
import { fleetWords } from './fleet-words.ts'
import type { Operation } from './operation.ts'

const health = objectWith({ status: oneOf(['ok', 'failing']) }, { problems: list(text) })

/** What the document of a centre says of its routes. */
export function centreWords(operations: readonly Operation[]): RoutesWords {
  return {
    ...accessWords,
    ...fleetWords,
    ...Object.fromEntries(
      operations.map((each) => [`${each.method} ${each.path}`, wordsOf(each)] as const),
    ),
    'GET /healthz': {
      summary: 'Whether all is well; whoever is known learns what is not.',
      answers: { 200: json(health), 503: json(health) },
    },
    'GET /livez': {
      summary: 'Answers as long as anything does.',
      answers: { 200: json(object({ status: oneOf(['alive']) })) },
    },
    'GET /metrics': { summary: 'For Prometheus.', answers: { 200: { 'text/plain': text } } },
    'GET /api/openapi.json': {
      summary: 'This document.',
      answers: { 200: json({ type: 'object' }) },
    },
  }
}

function wordsOf({ summary, parameters, answer }: Operation): RouteWords {
  const { $schema: _, ...schema } = z.toJSONSchema(answer, { io: 'input' })
  return { summary, parameters, answers: { 200: json(schema) } }
}
