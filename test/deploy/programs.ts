import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const ROOT = new URL('../../', import.meta.url).pathname

/** Of Kubernetes 1.30.4; tools/deploy-tools.sh makes it. */
export const SCHEMAS = `${ROOT}var/kubernetes-1.30.4`

/** Why a test is skipped that needs these programs, and where they come from; false: all are there. */
export function missingPrograms(...names: string[]): string | false {
  for (const name of names) {
    const { status } = spawnSync('sh', ['-c', `command -v ${name}`])
    if (status !== 0) return `${name} is not here; CONTRIBUTING.md says how to get it`
  }
  if (names.includes('kubeconform') && !existsSync(SCHEMAS))
    return 'the schemas of Kubernetes are not here; tools/deploy-tools.sh makes them'
  return false
}

/** What a program says and how it ends; standard input is `input`. */
export function runProgram(name: string, words: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(name, words, { encoding: 'utf8', input, cwd: ROOT })
  return { status, text: stdout + stderr }
}
