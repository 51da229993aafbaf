import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'
import { unsignedPolicy } from '../../policy/bundle/bundle.ts'
import type { Evaluator } from '../../policy/decision.ts'
import { ServerPolicy } from '../../policy/evaluate/server-policy.ts'
import { WasmPolicy } from '../../policy/evaluate/wasm-policy.ts'
import { load } from '../../policy/thread/chosen-policy.ts'
import type { Args } from '../command.ts'
import { SHIPPED_FOLDER, buildBundle } from './opa.ts'

/** The policy that `--policy` or `--opa` names; without them the one that comes with the program. */
export function givenPolicy(args: Args): Evaluator {
  const path = args.optional('policy')
  const url = args.optional('opa')
  if (path !== undefined && url !== undefined) {
    throw new GridError('usage', 'one policy is asked: --policy PATH or --opa URL')
  }
  if (url !== undefined) return new ServerPolicy(url)
  return path === undefined ? load({ kind: 'shipped', folder: SHIPPED_FOLDER }) : policyAt(path)
}

/**
 * A bundle as it stands; Rego is compiled first. A folder is a whole policy. A single file is added to the shipped rules, unless it
 * has a `decision` of its own.
 */
export function policyAt(path: string): WasmPolicy {
  if (path.endsWith('.tar.gz')) return new WasmPolicy(unsignedPolicy(path))
  const folder = mkdtempSync(join(tmpdir(), 'busbar-policy-'))
  try {
    const out = join(folder, 'bundle.tar.gz')
    const isAddition = path.endsWith('.rego') && !/^decision\b/m.test(textOf(path))
    const sources = isAddition ? [SHIPPED_FOLDER, path] : [path]
    buildBundle({ folder: process.cwd(), sources, out })
    return new WasmPolicy(unsignedPolicy(out))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GridError('not-found', `${path}: ${errorText(cause)}`, { cause })
  }
}
