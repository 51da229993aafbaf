import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const FOLDER = join(import.meta.dirname, '../../deploy/gatekeeper')

export interface RuleSamples {
  readonly name: string
  readonly template: string
  readonly constraint: string
  readonly cases: readonly Sample[]
}

export interface Sample {
  readonly name: string
  readonly object: string
  readonly assertions: readonly { readonly violations: 'yes' | 'no' }[]
}

/** What is in a file of `deploy/gatekeeper`. */
export function readSample<Kind>(name: string): Kind {
  return parse(readFileSync(join(FOLDER, name), 'utf8')) as Kind
}

/** Each rule with what it lets in and what it does not. */
export const RULES: readonly RuleSamples[] = readSample<{ tests: RuleSamples[] }>(
  'suite.yaml',
).tests
