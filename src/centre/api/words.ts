import { z } from 'zod'
import { type RouteWords, type RoutesWords, json } from '../../api/openapi/document.ts'
import { serverWords } from '../../api/openapi/server-words.ts'
import { fleetWords } from './fleet-words.ts'
import type { Operation } from './operation.ts'

/** What the document of a centre says of its routes. */
export function centreWords(operations: readonly Operation[]): RoutesWords {
  return {
    ...serverWords({}),
    ...fleetWords,
    ...Object.fromEntries(
      operations.map((each) => [`${each.method} ${each.path}`, wordsOf(each)] as const),
    ),
  }
}

function wordsOf({ summary, parameters, answer }: Operation): RouteWords {
  const { $schema: _, ...schema } = z.toJSONSchema(answer, { io: 'input' })
  return { summary, parameters, answers: { 200: json(schema) } }
}
