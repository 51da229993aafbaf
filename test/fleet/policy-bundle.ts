import { spawnSync } from 'node:child_process'
import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const RULES = join(import.meta.dirname, '../../policy')

/** The rules that come with the program as a bundle of the utility's own, which is another one with each `label`. */
export function policyBundle(
  folder: string,
  { label, key }: { readonly label: string; readonly key: string },
): { readonly 'policy.tar.gz': Buffer; readonly 'policy.tar.gz.sig': Buffer } {
  writeFileSync(join(folder, '.manifest'), JSON.stringify({ revision: label, roots: [''] }))
  const path = join(folder, 'bundle.tar.gz')
  const words = ['-czf', path, '-C', RULES, 'policy.wasm', '-C', folder, '.manifest']
  const made = spawnSync('tar', words, { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  const bytes = readFileSync(path)
  const signature = sign(null, bytes, createPrivateKey(readFileSync(key, 'utf8')))
  return { 'policy.tar.gz': bytes, 'policy.tar.gz.sig': signature }
}
