import type { z } from 'zod'
import { readParameters } from '../../api/parameters.ts'
import type { Parameter } from './parameter.ts'

/** What one address does: the server and the document are both made of this. */
export interface Operation {
  readonly method: 'GET' | 'POST'
  /** `{site}` stands for a word; the parameter of that name reads it. */
  readonly path: string
  readonly summary: string
  /** Who may ask. */
  readonly needs: 'viewer' | 'operator' | 'engineer'
  readonly parameters: Readonly<Record<string, Parameter<unknown>>>
  readonly answer: z.ZodType
  /** Rejects with a GridError where the question is wrong. */
  run(words: RequestWords, nowUs: number): Promise<unknown>
}

export interface RequestWords {
  readonly path: Readonly<Record<string, string>>
  readonly query: unknown
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>

type Asked<Own extends Parameters> = {
  readonly [Name in keyof Own]:
    | (Own[Name] extends Parameter<infer Value> ? Value : never)
    | undefined
}

export interface OperationSpec<Own extends Parameters, Answer extends z.ZodType> {
  readonly method?: Operation['method']
  readonly path: string
  readonly summary: string
  readonly needs?: Operation['needs']
  readonly parameters: Own
  readonly answer: Answer
  readonly handle: (asked: Asked<Own>, nowUs: number) => Promise<z.input<Answer>>
}

export function operation<Own extends Parameters, Answer extends z.ZodType>(
  spec: OperationSpec<Own, Answer>,
): Operation {
  const { method = 'GET', path, summary, parameters, answer, handle } = spec
  const inPath = pathNames(path)
  const inQuery = Object.keys(parameters).filter((name) => !inPath.includes(name))
  return {
    method,
    path,
    summary,
    needs: spec.needs ?? (method === 'GET' ? 'viewer' : 'operator'),
    parameters,
    answer,
    run: async (words, nowUs) => {
      const given: Readonly<Record<string, string | undefined>> = {
        ...readParameters(words.query, inQuery),
        ...words.path,
      }
      const asked = Object.fromEntries(
        Object.entries(parameters).map(([name, { read }]) => {
          const word = given[name]
          return [name, word === undefined ? undefined : read(word, name, nowUs)]
        }),
      )
      return handle(asked as Asked<Own>, nowUs)
    },
  }
}

/** The words of a path in braces. */
export function pathNames(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
}
