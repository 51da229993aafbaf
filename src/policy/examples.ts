import { GridError, errorText } from '../core/errors.ts'
import { type Decision, type Evaluator, decodeDecision } from './decision.ts'

/** A question, and what is to be decided of it. The reason is for people, and not compared. */
export interface Example {
  readonly name: string
  readonly question: unknown
  readonly expected: Omit<Decision, 'reason'>
}

/** Empty: it is decided as expected. */
export async function faultOf(policy: Evaluator, { question, expected }: Example): Promise<string> {
  const answer = await policy.evaluate(JSON.stringify(question))
  if (answer.kind === 'failed') return answer.text
  const { allow, reason, redact } = answer.decision
  if (allow !== expected.allow) return `${allow ? 'it leaves' : 'it stays'} (${reason})`
  const isSame = JSON.stringify(redact) === JSON.stringify(expected.redact)
  return isSame ? '' : `taken away is ${redact.join(', ') || 'nothing'}`
}

/** `path` stands in front of what is wrong. @throws GridError `input` */
export function parseExamples(text: string, path: string): readonly Example[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new GridError('input', `${path}: ${errorText(cause)}`, { cause })
  }
  const list = typeof value === 'object' && value !== null && 'examples' in value && value.examples
  if (!Array.isArray(list)) {
    throw new GridError('input', `${path}: {"examples": [...]} is needed`)
  }
  return list.map((each: unknown, at): Example => decodeExample(each) ?? faulty(path, at))
}

function faulty(path: string, at: number): never {
  throw new GridError(
    'input',
    `${path}: example ${at + 1} is not {"name", "input", "allow", "redact"}`,
  )
}

function decodeExample(value: unknown): Example | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, input, allow, redact = [] } = value as Record<string, unknown>
  const expected = decodeDecision({ allow, reason: '', redact })
  if (typeof name !== 'string' || input === undefined || expected === undefined) return undefined
  return { name, question: input, expected }
}
