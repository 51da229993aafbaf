import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'
import { type Decision, type Evaluator, decodeDecision } from '../../policy/decision.ts'
import type { Args } from '../command.ts'
import { givenPolicy } from './given-policy.ts'
import { SHIPPED_FOLDER } from './opa.ts'

/** A question, and what is to be decided of it. The reason is for people, and not compared. */
interface Example {
  readonly name: string
  readonly question: unknown
  readonly expected: Omit<Decision, 'reason'>
}

/** Needs no `opa`: the compiled policy, or a server, is asked as the gate asks it. */
export async function tryExamples(args: Args): Promise<number> {
  const path = args.optional('examples') ?? join(SHIPPED_FOLDER, 'examples.json')
  const policy = givenPolicy(args)
  const results: { readonly name: string; readonly fault: string }[] = []
  for (const example of readExamples(path)) {
    results.push({ name: example.name, fault: await faultOf(policy, example) })
  }
  const wrong = results.filter(({ fault }) => fault !== '')
  process.stdout.write(
    args.flag('json')
      ? `${JSON.stringify({ tried: results.length, wrong })}\n`
      : [
          ...wrong.map(({ name, fault }) => `${name}: ${fault}`),
          `${results.length - wrong.length} of ${results.length} examples are decided as expected.`,
          '',
        ].join('\n'),
  )
  return wrong.length === 0 ? 0 : 1
}

/** Empty: it is decided as expected. */
async function faultOf(policy: Evaluator, { question, expected }: Example): Promise<string> {
  const answer = await policy.evaluate(JSON.stringify(question))
  if (answer.kind === 'failed') return answer.text
  const { allow, reason, redact } = answer.decision
  if (allow !== expected.allow) return `${allow ? 'it leaves' : 'it stays'} (${reason})`
  const isSame = JSON.stringify(redact) === JSON.stringify(expected.redact)
  return isSame ? '' : `taken away is ${redact.join(', ') || 'nothing'}`
}

function readExamples(path: string): Example[] {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
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
