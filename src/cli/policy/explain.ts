import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { GridError, errorText } from '../../core/errors.ts'
import type { Decision } from '../../policy/decision.ts'
import { WasmPolicy } from '../../policy/evaluate/wasm-policy.ts'
import { openLogForReading, rowNumbered } from '../../policy/log/log-rows.ts'
import type { Args } from '../command.ts'
import { givenPolicy } from './given-policy.ts'

/** Says what would be decided of a question, and by which rules. Nothing leaves by it, and nothing is logged. */
export async function explain(args: Args): Promise<number> {
  const question = await questionOf(args)
  const policy = givenPolicy(args)
  const answer = await policy.evaluate(question)
  if (answer.kind === 'failed') throw new GridError('input', answer.text)
  const rules = policy instanceof WasmPolicy ? policy.explain(question) : undefined
  const { decision, revision } = answer
  process.stdout.write(
    args.flag('json')
      ? `${JSON.stringify({ question: JSON.parse(question) as unknown, revision, decision, rules })}\n`
      : textOf(decision, rules),
  )
  return 0
}

/** A number is a row of the log; otherwise a file, `-` for standard input, or the JSON itself. */
async function questionOf(args: Args): Promise<string> {
  const word = args.positionals[1] ?? ''
  if (/^\d+$/.test(word)) return loggedQuestion(args.required('data'), Number(word))
  const given = word.startsWith('{') ? word : word === '-' ? await text(process.stdin) : read(word)
  let asked: unknown
  try {
    asked = JSON.parse(given)
  } catch (cause) {
    throw new GridError('input', `RECORD is not JSON: ${errorText(cause)}`, { cause })
  }
  return JSON.stringify(completed(asked))
}

function loggedQuestion(directory: string, number: number): string {
  const db = openLogForReading(directory)
  try {
    const question = rowNumbered(db, number)?.question ?? ''
    if (question !== '') return question
    throw new GridError('not-found', `the decision log has no decision ${number}`)
  } finally {
    db.close()
  }
}

/** A record alone is asked for as the uplink would. */
function completed(asked: unknown): unknown {
  if (typeof asked !== 'object' || asked === null || 'record' in asked || 'action' in asked) {
    return asked
  }
  return { ...UPLINK, record: asked }
}

const UPLINK = {
  action: 'export',
  data_stays_local: false,
  destination: 'centre',
  channel: 'uplink',
  principal: 'centre',
  site: '',
} as const

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GridError('not-found', `${path}: ${errorText(cause)}`, {
      hint: 'RECORD is a file, - for standard input, JSON, or with --data the number of a row of the log.',
      cause,
    })
  }
}

function textOf({ allow, reason, redact }: Decision, rules: unknown): string {
  const lines = [
    `${allow ? 'It leaves' : 'It stays'}: ${reason}`,
    ...(redact.length === 0 ? [] : [`  taken away: ${redact.join(', ')}`]),
    ...sentences(rules, 'permits').map((each) => `  permits: ${each}`),
    ...sentences(rules, 'denies').map((each) => `  denies: ${each}`),
  ]
  return `${lines.join('\n')}\n`
}

function sentences(rules: unknown, name: string): string[] {
  if (typeof rules !== 'object' || rules === null) return []
  const found: unknown = (rules as Record<string, unknown>)[name]
  return Array.isArray(found) ? found.map(String) : []
}
