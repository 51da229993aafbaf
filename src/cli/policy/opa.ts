import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GridError, errorCode, errorText } from '../../core/errors.ts'
import { PROGRAM_FOLDER } from '../../core/program-folder.ts'

/** Where the policy lies that comes with the program. */
export const SHIPPED_FOLDER = fileURLToPath(new URL('policy', PROGRAM_FOLDER))

export interface RegoBuild {
  /** Where the sources are looked for: their names as given become part of what is compiled. */
  readonly folder: string
  /** Files and folders of Rego and data. */
  readonly sources: readonly string[]
  /** `bundle.tar.gz` to write. */
  readonly out: string
}

/** Compiles Rego as the gate asks it. Tests beside the rules stay out of it. */
export function buildBundle({ folder, sources, out }: RegoBuild): void {
  const words = [
    'build',
    '--target=wasm',
    '--ignore=*_test.rego,policy.json,examples.json',
    `--output=${out}`,
    '--entrypoint=energy/smartgrid/decision',
    ...(sources.some((source) => hasExplanation(resolve(folder, source)))
      ? ['--entrypoint=energy/smartgrid/explanation']
      : []),
    ...sources,
  ]
  runOpa(words, folder)
}

/** The words of `opa` are the answer where rules are faulty. */
export function runOpa(words: readonly string[], folder: string): string {
  try {
    return execFileSync('opa', words, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') {
      throw new GridError('not-found', 'there is no program opa on this machine', {
        hint: 'Install OPA 0.60 or later, or give a bundle.tar.gz that opa build -t wasm made elsewhere.',
        cause,
      })
    }
    throw new GridError('input', saidOf(cause), { cause })
  }
}

/** It complains on either of the two. */
function saidOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return errorText(cause)
  const { stdout = '', stderr = '' } = cause as {
    readonly stdout?: string
    readonly stderr?: string
  }
  const said = `${stderr}${stdout}`.trim()
  return said === '' ? errorText(cause) : said
}

/** An entry point that no rule has is an error of `opa build`. */
function hasExplanation(path: string): boolean {
  const files = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  return files && readdirSync(path).includes('decision.rego')
}
