import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'
import { type Example, faultOf, parseExamples } from '../../policy/examples.ts'
import type { Args } from '../command.ts'
import { givenPolicy } from './given-policy.ts'
import { SHIPPED_FOLDER } from './opa.ts'

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

function readExamples(path: string): readonly Example[] {
  try {
    return parseExamples(readFileSync(path, 'utf8'), path)
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    throw new GridError('input', `${path}: ${errorText(cause)}`, { cause })
  }
}
