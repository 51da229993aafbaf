import type { z } from 'zod'
import { type Fault, type Path, formatPath } from './fault.ts'
import { suggestion } from '../../core/nearest.ts'
import type { YamlText } from './yaml-text.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

interface Context {
  readonly yaml: YamlText
  /** The schema of the whole file, for the keys that would have been right. */
  readonly known: JsonSchema
}

/** An issue of the schema as faults of the file: one for each unknown key, else one. */
export function faultsOf(issue: z.core.$ZodIssue, { yaml, known }: Context): Fault[] {
  if (issue.code !== 'unrecognized_keys') {
    const offset = yaml.offsetOf(issue.path, 'value')
    return [{ offset, text: prefixed(issue.path, issue.message) }]
  }
  const right = keysAt(known, issue.path)
  return issue.keys.map((key) => {
    const path = [...issue.path, key]
    const text = prefixed(path, `unknown key${suggestion(key, right)}`)
    return { offset: yaml.offsetOf(path, 'key'), text }
  })
}

/** The words for an issue that the schema gives none of its own. */
export function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue
  if (input === undefined) return 'missing'
  if (issue.code === 'invalid_type') {
    return `${NEEDED[issue.expected] ?? issue.expected} is needed, not ${show(input)}`
  }
  if (issue.code === 'invalid_value') {
    const right = issue.values.map(String)
    const hint = typeof input === 'string' ? suggestion(input, right) : ''
    return `${show(input)} is none of ${right.join(', ')}${hint}`
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') return describeBound(issue)
  return undefined
}

const NEEDED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys',
  array: 'a list',
}

const COUNTED: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

function describeBound(
  issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>,
): string {
  const small = issue.code === 'too_small'
  const bound = small ? issue.minimum : issue.maximum
  const word = small ? 'least' : 'most'
  const what = COUNTED[issue.origin] ?? ''
  const needed = issue.inclusive === false ? `more than ${bound}` : `at ${word} ${bound}${what}`
  return what === '' ? `${show(issue.input)}; ${needed} is needed` : `${needed} are needed`
}

function show(input: unknown): string {
  if (input === null) return 'nothing'
  if (typeof input === 'number' || typeof input === 'boolean') return String(input)
  if (typeof input !== 'string') return Array.isArray(input) ? 'a list' : 'a map of keys'
  return JSON.stringify(input.length > 60 ? `${input.slice(0, 60)}…` : input)
}

function keysAt(schema: JsonSchema, path: Path): string[] {
  let at = schema
  for (const step of path) {
    const next = typeof step === 'number' ? at.items : at.properties?.[String(step)]
    if (typeof next !== 'object' || Array.isArray(next)) return []
    at = next
  }
  return Object.keys(at.properties ?? {})
}

function prefixed(path: Path, text: string): string {
  return path.length === 0 ? text : `${formatPath(path)}: ${text}`
}
