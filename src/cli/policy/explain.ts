import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { GridError, errorText } from '../../core/errors.ts'
import {
  type Explanation,
  explainQuestion,
  loggedQuestion,
  questionAbout,
} from '../../policy/explain.ts'
import type { Args } from '../command.ts'
import { givenPolicy } from './given-policy.ts'

export async function explain(args: Args): Promise<number> {
  const explanation = await explainQuestion(givenPolicy(args), await questionOf(args))
  process.stdout.write(args.flag('json') ? `${JSON.stringify(explanation)}\n` : textOf(explanation))
  return 0
}

/** A number is a row of the log; otherwise a file, `-` for standard input, or the JSON itself. */
async function questionOf(args: Args): Promise<string> {
  const word = args.positionals[1] ?? ''
  if (/^\d+$/.test(word)) return loggedQuestion(args.required('data'), Number(word))
  if (word.startsWith('{')) return questionAbout(word)
  return questionAbout(word === '-' ? await text(process.stdin) : read(word))
}

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

function textOf({ decision: { allow, reason, redact }, rules }: Explanation): string {
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
